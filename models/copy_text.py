"""Rows as the text that COPY reads, or INSERT.

Fields and rows are told apart by control characters that merchants' text doesn't hold, so that
what must be escaped is looked for once in the whole text and not in each of its fields: an order
has two hundred. A text that does hold one shows in their number and is escaped field by field.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any, Final

from models.storable import ERRORS, REPLACEMENT, storable

_FIELD, _ROW = "\x1f", "\x1e"
# Whoever writes text could write any mark that is known: this one differs from process to process.
_MARK = secrets.token_hex(4)
NULL: Final = f"\x1d{_MARK}"
"""Stands in a row for what is not there, as None does."""

# How COPY is told; within E'' it reads these as the characters above.
OPTIONS = rf"(DELIMITER E'\x1f', NULL E'\x1d{_MARK}')"

# In this order: what escapes comes first. PostgreSQL's text can't hold a NUL.
_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\x00", REPLACEMENT))
_OF_FIELDS = ((_FIELD, "\\x1f"), (_ROW, "\\x1e"), ("\x1d", "\\x1d"))
_BYTES = tuple((a.encode(), b.encode()) for a, b in (*_ESCAPES, (_FIELD, "\\x1f")))

Row = tuple[Any, ...]


def encode(rows: Sequence[Row], tails: Sequence[bytes] | None = None) -> bytes:
    """Rows of equal width; `tails` are the values of one more column, UTF-8 as it came."""
    width = len(rows[0])
    form = _FIELD.join(["%s"] * width)
    text = _ROW.join([form % row for row in rows])
    if text.count(_FIELD) == len(rows) * (width - 1) and text.count(_ROW) == len(rows) - 1:
        text = _escaped(text, _ESCAPES)
    else:
        text = _ROW.join(_FIELD.join(map(_field, row)) for row in rows)
    encoded = text.encode("utf-8", ERRORS)
    if tails is None:
        return encoded.replace(b"\x1e", b"\n") + b"\n"
    fronts = encoded.split(b"\x1e")
    lines = [b"%b\x1f%b\n" % (a, _tail(b)) for a, b in zip(fronts, tails, strict=True)]
    return b"".join(lines)


def values(rows: Sequence[Row], tails: Sequence[bytes] | None = None) -> str:
    """The same for INSERT: literals whose type is that of their column, as with COPY."""
    if tails is not None:
        rows = [
            (*row, tail.decode(errors="replace")) for row, tail in zip(rows, tails, strict=True)
        ]
    return storable(",".join(["(" + ",".join(map(_literal, row)) + ")" for row in rows]))


def _literal(value: Any) -> str:
    """Quotes are all that is special between quotes: see `standard_conforming_strings`."""
    return "NULL" if value is NULL else "'" + str(value).replace("'", "''") + "'"


def filled(row: Iterable[Any]) -> Row:
    """A row with NULL for None."""
    return tuple([NULL if value is None else value for value in row])


def _field(value: Any) -> str:
    return NULL if value is NULL else _escaped(str(value), (*_ESCAPES, *_OF_FIELDS))


def _escaped(text: str, escapes: Iterable[tuple[str, str]]) -> str:
    # One translate would say it all, but takes a millisecond once a record holds an accent.
    for special, written in escapes:
        if special in text:
            text = text.replace(special, written)
    return text


def _tail(raw: bytes) -> bytes:
    if not raw.isascii():
        raw = raw.decode(errors="replace").encode()
    for special, written in _BYTES:
        if special in raw:
            raw = raw.replace(special, written)
    return raw
