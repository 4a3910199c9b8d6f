"""The query of ordersBulk: which orders, which page, and the links to the others."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import request

from sandbox.toast import times
from sandbox.toast.book import OrderBook
from sandbox.toast.errors import ApiError
from sandbox.toast.held import Held
from sandbox.toast.merchant import Restaurant

MOST_ON_A_PAGE = 100
_EARLIEST_MS = times.parse_instant("2015-12-01T00:00:00.000+0000")
# "One month" is read as 31 days, so that every calendar month fits.
_WIDEST_MS = 31 * 86_400_000


def selected(book: OrderBook, restaurant: Restaurant) -> list[Held]:
    """The orders a query speaks of, in no order of dates.

    Raises:
        ApiError: 400 in the vendor's words.
    """
    start, end, day = (request.args.get(name) for name in ("startDate", "endDate", "businessDate"))
    window = start is not None and end is not None
    if window == (day is not None) or (start is None) != (end is None):
        raise ApiError(400, "EITHER (startDate and endDate) OR businessDate is required", 10025)
    if day is not None:
        return book.of_day(restaurant.guid, _business_date(day))
    start_ms, end_ms = _instant("startDate", start or ""), _instant("endDate", end or "")
    _check_window(start_ms, end_ms)
    return book.changed(restaurant.guid, start_ms, end_ms)


def page(orders: Sequence[Held]) -> tuple[Sequence[Held], str]:
    """One page and its Link header: first, self, prev, next; never last, never a total."""
    size = _whole("pageSize", MOST_ON_A_PAGE)
    number = _whole("page", 1)
    if size > MOST_ON_A_PAGE:
        raise ApiError(400, f"pageSize must be at most {MOST_ON_A_PAGE}", 10025)
    start = (number - 1) * size
    links = [_link("first", 1, size), _link("self", number, size)]
    if number > 1:
        links.append(_link("prev", number - 1, size))
    if start + size < len(orders):
        links.append(_link("next", number + 1, size))
    return orders[start : start + size], ", ".join(links)


def _check_window(start_ms: int, end_ms: int) -> None:
    if start_ms >= end_ms:
        raise ApiError(400, "Input startDate must be before endDate", 10025)
    if start_ms <= _EARLIEST_MS:
        raise ApiError(400, "startDate must be after 2015-12-01T00:00:00.000+0000", 10025)
    if end_ms - start_ms > _WIDEST_MS:
        raise ApiError(400, "startDate and endDate must be at most one month apart", 10025)


def _instant(name: str, text: str) -> int:
    try:
        return times.parse_instant(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid {name}: {text}", 10025) from error


def _business_date(text: str) -> int:
    try:
        return times.parse_business_date(text)
    except ValueError as error:
        raise ApiError(400, f"Invalid businessDate: {text}", 10025) from error


def _whole(name: str, default: int) -> int:
    text = request.args.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ApiError(400, f"{name} must be a whole number from 1", 10025)
    return int(text)


def _link(rel: str, number: int, size: int) -> str:
    query = {**request.args.to_dict(), "pageSize": size, "page": number}
    return f'<{request.base_url}?{urlencode(query)}>; rel="{rel}"'
