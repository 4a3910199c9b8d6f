"""Pages and lists cost a handful of queries, however many rows there are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from models import listing
from models.session import engine, unit_of_work
from tests import factories, merchants, telling
from tests.merchants import Merchant

MOST = 12


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that run inside."""
    found: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine(), "before_cursor_execute", note)


def fill(owner: Merchant, count: int, start: int = 0) -> tuple[int, str]:
    ids = merchants.take_orders(
        owner, *(merchants.rich_order(f"o{n}") for n in range(start, start + count))
    )
    numbers = merchants.invoice(*ids)
    merchants.tallied(owner)
    for _ in range(count):
        merchants.deliver(owner, record=f"o{start}")
        merchants.pulled(owner)
        merchants.parked_record(owner)
    for n in range(start, start + count):
        things = (telling.item(f"i{n}") for n in range(start + count))
        telling.tell(
            owner.connection,
            telling.menu(factories.at(n), items=tuple(things)),
            telling.stock(item=f"i{n}"),
            telling.configured(f"d{n}"),
            telling.cash(f"e{n}"),
        )
    return ids[0], numbers[0]


def test_no_page_asks_once_a_row(page: FlaskClient, script: FlaskClient, owner: Merchant) -> None:
    order_id, number = fill(owner, 1)
    place = telling.place_id(owner.connection)
    addresses = [
        *("/", "/orders", "/invoices", "/events", "/sync-runs", "/parked", "/days", "/rollup"),
        *(f"/orders/{order_id}", f"/invoices/{number}"),
        *(f"/api/v1/{name}" for name in ("connections", "orders", "invoices", "events")),
        *(f"/api/v1/{name}" for name in ("sync-runs", "parked-records")),
        *(f"/api/v1/{name}" for name in ("locations", "customers")),
        *("/stock", "/stock/changes", "/locations", f"/locations/{place}"),
        *(f"/api/v1/{name}" for name in ("stock", "stock-changes", "menu-items", "configured")),
        *("/api/v1/cash", f"/api/v1/menus/{place}", f"/api/v1/locations/{place}"),
        f"/api/v1/locations/{place}/cash-day?date=2026-03-01",
        *(f"/api/v1/analytics/{name}" for name in ("days", "rollup")),
        f"/api/v1/orders/{order_id}",
    ]
    # The first use of a token is noted, which is a statement of its own.
    script.get("/api/v1/connections")
    few = {address: cost(page, script, address) for address in addresses}
    fill(owner, 9, start=1)
    many = {address: cost(page, script, address) for address in addresses}
    assert many == few
    assert max(few.values()) <= MOST, few


def cost(page: FlaskClient, script: FlaskClient, address: str) -> int:
    asker = script if address.startswith("/api/") else page
    with counted() as statements:
        assert asker.get(address).status_code == 200
    return len(statements)


@pytest.mark.parametrize(
    ("wanted", "sort", "index"),
    [
        (listing.OrderFilter(), "-business_date", "ix_orders_connection_id_date"),
        (listing.OrderFilter(), "-id", "ix_orders_connection_id_id"),
        (
            listing.OrderFilter(invoice_state="changed after issue"),
            "-business_date",
            "ix_orders_connection_id_state",
        ),
        (listing.OrderFilter(search="777"), "-business_date", "ix_orders_display_number"),
        (
            listing.OrderFilter(search="copy-4242"),
            "-business_date",
            "uq_orders_connection_id_external_id",
        ),
    ],
)
def test_lists_walk_an_index(
    books: Merchant, wanted: listing.OrderFilter, sort: str, index: str
) -> None:
    with unit_of_work() as session, explained() as plans:
        assert listing.orders(session, books.organization_id, wanted, sort=sort).items
    [plan] = plans
    assert index in plan
    assert "Seq Scan on orders" not in plan


@pytest.fixture
def books(owner: Merchant) -> Merchant:
    """Some thousand orders; one in a thousand was changed after issue."""
    merchants.many_orders(owner, 5000)
    return owner


@contextmanager
def explained() -> Iterator[list[str]]:
    """The plan of each query that runs inside."""
    found: list[str] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(f"EXPLAIN {statement}", parameters)
        found.append("\n".join(row[0] for row in cursor.fetchall()))

    event.listen(engine(), "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine(), "before_cursor_execute", explain)
