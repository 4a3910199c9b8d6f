"""One order in the book: what finds it, and the least that makes its body."""

from __future__ import annotations

import zlib
from typing import Any, Protocol

import msgspec

from sandbox.toast import money, times
from sandbox.toast.body.order import awaited, business_date, order_json
from sandbox.toast.identity import identify
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Order


class Source(Protocol):
    """Something an order can be made from again."""

    def order(self) -> Order:
        """The order, new each time."""
        ...


_orders = msgspec.json.Decoder(Order)


class Packed:
    """An order as JSON of its own shape: a tenth of the memory of the objects."""

    __slots__ = ("_packed",)

    def __init__(self, order: Order) -> None:
        self._packed = msgspec.json.encode(order)

    def order(self) -> Order:
        """The order, new each time."""
        return _orders.decode(self._packed)


class Held:
    """One order of one restaurant; `source` is None for a body that was given as it is.

    `unfinished` ones have a card to capture, money to come, or a promised hour ahead.
    """

    __slots__ = (
        "_body",
        "business_date",
        "external_id",
        "gross_cents",
        "guid",
        "lines",
        "modified_ms",
        "restaurant",
        "source",
        "unfinished",
    )

    def __init__(
        self,
        guid: str,
        restaurant: Restaurant,
        source: Source | None,
        *,
        modified_ms: int,
        business_date: int,
        lines: int,
        gross_cents: int,
        body: bytes | None = None,
        external_id: str | None = None,
        unfinished: bool = False,
    ) -> None:
        self.guid = guid
        self.restaurant = restaurant
        self.source = source
        self.modified_ms = modified_ms
        self.business_date = business_date
        self.lines = lines
        self.gross_cents = gross_cents
        self.external_id = external_id
        self.unfinished = unfinished
        self._body = None if body is None else zlib.compress(body, 1)

    def body(self) -> bytes:
        """The order's JSON; made on first use and kept compressed."""
        if self._body is None:
            made = msgspec.json.encode(order_json(self.order(), self.restaurant))
            self._body = zlib.compress(made, 1)
            return made
        return zlib.decompress(self._body)

    def order(self) -> Order:
        """The order as the till knows it.

        Raises:
            ValueError: the order was given as a finished body, which has no such form.
        """
        if self.source is None:
            raise ValueError("this order was given as a finished body: give a new one instead")
        return identify(self.source.order())


def hold(order: Order, restaurant: Restaurant) -> Held:
    """Take in an order that has a guid."""
    lines = [line for check in order.checks for line in check.lines]
    return Held(
        order.guid,
        restaurant,
        Packed(order),
        modified_ms=order.modified_ms,
        business_date=business_date(order, restaurant),
        lines=len(lines),
        gross_cents=sum(money.times(line.price_cents, line.quantity) for line in lines),
        external_id=order.external_id,
        unfinished=_unfinished(order),
    )


def _unfinished(order: Order) -> bool:
    if order.voided_ms is not None or order.deleted_ms is not None:
        return False
    cards = any(each.status == "AUTHORIZED" for one in order.checks for each in one.payments)
    return cards or order.closed_ms is None or awaited(order)


def hold_body(body: dict[str, Any], restaurant: Restaurant) -> Held:
    """Take in a finished body, whatever its figures say.

    Raises:
        ValueError: no guid, modifiedDate or businessDate to find it by.
    """
    try:
        modified_ms = times.parse_instant(body["modifiedDate"])
        day, guid = int(body["businessDate"]), str(body["guid"])
    except (KeyError, TypeError) as error:
        raise ValueError("a body needs guid, modifiedDate and businessDate") from error
    lines = [one for check in body.get("checks") or [] for one in check.get("selections") or []]
    gross = sum(
        round((one.get("quantity") or 0) * (one.get("receiptLinePrice") or 0) * 100)
        for one in lines
    )
    return Held(
        guid,
        restaurant,
        None,
        modified_ms=modified_ms,
        business_date=day,
        lines=len(lines),
        gross_cents=gross,
        body=msgspec.json.encode(body),
        external_id=body.get("externalId"),
    )
