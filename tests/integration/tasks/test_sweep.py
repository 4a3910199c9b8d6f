from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from config import clock
from models import JobSlot, SyncRun
from models.session import unit_of_work
from tasks import handle, invoice, sites, slots, sweep, sync
from tests.integration.tasks.asked import ask, deliveries
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

# A slot of this length has begun in 2001, and ends once no test runs any more.
_LONG_S = 10**9


def test_a_delivery_whose_signal_got_lost_is_swept_up(shop: Shop, signals: Signals) -> None:
    shop.take_in(shop.messages(1))
    ours = {"connection_id": shop.connection_id, "platform": "toast"}
    sweep.inbox_()
    assert ours not in signals.take("handle.events")
    with clock.frozen(clock.now() + timedelta(seconds=3)):
        sweep.inbox_()
        assert ours in signals.take("handle.events")
        handle.events(**ours)
        sweep.inbox_()
    assert ours not in signals.take("handle.events")
    assert [row.state for row in deliveries(shop)] == ["done"]


@pytest.mark.parametrize(
    ("job", "signal"),
    [
        (sweep.inbox_, "handle.events"),
        (sweep.slices, "backfill.slice"),
        (invoice.due, "invoice.orders"),
        (sync.due, "sync.stream"),
        (sites.due, "sites.list"),
        (sites.first, "sites.list"),
    ],
)
def test_a_doubled_beat_does_nothing_twice(
    shop: Shop, signals: Signals, job: object, signal: str
) -> None:
    assert callable(job)
    ask("UPDATE cursors SET next_due_at = now() - interval '1 day'")
    shop.take_in(shop.messages(1))
    with clock.frozen(clock.now() + timedelta(days=1)) as advance:
        job(every_s=_LONG_S)
        signals.take(signal)
        advance(timedelta(seconds=59))
        job(every_s=_LONG_S)
        assert signals.take(signal) == []
        with unit_of_work() as session:
            name = job.name  # type: ignore[attr-defined]
            count = select(func.count()).select_from(JobSlot).where(JobSlot.job == name)
            assert session.scalar(count) == 1
            session.query(JobSlot).delete()


def test_a_slot_is_the_first_callers_and_the_next_slot_is_free() -> None:
    assert slots.first_in_slot("job", _LONG_S)
    assert not slots.first_in_slot("job", _LONG_S)
    assert slots.first_in_slot("another job", _LONG_S)
    # What the database's clock takes for the next one.
    ask(f"UPDATE job_slots SET scheduled_for = scheduled_for - interval '{_LONG_S} seconds'")
    assert slots.first_in_slot("job", _LONG_S)
    assert slots.first_in_slot("job", 0)
    assert slots.first_in_slot("job", 0)


def test_a_slot_is_of_the_databases_clock_whatever_the_hosts_says() -> None:
    with clock.frozen(clock.now() - timedelta(hours=1)):
        assert slots.first_in_slot("skewed", 5)
    (row,) = ask("SELECT scheduled_for, now() AS now FROM job_slots WHERE job = 'skewed'")
    assert row.scheduled_for.timestamp() % 5 == 0
    assert timedelta() <= row.now - row.scheduled_for < timedelta(seconds=30)


def test_slots_taken_before_the_clock_was_set_back_keep_no_job_from_running() -> None:
    with unit_of_work() as session:
        session.query(JobSlot).delete()
        for job, ahead in (("job", 3600), ("another job", 3600), ("job", 3), ("job", -5)):
            at = clock.now() + timedelta(seconds=ahead)
            session.add(JobSlot(job=job, scheduled_for=at))
    assert slots.first_in_slot("third job", _LONG_S)
    left = ask("SELECT job, scheduled_for > now() + interval '1 minute' AS ahead FROM job_slots")
    assert sorted(map(tuple, left)) == [("job", False), ("job", False), ("third job", False)]


def test_pruning_forgets_what_is_old_and_keeps_what_waits(shop: Shop) -> None:
    shop.take_in(shop.messages(2))
    handle.drain(shop.connection_id)
    shop.take_in([message for message in shop.messages() if message.guid.endswith("5")])
    now = clock.now()
    for days, rows_read in ((91, 1), (89, 1), (2, 0), (0.5, 0), (None, 0)):
        finished = None if days is None else now - timedelta(days=days)
        _ran(shop, now, finished, rows_read)
    sweep.prune()
    assert len(deliveries(shop)) == 3
    runs = ask("SELECT 1 FROM sync_runs WHERE connection_id = :c", c=shop.connection_id)
    # One that is old, and one that found nothing, are gone.
    assert len(runs) == 3
    with clock.frozen(now + timedelta(days=31)):
        sweep.prune()
    assert [row.state for row in deliveries(shop)] == ["pending"]


def test_pruning_goes_on_while_there_is_more(
    shop: Shop, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "_PRUNE_AT_ONCE", 2)
    now = clock.now()
    for _ in range(3):
        _ran(shop, now, now - timedelta(days=2), 0)
    sweep.prune()
    assert signals.take("sweep.prune") == [{}]
    sweep.prune()
    assert signals.take("sweep.prune") == []
    assert not ask("SELECT 1 FROM sync_runs WHERE connection_id = :c", c=shop.connection_id)


def _ran(shop: Shop, now: datetime, finished: datetime | None, rows_read: int) -> None:
    with unit_of_work() as session:
        session.add(
            SyncRun(
                organization_id=shop.organization_id,
                connection_id=shop.connection_id,
                stream="orders",
                kind="delta",
                status="done" if finished else "running",
                rows_read=rows_read,
                started_at=now,
                finished_at=finished,
                correlation_id="c",
            )
        )
