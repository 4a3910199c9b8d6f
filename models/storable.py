"""What PostgreSQL's text can hold: no NUL, and no half of a surrogate pair.

Platforms send both now and then, escaped in JSON; one such character must not hold up a batch.
"""

import codecs

# What Unicode has for what can't be shown.
REPLACEMENT = "\ufffd"


def storable(text: str) -> str:
    """`text` with what no database column takes replaced."""
    return text.replace("\x00", REPLACEMENT).encode("utf-8", ERRORS).decode()


def _replaced(error: UnicodeError) -> tuple[bytes, int]:
    if isinstance(error, UnicodeEncodeError):
        return REPLACEMENT.encode() * (error.end - error.start), error.end
    raise error


ERRORS = "replaced_in_storage"
codecs.register_error(ERRORS, _replaced)
