import json
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from connectors.base.contract import Request
from models import StreamCursor, lease
from models.lease import LEASE, LeaseLostError
from models.session import unit_of_work
from tasks import pull, sync
from tests.integration.tasks.asked import (
    ask,
    connection,
    control,
    cursors,
    orders,
    state,
)
from tests.integration.tasks.conftest import Signals
from tests.integration.tasks.reading import (
    KilledError,
    cursor_row,
    end_lease,
    run_killed,
    runs_of,
    text_of,
)
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop whose first restaurant has three pages of new orders, to be read as one window."""
    control(shop, "orders", {"count": 250, "webhooks": False, "at": text_of(-60)})
    mark = {"v": 1, "mark": text_of(-60 * 24)}
    ask(
        "UPDATE cursors SET resume = cast(:r AS jsonb) WHERE id = :c",
        r=json.dumps(mark),
        c=cursors(shop)[0],
    )
    return shop


def test_a_reader_that_is_killed_between_pages_is_resumed_where_it_was(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    with pytest.raises(KilledError):
        run_killed(cursor_id, after_pages=1)
    cut = cursor_row(cursor_id)
    assert cut.watermark is None
    assert cut.resume["page"] >= 1
    stored = len(orders(busy))
    assert stored > 0
    before = _pages_asked(busy)
    end_lease(cursor_id)
    summary = sync.run(cursor_id)
    assert summary.fault is None
    assert summary.counts.read < 250
    done = cursor_row(cursor_id)
    assert done.watermark is not None
    assert "page" not in done.resume
    # Neither the search for the last page nor a stored page is repeated.
    assert 0 < _pages_asked(busy) - before <= 3
    place = done.location_external_id
    made = [each.guid for each in busy.till.platform.book.all(place)]
    assert len(made) >= 250
    assert len(set(made) & set(orders(busy))) >= 250


def _pages_asked(shop: Shop) -> int:
    asked = state(shop)["requests"]
    return sum(count for route, count in asked.items() if "ordersBulk" in route)


def test_the_run_of_a_killed_reader_does_not_stay_open(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    with pytest.raises(KilledError):
        run_killed(cursor_id, after_pages=1)
    (run,) = runs_of(cursor_id)
    assert (run.status, run.finished_at) == ("running", None)
    assert run.rows_read > 0
    end_lease(cursor_id)
    sync.run(cursor_id)
    abandoned, last = runs_of(cursor_id)
    assert abandoned.finished_at is not None
    assert abandoned.error_code == "run.abandoned"
    assert last.status == "done"


def test_the_watermark_moves_only_when_its_window_is_read_to_the_end(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    seen: list[Any] = []
    sync.run(cursor_id, report=lambda _: seen.append(cursor_row(cursor_id)))
    *pages, last = [row for row in seen if row.resume.get("page") or row.watermark]
    assert any(row.resume.get("page") for row in pages)
    for row in seen:
        assert (row.watermark is None) or ("page" not in row.resume)
    # To the end of the window, server time less hold-back, whatever the newest order says.
    assert timedelta(minutes=1) <= clock.now() - last.watermark < timedelta(minutes=1, seconds=30)


def test_a_reader_that_was_replaced_stores_neither_rows_nor_cursor(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    taken: list[Any] = []

    def take_over(_: pull.Counts) -> None:
        if not taken:
            with unit_of_work() as session:
                later = clock.now() + LEASE + timedelta(seconds=1)
                lease.take(session, StreamCursor, cursor_id, later)
            taken.append((cursor_row(cursor_id), len(orders(busy))))

    summary = sync.run(cursor_id, report=take_over)
    assert isinstance(summary.fault, LeaseLostError)
    before, stored = taken[0]
    after = cursor_row(cursor_id)
    assert (after.resume, after.lease, after.watermark) == (before.resume, before.lease, None)
    assert len(orders(busy)) == stored
    assert connection(busy).status == "connected"


def test_a_reader_that_is_replaced_after_its_last_page_ends_quietly(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]

    def take_over(_: pull.Counts) -> None:
        with unit_of_work() as session:
            lease.take(session, StreamCursor, cursor_id, clock.now() + 2 * LEASE)

    summary = sync.run(cursor_id, report=take_over)
    assert isinstance(summary.fault, LeaseLostError)


def test_finding_a_windows_last_page_may_outlast_a_lease(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    with clock.frozen(clock.now()) as advance:
        with unit_of_work() as session:
            held = lease.take(session, StreamCursor, cursor_id, clock.now())

        class Slow:
            def send(self, request: Request) -> Any:
                advance(LEASE * 0.6)
                return request

        alive = pull.Alive(Slow(), held)
        for _ in range(5):
            alive.send(Request("GET", "/"))
            with unit_of_work() as session:
                assert lease.take(session, StreamCursor, cursor_id, clock.now()) is None
        with unit_of_work() as session:
            advance(2 * LEASE)
            assert lease.take(session, StreamCursor, cursor_id, clock.now()) is not None
        with pytest.raises(LeaseLostError):
            alive.send(Request("GET", "/"))


def test_only_one_reader_reads(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    inner: list[Any] = []
    sync.run(cursor_id, report=lambda _: inner.append(sync.run(cursor_id)))
    assert inner
    assert set(inner) == {None}


def test_a_reading_that_runs_out_of_time_stops_after_a_page_and_asks_to_go_on(
    busy: Shop, signals: Signals
) -> None:
    cursor_id = cursors(busy)[0]
    summary = sync.run(cursor_id, budget_s=-1)
    while not summary.counts.read:
        # The search for the last page is cut off just so.
        assert summary.more
        summary = sync.run(cursor_id, budget_s=-1)
    assert summary.more
    assert 0 < summary.counts.read < 250
    assert cursor_row(cursor_id).next_due_at <= clock.now()
    sync.stream(cursor_id=cursor_id, platform="toast")
    assert signals.take("sync.stream") == []
    assert cursor_row(cursor_id).watermark is not None


def test_slices_go_on_through_every_window_and_then_end(shop: Shop, signals: Signals) -> None:
    cursor_id = cursors(shop)[0]
    for _ in range(10):
        slice_ = sync.run(cursor_id, budget_s=-1)
        assert slice_.fault is None
        if not slice_.more:
            break
        # A first delta is several windows, and each one's last page ends that window only.
        assert cursor_row(cursor_id).next_due_at <= clock.now()
    row = cursor_row(cursor_id)
    assert clock.now() - row.watermark < timedelta(minutes=1, seconds=30)
    assert row.next_due_at > clock.now()
    *earlier, last = [(run.status, run.error_code) for run in runs_of(cursor_id)]
    assert earlier == [("waiting", None)] * len(earlier)
    assert len(earlier) >= 2
    assert last == ("done", None)
    made = {each.guid for each in shop.till.platform.book.all(row.location_external_id)}
    assert made <= set(orders(shop))
    # Once there is nothing new, a slice whose time is up at once asks for no other.
    assert not sync.run(cursor_id, budget_s=-1).more


def test_a_slice_that_ends_a_window_signals_the_next(
    shop: Shop, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "_SLICE_S", -1.0)
    cursor_id = cursors(shop)[0]
    sync.stream(cursor_id=cursor_id, platform="toast")
    turn = cursor_row(cursor_id).lease
    assert signals.take("sync.stream") == [
        {"cursor_id": cursor_id, "platform": "toast", "turn": turn}
    ]
