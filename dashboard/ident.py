"""The part of an address that is one of our ids."""

from werkzeug.routing import IntegerConverter


class Ident(IntegerConverter):
    """A positive number the database can hold; any other isn't found."""

    regex = r"[1-9][0-9]{0,17}"
