"""History rests after each page while a delivery waits; a pull of what is new never does."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text

from config import clock
from models import Connection, inbox_standing
from models.session import DatabaseAwayError, unit_of_work
from tasks import backfill, giving_way, ring, sync
from tests.integration.tasks.asked import control, cursors, one
from tests.shop import Shop
from tests.slices import open_slices

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def among_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here, where signals are only noted, as it is in a worker."""
    monkeypatch.setattr(ring, "works_inline", lambda: False)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch, among_workers: None) -> list[bool]:
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


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds rested, each time; none of them passes."""
    slept: list[float] = []
    monkeypatch.setattr(giving_way, "time", SimpleNamespace(sleep=slept.append))
    return slept


@pytest.mark.usefixtures("among_workers")
def test_it_goes_on_at_once_where_nothing_waits(shop: Shop, rests: list[float]) -> None:
    _change("state = 'done'")
    giving_way.after(0.1)
    assert rests == []


@pytest.mark.usefixtures("among_workers")
@pytest.mark.parametrize(("worked_s", "rested_s"), [(0.1, 0.3), (60.0, 1.0)])
def test_it_rests_longer_than_it_worked_but_never_long(
    shop: Shop, rests: list[float], worked_s: float, rested_s: float
) -> None:
    shop.take_in(shop.messages(1))
    giving_way.after(worked_s)
    assert rests == [pytest.approx(rested_s)]


@pytest.mark.usefixtures("among_workers")
def test_what_was_tried_and_put_off_keeps_nobody_waiting(shop: Shop, rests: list[float]) -> None:
    shop.take_in(shop.messages(2))
    _change("attempts = 1, next_attempt_at = now() - interval '1 minute'")
    giving_way.after(0.1)
    assert rests == []


@pytest.mark.usefixtures("among_workers")
@pytest.mark.parametrize("error", [MemoryError, psycopg2.InterfaceError, DatabaseAwayError])
def test_what_keeps_it_from_looking_is_not_taken_for_a_page_that_was_not_stored(
    monkeypatch: pytest.MonkeyPatch, rests: list[float], error: type[Exception]
) -> None:
    def look(_: Any) -> bool:
        raise error("database.away", "It is away.") if error is DatabaseAwayError else error

    monkeypatch.setattr(inbox_standing, "anybody_waits", look)
    giving_way.after(0.1)
    assert rests == []


def test_a_command_that_works_alone_gives_way_to_nobody(shop: Shop, rests: list[float]) -> None:
    shop.take_in(shop.messages(1))
    with ring.inline(lambda *_: None):
        giving_way.after(0.1)
    assert rests == []


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
    for slice_id in open_slices(run_id):
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
