"""From bytes to what they hold, with a plain reason when that can't be done."""

import re
from datetime import datetime
from typing import TypeVar

import msgspec

from config.errors import SkippedRecord, TransientError
from connectors.base.contract import Record, Response
from connectors.toast.timestamps import instant_or_none

T = TypeVar("T")

# What the decoder raises of a body: no JSON, bytes that are no text, nested too deep.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ESCAPE = re.compile(rb"\\(?:u0000|.)", re.DOTALL)
_NEXT_STEP = "It is kept as it came; report it to Toast's support, or to ours if it looks right."


def answered(response: Response, by: msgspec.json.Decoder[T]) -> T:
    """What an answer holds. Raises: TransientError when it can't be read: it may be next time."""
    try:
        return by.decode(response.body)
    except UNREADABLE:
        raise TransientError("toast.garbled", "Toast's answer can't be read.") from None


def decoded(record: Record, by: msgspec.json.Decoder[T]) -> T:
    """What a record holds, less escaped NULs, which no column takes. Raises: SkippedRecord."""
    raw = record.raw
    if rb"\u0000" in raw:
        raw = _ESCAPE.sub(lambda found: b"" if found[0] == rb"\u0000" else found[0], raw)
    try:
        return by.decode(raw)
    except RecursionError:
        raise unreadable(record, "it is nested too deep") from None
    except UNREADABLE as misfit:
        raise unreadable(record, str(misfit)) from None


def instant_of(record: Record, text: str | None, field: str) -> datetime | None:
    """An optional instant of a record. Raises: SkippedRecord."""
    try:
        return instant_or_none(text)
    except ValueError:
        raise unreadable(record, f"{field} is no date or time") from None


def incomplete(record: Record, field: str) -> SkippedRecord:
    """A record lacks what it can't be kept without."""
    return unreadable(record, f"it lacks a usable {field}")


def unreadable(record: Record, reason: str) -> SkippedRecord:
    """A record doesn't have the form that Toast documents."""
    sentence = f"A record of Toast's {record.stream} can't be read: {reason[:300]}."
    return SkippedRecord(f"toast.{record.stream}_unreadable", sentence, next_step=_NEXT_STEP)
