"""Food that was thrown away: one order a day. Source: guide apiDailyOrderForTrackingExcessFood."""

from __future__ import annotations

import msgspec

from sandbox.toast.book import OrderBook
from sandbox.toast.held import Held
from sandbox.toast.identity import identify
from sandbox.toast.menu import dishes
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Check, Discount, Line, Order


def throw_away(book: OrderBook, restaurant: Restaurant, at_ms: int, lines: list[Line]) -> Held:
    """Put items on the day's waste order, opened with the first: free, by a discount "Waste"."""
    order = _order_of_the_day(book, restaurant, at_ms)
    for line in lines or [dishes(restaurant)[0].line()]:
        line.discounts = [Discount(name="Waste", percent=100)]
        order.checks[0].lines.append(line)
    order.modified_ms = max(at_ms, order.modified_ms + 1)
    order.closed_ms = order.modified_ms
    return book.save(identify(order), restaurant)


def items(documents: object) -> list[Line]:
    """The items as the control address receives them."""
    if not isinstance(documents, list):
        raise ValueError("waste is a list of items")  # noqa: TRY004  the caller's error
    return [msgspec.convert(each, Line) for each in documents]


def _order_of_the_day(book: OrderBook, restaurant: Restaurant, at_ms: int) -> Order:
    day = restaurant.business_date(at_ms)
    guid = named_guid("waste", restaurant.guid, day)
    held = book.get(guid)
    if held is not None:
        return held.order()
    return Order(
        guid=guid,
        number="Waste",
        opened_ms=at_ms,
        excess_food=True,
        guests=0,
        checks=[Check(lines=[])],
    )
