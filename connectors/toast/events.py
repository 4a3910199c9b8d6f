"""What Toast's events carry or point at, by their category.

An event that carries its record whole hands its `details`, or the order in them, on as the record's
bytes; whoever reads the stream takes that form and the API's alike. What has no version of its own
is as of the envelope's timestamp. A category that isn't listed here is parked: it may matter.

Source: Toast developer guide, "Webhooks" ("Stock webhook", "Partners webhook", "Orders webhook"
    and the like), https://doc.toasttab.com/doc/devguide/devOrdersWebhookRef.html, read 2026-12-01.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from config.errors import SkippedRecord
from connectors.base.contract import LOCATIONS, Delivery, Hint, Record
from connectors.toast.bodies import UNREADABLE
from connectors.toast.envelope import (
    NO_TEXT,
    TOO_DEEP,
    Stamp,
    category_of,
    flaw_of,
    name_of,
    stamp_of,
    type_of,
)
from connectors.toast.order_events import malformed, order_hint, order_of
from connectors.toast.timestamps import instant


class _Details(msgspec.Struct):
    """What the details of all but orders' events may name."""

    restaurantGuid: str | None = None
    itemGuid: str | None = None
    orderGuid: str | None = None
    guestOrderStatus: str | None = None


class _Event(msgspec.Struct):
    details: msgspec.Raw = msgspec.Raw(b"null")


@dataclass(frozen=True)
class _Told:
    """One event taken apart: its restaurant and instant, and its details as they came."""

    details: _Details
    raw: bytes
    restaurant: str
    stamp: Stamp

    def record(self, stream: str, name: str) -> Record:
        """The details as a record as of the event."""
        return Record(stream, name, self.raw, self.restaurant, at=self._at())

    def _at(self) -> datetime:
        try:
            return instant(str(self.stamp.timestamp))
        except ValueError:
            raise malformed("its timestamp is none") from None


_events = msgspec.json.Decoder(_Event)
_details = msgspec.json.Decoder(_Details | None)


def hints(delivery: Delivery) -> Sequence[Hint]:
    """What an event carries or points at; nothing where there is nothing to keep.

    Raises: SkippedRecord of one that can't be understood, or whose category isn't known.
    """
    if (hint := order_of(delivery)) is not None:
        return (hint,)
    stamp = stamp_of(delivery.body)
    if flaw := flaw_of(delivery.body, stamp):
        raise malformed(flaw)
    category = category_of(stamp, delivery)
    if category in _IGNORED:
        return ()
    if (read := _KINDS.get(category)) is None:
        raise _unknown(category, type_of(stamp, delivery))
    return read(delivery, stamp)


def _order(delivery: Delivery, _: Stamp) -> Sequence[Hint]:
    return (order_hint(delivery),)


def _menus(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    place = _told(delivery, stamp).restaurant
    return (Hint("menus", place, location=place),)


def _stock(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    told = _told(delivery, stamp)
    item = _named(told.details.itemGuid, "item")
    return (Hint("stock", item, told.record("stock", item), told.restaurant),)


def _partner(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    """A restaurant was added, removed or changed: the list of them says which are there."""
    return (Hint(LOCATIONS, _told(delivery, stamp).restaurant),)


def _availability(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    told = _told(delivery, stamp)
    place = told.restaurant
    return (Hint("availability", place, told.record("availability", place), place),)


def _toggle(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    """Somebody allowed or forbade orders from outside; what that comes to, the answer says."""
    place = _told(delivery, stamp).restaurant
    return (Hint("availability", place, location=place),)


def _guest_order(delivery: Delivery, stamp: Stamp) -> Sequence[Hint]:
    """Where an order stands in the kitchen is no sale; that it was closed or voided may be."""
    told = _told(delivery, stamp)
    if told.details.guestOrderStatus not in ("CLOSED", "VOIDED"):
        return ()
    return (Hint("orders", _named(told.details.orderGuid, "order"), location=told.restaurant),)


# Categories as bodies and headers write them, and types where neither names a category.
_KINDS: Mapping[str, Callable[[Delivery, Stamp], Sequence[Hint]]] = {
    **dict.fromkeys(("order_updated", "channel_order_updated"), _order),
    **dict.fromkeys(("menus", "menus_updated"), _menus),
    **dict.fromkeys(("stock", "in_stock", "low_quantity", "out_of_stock"), _stock),
    **dict.fromkeys(("partner", "partners"), _partner),
    **dict.fromkeys(("partner_added", "partner_removed", "partner_updated"), _partner),
    **dict.fromkeys(
        ("restaurant_availability", "availability_online", "availability_offline"), _availability
    ),
    "restaurant_availability_toggle": _toggle,
    **dict.fromkeys(("toggle_availability_online", "toggle_availability_offline"), _toggle),
    **dict.fromkeys(("guest_order_status", "guestOrderStatusUpdated"), _guest_order),
}
# Understood, and nothing that is kept here: when orders may be placed, what they are packed in.
_IGNORED = frozenset(
    {
        *("ordering_schedule", "order_schedule", "ordering_schedule_updated"),
        *("packaging", "packaging_updated"),
    }
)


def _told(delivery: Delivery, stamp: Stamp) -> _Told:
    try:
        raw = bytes(_events.decode(delivery.body).details)
        details = _details.decode(raw) or _Details()
    except msgspec.ValidationError as misfit:
        raise malformed(str(misfit)[:300]) from None
    except UNREADABLE as broken:
        deep = isinstance(broken, RecursionError)
        raise malformed(TOO_DEEP if deep else NO_TEXT) from None
    place = details.restaurantGuid or delivery.headers.get("toast-restaurant-external-id")
    return _Told(details, raw, _named(place, "restaurant"), stamp)


def _named(guid: str | None, what: str) -> str:
    if name := name_of(guid):
        return name
    raise malformed(f"it names no {what}")


def _unknown(category: str, event_type: str) -> SkippedRecord:
    return SkippedRecord(
        "toast.event_unknown",
        f"Toast sent an event of the category {category or 'that it did not name'!r} and the type"
        f" {event_type or 'unknown'!r}, which isn't understood yet.",
        next_step=(
            "It is kept as it came. Report it, or end that subscription in Toast; once it is"
            " understood it can be replayed."
        ),
    )
