"""A list's statement is made once: asked again, it finds what is asked for now."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from models import Connection, listing
from models.listing import InvoiceFilter, Listed, OrderFilter, Span
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
