"""The envelope of a delivery: what names it, whatever the body holds.

Source: Toast developer guide, "Message data schema",
    https://doc.toasttab.com/doc/devguide/apiMessageDataSchema.html, and "HTTP headers",
    https://doc.toasttab.com/doc/devguide/apiHttpHeaders.html, read 2026-12-01.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from connectors.base.contract import Delivery
from connectors.toast.bodies import UNREADABLE

NO_TEXT = "it is not UTF-8 text"
TOO_DEEP = "it is nested too deep"
_LONGEST_NAME = 200
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"([^"\\]*)"')


class Stamp(msgspec.Struct):
    """What an envelope says of itself, of any kind: nothing is taken for granted."""

    timestamp: Any = None
    guid: Any = None
    eventCategory: Any = None
    eventType: Any = None


_stamps = msgspec.json.Decoder(Stamp)


def signed_timestamp(body: bytes) -> bytes:
    """The envelope's timestamp as signed; of a body that is no JSON, the first that is seen."""
    try:
        found = _stamps.decode(body).timestamp
    except UNREADABLE:
        match = _TIMESTAMP.search(body)
        return match[1] if match else b""
    return found.encode() if isinstance(found, str) else b""


def stamp_of(body: bytes) -> Stamp:
    """What names an event, even one that is no JSON for a NaN or half a character within."""
    try:
        return _stamps.decode(body)
    except UNREADABLE:
        pass
    try:
        return msgspec.convert(_loosely(body), Stamp)
    except (ValueError, RecursionError):
        return Stamp()


def _loosely(body: bytes, constant: Callable[[str], Any] = str) -> Any:
    """Python's reading, which takes what JSON doesn't; numbers are left as text."""
    return json.loads(body, parse_int=str, parse_float=str, parse_constant=constant)


def flaw_of(body: bytes, stamp: Stamp) -> str:
    """Why a body can't be read as an event; nothing if it can."""
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError as broken:
        constants: list[str] = []
        with suppress(ValueError, RecursionError):
            _loosely(body, constants.append)
        what = f"it holds {constants[0]}" if constants else str(broken)[:300]
        return f"it is not JSON ({what})"
    except UnicodeDecodeError:
        return NO_TEXT
    except RecursionError:
        return TOO_DEEP
    named = stamp.guid is not None or stamp.timestamp is not None
    return "" if named else "it is no event with a guid and a timestamp"


def name_of(said: Any) -> str:
    """Text that can stand as a name in a database column; else nothing."""
    fit = isinstance(said, str) and len(said) <= _LONGEST_NAME and said.isprintable()
    return said if fit else ""


def category_of(stamp: Stamp, delivery: Delivery) -> str:
    """The category of an event, as the body or else the headers say; else its type."""
    headers = delivery.headers
    said = (stamp.eventCategory, headers.get("toast-event-category"))
    return next((name for name in map(name_of, said) if name), "") or type_of(stamp, delivery)


def type_of(stamp: Stamp, delivery: Delivery) -> str:
    """The type of an event; nothing where it doesn't say."""
    return name_of(stamp.eventType) or name_of(delivery.headers.get("toast-event-type"))
