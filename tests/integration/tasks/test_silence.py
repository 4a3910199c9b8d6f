"""Deliveries that stop while sales go on are noticed, and nothing is missed meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config import clock
from models import StreamCursor, inbox
from models.session import unit_of_work
from models.silence import is_silent
from sandbox.toast.webhook.message import order_updated
from tasks import handle, sync
from tests.integration.tasks.asked import connection, control, cursors, one, orders
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def read(shop: Shop) -> Shop:
    """A shop whose orders are all read and delivered, long before it sells on."""
    shop.take_in(shop.messages())
    handle.drain(shop.connection_id)
    for cursor_id in cursors(shop):
        sync.run(cursor_id)
    return shop


def _sell(shop: Shop, minutes: float) -> str:
    """An order of so many minutes from now, of which no delivery tells."""
    control(shop, "clock", {"offset_s": minutes * 60})
    return str(control(shop, "orders", {"count": 1, "webhooks": False})["guids"][0])


def _read_all(shop: Shop) -> None:
    for cursor_id in cursors(shop):
        pull = sync.run(cursor_id)
        assert pull is not None
        assert pull.fault is None


def _deliver(shop: Shop) -> None:
    """A delivery that is new, whatever it tells of."""
    shop.take_in([replace(shop.messages(1)[0], guid="late-but-there")])
    handle.drain(shop.connection_id)


def _ahead(shop: Shop, minutes: float) -> Any:
    """Both clocks, ours and the platform's, so many minutes on."""
    control(shop, "clock", {"offset_s": minutes * 60})
    return clock.frozen(clock.now() + timedelta(minutes=minutes))


def _since(shop: Shop) -> datetime | None:
    found: datetime | None = connection(shop).unannounced_since
    return found


def test_sales_that_no_delivery_told_of_are_read_and_noticed(read: Shop) -> None:
    guid = _sell(read, 9)
    with _ahead(read, 12):
        _read_all(read)
        assert guid in orders(read)
        since = _since(read)
        assert since is not None
        assert not is_silent(since, clock.now())
    assert is_silent(since, since + timedelta(minutes=15))


def test_while_it_is_silent_the_rest_is_read_more_often(read: Shop) -> None:
    with unit_of_work() as session:
        seldom = StreamCursor(
            organization_id=read.organization_id,
            connection_id=read.connection_id,
            stream="menus",
            location_external_id="somewhere",
            next_due_at=clock.now() + timedelta(days=1),
            sales=False,
        )
        session.add(seldom)
    due = "SELECT next_due_at FROM cursors WHERE id = :c"
    _sell(read, 9)
    with _ahead(read, 12):
        _read_all(read)
        assert one(due, c=seldom.id).next_due_at > clock.now() + timedelta(hours=1)
    _sell(read, 25)
    with _ahead(read, 28):
        _read_all(read)
        assert one(due, c=seldom.id).next_due_at <= clock.now() + timedelta(minutes=5)
        _deliver(read)
        assert one(due, c=seldom.id).next_due_at <= clock.now()


def test_a_delivery_ends_the_silence(read: Shop) -> None:
    _sell(read, 9)
    with _ahead(read, 12):
        _read_all(read)
        assert _since(read) is not None
        _deliver(read)
        assert _since(read) is None


def test_that_stock_is_told_of_ends_no_silence(read: Shop) -> None:
    stock = read.event(read.messages(1)[0])
    _sell(read, 9)
    with _ahead(read, 12):
        with unit_of_work() as session:
            body = b'{"eventCategory": "stock", "details": {}}'
            headers = {"toast-event-category": "stock"}
            told = replace(
                stock, delivery_id="stock", event_type="stock", headers=headers, body=body
            )
            inbox.accept(session, told)
        handle.drain(read.connection_id)
        _read_all(read)
        assert _since(read) is not None


@pytest.mark.parametrize("ahead_s", [-90, 90])
def test_a_clock_that_differs_is_no_silence(read: Shop, ahead_s: float) -> None:
    guid = _sell(read, ahead_s / 60)
    held = read.till.platform.book.get(guid)
    assert held is not None
    read.take_in([order_updated(held, "told", held.modified_ms)])
    handle.drain(read.connection_id)
    control(read, "clock", {"offset_s": 300 + ahead_s})
    _read_all(read)
    assert _since(read) is None


def test_who_never_had_a_delivery_is_told_nothing(shop: Shop) -> None:
    _read_all(shop)
    _sell(shop, 5)
    with _ahead(shop, 30):
        _read_all(shop)
        assert _since(shop) is None
