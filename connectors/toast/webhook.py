"""The receiving side: who signed a delivery, which one it is, what it points at.

Source: Toast developer guide, "Message signing",
    https://doc.toasttab.com/doc/devguide/apiMessageSigning.html, and "Message data schema",
    https://doc.toasttab.com/doc/devguide/apiMessageDataSchema.html, read 2026-11-01.
"""

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

import msgspec

from config.errors import SkippedRecord
from connectors.base.contract import Delivery, Envelope, Hint, Record, Verdict

_ORDERS = frozenset({"order_updated", "channel_order_updated"})
_LONGEST_NAME = 200
# What the decoder raises of a body: no JSON, bytes that are no text, nested too deep.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NO_TEXT = "it is not UTF-8 text"
_TIMESTAMP = re.compile(rb'"timestamp"\s*:\s*"([^"\\]*)"')


class _Stamp(msgspec.Struct):
    timestamp: Any = None
    guid: Any = None
    eventCategory: Any = None
    eventType: Any = None


class _Details(msgspec.Struct):
    restaurantGuid: str | None = None
    order: msgspec.Raw = msgspec.Raw(b"null")


class _Event(msgspec.Struct):
    details: _Details | None = None


class _Order(msgspec.Struct):
    guid: str | None = None
    modifiedDate: Any = None
    checks: msgspec.Raw = msgspec.Raw(b"null")


class _Whole(_Stamp):
    details: _Details | None = None


_stamps = msgspec.json.Decoder(_Stamp)
_events = msgspec.json.Decoder(_Event)
_wholes = msgspec.json.Decoder(_Whole)
_orders = msgspec.json.Decoder(_Order | None)


class ToastWebhook:
    """Pure functions of a delivery."""

    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> Verdict:
        """Toast signs the raw body followed by the timestamp that the body holds.

        Every secret is tried in full, so that the time taken tells nothing.
        """
        signature = delivery.headers.get("toast-signature", "").strip()
        if not signature:
            return Verdict(False, "The delivery has no Toast-Signature header.")
        usable = [secret for secret in secrets if secret]
        if not usable:
            return Verdict(False, "This connection has no webhook secret.")
        message = delivery.body + _timestamp(delivery.body)
        matches = [_is_signed(message, secret, signature) for secret in usable]
        return Verdict(any(matches), "" if any(matches) else "The signature fits no secret.")

    def identify(self, delivery: Delivery) -> Envelope:
        """The event's guid, the same on every attempt; else the body itself names the delivery."""
        stamp = _stamp(delivery.body)
        named = _name(stamp.guid) or f"sha256:{sha256(delivery.body).hexdigest()}"
        return Envelope(named, _event_type(stamp, delivery))

    def parse(self, delivery: Delivery) -> Sequence[Hint]:
        """The order that an order event carries whole; other events point at nothing we read."""
        if (hint := _as_documented(delivery)) is not None:
            return (hint,)
        stamp = _stamp(delivery.body)
        if not _ORDERS.intersection(_categories(stamp, delivery)):
            if flaw := _flaw(delivery.body, stamp):
                raise _misformed(flaw)
            return ()
        try:
            details = _events.decode(delivery.body).details or _Details()
            order = _orders.decode(details.order)
        except msgspec.ValidationError as misfit:
            raise _misformed(str(misfit)[:300]) from None
        except msgspec.DecodeError:
            raise _misformed(_flaw(delivery.body, stamp)) from None
        except UnicodeDecodeError:
            raise _misformed(_NO_TEXT) from None
        except RecursionError:
            raise _misformed("it is nested too deep") from None
        if order is None or not _name(order.guid):
            raise _misformed("it names no order")
        location = details.restaurantGuid or delivery.headers.get("toast-restaurant-external-id")
        if not location:
            raise _misformed("it doesn't say which restaurant it is about")
        return (_hint(str(order.guid), location, order, bytes(details.order)),)

    def secrets(self, settings: Mapping[str, Any], delivery: Delivery) -> Sequence[str]:
        """All active secrets, those of the delivery's category first."""
        kept = settings.get("webhook_secret")
        if not isinstance(kept, Mapping):
            return list(_listed(kept))
        category = delivery.headers.get("toast-event-category", "")
        first = list(_listed(kept.get(category)))
        others = [secret for values in kept.values() for secret in _listed(values)]
        return list(dict.fromkeys(first + others))


