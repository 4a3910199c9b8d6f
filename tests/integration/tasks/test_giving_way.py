"""History rests while a delivery waits, as long as it worked and no longer; a pull never does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from config import clock
from models import Connection, inbox_standing
from models.session import unit_of_work
from tasks import backfill, giving_way, sync
from tests.integration.tasks.asked import control, cursors, one
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

# Far longer than anything here takes.
_LONG_S = 60.0


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What was found at each look for deliveries that wait."""
    found: list[bool] = []
    look = inbox_standing.anybody_waits

    def noted(db: Any) -> bool:
        found.append(look(db))
        return found[-1]

    monkeypatch.setattr(inbox_standing, "anybody_waits", noted)
    return found


def _change(values: str) -> None:
    with unit_of_work() as session:
        session.execute(text(f"UPDATE inbox_events SET {values}"))


def _took_s(body: Callable[[], Any]) -> float:
    began = clock.monotonic()
    body()
    return clock.monotonic() - began


def test_it_goes_on_at_once_where_nothing_waits(shop: Shop, looks: list[bool]) -> None:
    _change("state = 'done'")
    assert _took_s(lambda: giving_way.after(_LONG_S)) < _LONG_S
    assert looks == [False]


def test_it_rests_until_the_delivery_is_handled(shop: Shop, looks: list[bool]) -> None:
    shop.take_in(shop.messages(1))
    with ThreadPoolExecutor(1) as pool:
        resting = pool.submit(giving_way.after, _LONG_S)
        until(lambda: len(looks) >= 3, what="a few looks")
        assert not resting.done()
        _change("state = 'done'")
        assert _took_s(resting.result) < _LONG_S
    assert looks[:3] == [True] * 3


def test_it_rests_no_longer_than_it_worked(shop: Shop, looks: list[bool]) -> None:
    shop.take_in(shop.messages(1))
    assert _took_s(lambda: giving_way.after(0.2)) >= 0.2
    assert all(looks)


def test_what_was_tried_and_put_off_keeps_nobody_waiting(shop: Shop, looks: list[bool]) -> None:
    shop.take_in(shop.messages(2))
    _change("attempts = 1, next_attempt_at = now() - interval '1 minute'")
    giving_way.after(_LONG_S)
    assert looks == [False]


@pytest.fixture
def sold(shop: Shop) -> Shop:
    """A shop with some pages of orders to read, and a delivery that nobody handles."""
    at = clock.now() - timedelta(hours=3)
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
    control(shop, "orders", {"count": 250, "webhooks": False, "at": stamp})
    shop.take_in(shop.messages(1))
    return shop


def test_an_import_gives_way_after_each_page_and_ends_all_the_same(
    sold: Shop, looks: list[bool]
) -> None:
    today = clock.now().date()
    with unit_of_work() as session:
        row = session.get_one(Connection, sold.connection_id)
    run_id = backfill.begin(row, "orders", today - timedelta(days=2), today)
    backfill.cut(run_id)
    for slice_id in backfill.open_slices(run_id):
        assert backfill.read(slice_id) is not None
    read = one("SELECT rows_read, finished_at FROM sync_runs WHERE id = :r", r=run_id)
    assert read.rows_read >= 250
    assert read.finished_at is not None
    assert len(looks) >= 3
    assert all(looks)


def test_a_pull_of_what_is_new_does_not(sold: Shop, looks: list[bool]) -> None:
    for cursor_id in cursors(sold):
        assert sync.run(cursor_id) is not None
    assert looks == []
