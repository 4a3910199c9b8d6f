"""Rows of lists on their way into JSON: many, and all of one shape."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields


class RowSchema(Schema):
    """Dumps a mapping that holds every field under its own name; anything else as marshmallow does.

    marshmallow looks for each value in five ways, which takes as long as all else of a list.
    """

    def _serialize(self, obj: Any, *, many: bool = False) -> Any:
        if many or not isinstance(obj, Mapping):
            return super()._serialize(obj, many=many)
        return {
            name: field._serialize(obj[name], name, obj) for name, field in self.dump_fields.items()
        }


class Owned(RowSchema):
    """A record of a connection. `connection` is its name."""

    id = fields.Integer()
    connection = fields.String()
    platform = fields.String()
