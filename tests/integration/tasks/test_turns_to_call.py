"""Who has no call left waits in its row: no worker sleeps, and other locations are read."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest
import redis

from config import clock
from config.settings import settings
from connectors.base import http
from connectors.base.budget import Budget, Limit
from models import Connection
from models.session import unit_of_work
from tasks import backfill, connect, reach, sync
from tests.integration.tasks.asked import ask, connection, control, cursors, one
from tests.integration.tasks.queued import Queues
from tests.integration.tasks.reading import begun, cursor_row
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

_APART_S = 5.0


@pytest.fixture(autouse=True)
def _nobody_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    def asleep(seconds: float) -> NoReturn:
        raise AssertionError(f"a worker slept for {seconds} s")

    monkeypatch.setattr(http.time, "sleep", asleep)


@pytest.fixture
def spaced(shop: Shop) -> Shop:
    """A shop whose history calls are to come five seconds apart, at each location."""
    config = {**shop.config, "history_interval_s": _APART_S}
    connect.connect(shop.organization_id, "toast", connection(shop).name, config)
    return shop


def _of(run_id: int) -> list[Any]:
    return ask("SELECT * FROM sync_slices WHERE run_id = :r ORDER BY id", r=run_id)


def _work(queues: Queues) -> None:
    while queues.waiting_for("toast.bulk", "backfill.slice"):
        queues.work("toast.bulk")


def test_a_slice_that_has_to_wait_makes_room_for_another_location(
    spaced: Shop, queues: Queues
) -> None:
    run_id = begun(spaced, 2)
    with clock.frozen(clock.now()):
        backfill.plan(run_id=run_id, platform="toast")
        _work(queues)
        done = [row for row in _of(run_id) if row.status == "done"]
        assert sorted(row.location_external_id for row in done) == sorted(
            each.guid for each in spaced.till.platform.merchant.restaurants
        )
        waits = [row for row in _of(run_id) if row.next_attempt_at > clock.now()]
        assert waits
        for row in waits:
            assert row.next_attempt_at - clock.now() <= timedelta(seconds=2 * _APART_S)
            assert (row.error_code, row.failures) == (None, 0)
        # The others of these locations aren't tried in vain meanwhile.
        assert backfill.signal(run_id) == 0


def test_it_goes_on_once_its_turn_has_come(spaced: Shop, queues: Queues) -> None:
    run_id = begun(spaced, 2)
    backfill.plan(run_id=run_id, platform="toast")
    at, turns = clock.now(), 0
    while one("SELECT status FROM sync_runs WHERE id = :r", r=run_id).status != "done":
        with clock.frozen(at):
            backfill.signal(run_id)
            _work(queues)
        at += timedelta(seconds=2 * _APART_S)
        turns += 1
        # The platform's clock goes with ours.
        control(spaced, "clock", {"offset_s": turns * 2 * _APART_S})
    assert turns <= len(_of(run_id))
    assert connection(spaced).status == "connected"


def test_a_location_without_calls_left_does_not_hold_up_the_others(shop: Shop) -> None:
    limited, free = cursors(shop)
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    bucket = reach.connector(row).buckets["ordersBulk"]
    place = cursor_row(limited).location_external_id
    with clock.frozen(clock.now()), redis.Redis.from_url(settings().redis()) as client:
        full = Limit(bucket, f"{row.key}:{place}")
        Budget(client).block(full, clock.now() + timedelta(seconds=20), clock.now())
        pull = sync.run(limited)
        assert pull is not None
        assert pull.fault is not None
        assert pull.fault.code == "budget.used_up"
        wait = cursor_row(limited).next_due_at - clock.now()
        assert timedelta(seconds=19) <= wait <= timedelta(seconds=26)
        read = sync.run(free)
    assert read is not None
    assert read.fault is None
    assert read.counts.read > 0
    assert connection(shop).status == "connected"
