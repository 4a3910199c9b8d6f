"""A list's statement is made once: asked again, it finds what is asked for now."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from models import Connection, listing
from models.listing import InvoiceFilter, Listed, OrderFilter, Span
from models.order_list import SORTS
from models.paging import cursor_of
from models.sale_list import asked
from models.session import unit_of_work
from tasks import invoice
from tests.factories import at, connected, order, store

pytestmark = pytest.mark.usefixtures("database")

_FIRST = date(2026, 3, 1)
_DAYS = 4


@pytest.fixture
def merchants() -> list[Connection]:
    """Two, with an order and its invoice on each of some days."""
    made = [connected(), connected()]
    for merchant in made:
        days = (_FIRST + timedelta(days=n) for n in range(_DAYS))
        sold = [order(f"o{day}", at(0), business_date=day) for day in days]
        invoice.these(list(store(merchant, *sold).due))
    return made


def _orders(merchant: Connection, span: Span, sort: str, **wanted: Any) -> Listed:
    with unit_of_work() as session:
        wanted_ones = OrderFilter(**wanted)
        return listing.orders(session, merchant.organization_id, wanted_ones, span, sort)


def _invoices(merchant: Connection, span: Span, sort: str, **wanted: Any) -> Listed:
    with unit_of_work() as session:
        wanted_ones = InvoiceFilter(**wanted)
        return listing.invoices(session, merchant.organization_id, wanted_ones, span, sort)


@pytest.mark.parametrize("ask", [_orders, _invoices])
@pytest.mark.parametrize("sort", ["business_date", "-business_date", "id", "-id"])
def test_of_another_merchant_from_another_date_and_another_page(
    merchants: list[Connection], ask: Callable[..., Listed], sort: str
) -> None:
    for since in (_FIRST + timedelta(days=1), _FIRST + timedelta(days=2), _FIRST):
        for merchant in merchants:
            found, after = [], None
            while True:
                page = ask(merchant, Span(limit=1, after=after), sort, since=since)
                found += page.items
                if (after := page.next) is None:
                    break
            days = [since + timedelta(days=n) for n in range((_FIRST - since).days + _DAYS)]
            wanted = days[::-1] if sort.startswith("-") else days
            assert [row["business_date"] for row in found] == wanted
            assert {row["connection_id"] for row in found} == {merchant.id}


@pytest.mark.parametrize("ask", [_orders, _invoices])
def test_of_other_places_and_by_filters_that_fit_nothing(
    merchants: list[Connection], ask: Callable[..., Listed]
) -> None:
    one, other = merchants
    for sort in ("-business_date", "-id"):
        for merchant in merchants:
            mine = ask(merchant, Span(), sort, connection=merchant.name).items
            assert {row["connection_id"] for row in mine} == {merchant.id}
            assert len(mine) == _DAYS
        assert not ask(one, Span(), sort, connection=other.name).items
        assert not ask(one, Span(), sort, connection="").items
        assert not ask(one, Span(), sort, location_id=mine[0]["location_id"]).items
        there = ask(other, Span(), sort, location_id=mine[0]["location_id"]).items
        assert len(there) == _DAYS


def test_of_another_state_and_until_another_date(merchants: list[Connection]) -> None:
    merchant = merchants[0]
    for sort in ("-business_date", "-id"):
        for state, found in (("issued", _DAYS), ("due", 0), ("issued", _DAYS)):
            assert len(_orders(merchant, Span(), sort, invoice_state=state).items) == found
        for days in (0, 2):
            until = _FIRST + timedelta(days=days)
            assert len(_orders(merchant, Span(), sort, until=until).items) == days + 1


@pytest.mark.parametrize("ask", [_orders, _invoices])
@pytest.mark.parametrize("sort", ["business_date", "-business_date", "id", "-id"])
def test_a_page_behind_a_row_of_other_dates(
    merchants: list[Connection], ask: Callable[..., Listed], sort: str
) -> None:
    """As whoever changes the dates and keeps the page."""
    merchant, days = merchants[0], [_FIRST + timedelta(days=n) for n in range(_DAYS)]
    ordered = days[::-1] if sort.startswith("-") else days
    for place, seen in enumerate(ordered[:-1]):
        after = ask(merchant, Span(limit=place + 1), sort).next
        for span in ((days[1], days[2]), (seen, seen), (None, days[1]), (days[2], None)):
            since, until = span
            page = ask(merchant, Span(after=after), sort, since=since, until=until)
            wanted = [
                day for day in ordered[place + 1 :] if (since or day) <= day <= (until or day)
            ]
            assert [row["business_date"] for row in page.items] == wanted


@pytest.mark.parametrize(
    ("sort", "since", "until", "goes_on"),
    [
        ("-business_date", 2, 3, False),
        ("-business_date", 3, 4, True),
        ("-business_date", 5, None, True),
        ("business_date", 5, 6, False),
        ("business_date", 4, None, True),
        ("business_date", None, 3, True),
        ("-id", 2, 3, True),
    ],
)
def test_a_walk_begins_within_the_dates(
    sort: str, since: int | None, until: int | None, goes_on: bool
) -> None:
    """From a row before them PostgreSQL would walk past all that lies between."""
    order, row = SORTS[sort], {"id": 7, "business_date": date(2026, 3, 4)}
    days = {"since": since, "until": until}
    wanted = OrderFilter(**{key: day and date(2026, 3, day) for key, day in days.items()})
    asking, values = asked(1, wanted, order, Span(after=cursor_of(order, row)))
    assert asking.goes_on is goes_on
    assert ("seen_0" in values) is goes_on