def _as_documented(delivery: Delivery) -> Hint | None:
    """What an order event points at, read in one go; None of anything else, for a closer look."""
    try:
        event = _wholes.decode(delivery.body)
        details = event.details or _Details()
        order = _orders.decode(details.order)
    except _UNREADABLE:
        return None
    location = details.restaurantGuid or delivery.headers.get("toast-restaurant-external-id")
    of_orders = _ORDERS.intersection(_categories(event, delivery))
    if not of_orders or order is None or not _name(order.guid) or not location:
        return None
    return _hint(str(order.guid), location, order, bytes(details.order))


def _hint(guid: str, location: str, order: _Order, raw: bytes) -> Hint:
    """The order itself, or where to fetch it when its version or its checks were not sent."""
    if not order.modifiedDate or bytes(order.checks) == b"null":
        return Hint("orders", guid, location=location)
    # Guest and outside reference are left out of deliveries.
    record = Record("orders", guid, raw, location, partial=True)
    return Hint("orders", guid, record, location)


def _is_signed(message: bytes, secret: str, signature: str) -> bool:
    wanted = b64encode(hmac.digest(secret.encode(), message, "sha256"))
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))


def _timestamp(body: bytes) -> bytes:
    """The envelope's timestamp as signed; of a body that is no JSON, the first that is seen."""
    try:
        found = _stamps.decode(body).timestamp
    except _UNREADABLE:
        match = _TIMESTAMP.search(body)
        return match[1] if match else b""
    return found.encode() if isinstance(found, str) else b""


def _stamp(body: bytes) -> _Stamp:
    """What names an event, even one that is no JSON for a NaN or half a character within."""
    try:
        return _stamps.decode(body)
    except _UNREADABLE:
        pass
    try:
        return msgspec.convert(_loosely(body), _Stamp)
    except (ValueError, RecursionError):
        return _Stamp()


def _loosely(body: bytes, constant: Callable[[str], Any] = str) -> Any:
    """Python's reading, which takes what JSON doesn't; numbers are left as text."""
    return json.loads(body, parse_int=str, parse_float=str, parse_constant=constant)


def _flaw(body: bytes, stamp: _Stamp) -> str:
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
        return _NO_TEXT
    except RecursionError:
        return "it is nested too deep"
    named = stamp.guid is not None or stamp.timestamp is not None
    return "" if named else "it is no event with a guid and a timestamp"


def _categories(stamp: _Stamp, delivery: Delivery) -> Iterator[str]:
    """Everything that names the kind of event: body and headers, category and type."""
    for said in (stamp.eventCategory, stamp.eventType):
        yield _name(said)
    yield delivery.headers.get("toast-event-category", "")


def _event_type(stamp: _Stamp, delivery: Delivery) -> str:
    header = delivery.headers.get("toast-event-type")
    return _name(stamp.eventType) or _name(header) or "unknown"


def _name(said: Any) -> str:
    """Text that can stand as a name in a database column; else nothing."""
    fit = isinstance(said, str) and len(said) <= _LONGEST_NAME and said.isprintable()
    return said if fit else ""


def _listed(value: Any) -> Iterator[str]:
    for secret in value if isinstance(value, list | tuple) else [value]:
        if isinstance(secret, str) and secret:
            yield secret


def _misformed(reason: str) -> SkippedRecord:
    return SkippedRecord(
        "toast.event_unreadable",
        f"A delivery from Toast can't be understood: {reason}.",
        next_step="It is kept as it came. The order itself still arrives with the next reading.",
    )
