"""What is read costs workers their life: that is a failure, with its reason; one loss is none."""

from collections import Counter
from typing import Any

import pytest

from config import clock
from models import Slice, StreamCursor, run_progress
from models.session import unit_of_work
from tasks import backfill, pull, sync
from tests.integration.tasks.asked import ask, connection, control, cursors, one
from tests.integration.tasks.reading import (
    KilledError,
    cursor_row,
    end_lease,
    lose,
    planned,
    run_killed,
    runs_of,
    text_of,
)
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

_LOST = "reading.lost_workers"
# So many in a row are no bad luck any more.
LOST = 5


class DeathError(BaseException):
    """Ends a reader where it stands, past every handler."""


def _die(_: pull.Counts) -> None:
    raise DeathError


def slice_row(slice_id: int) -> Any:
    return one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)


def wait_s(until: Any) -> float:
    return float((until - clock.now()).total_seconds())


def test_a_stream_that_costs_workers_is_left_alone_longer_each_time_and_says_so(
    shop: Shop,
) -> None:
    cursor_id = cursors(shop)[0]
    for _ in range(LOST):
        lose(StreamCursor, cursor_id)
    for failures, wait in enumerate((5, 10, 20)):
        with clock.frozen(clock.now()):
            done = sync.run(cursor_id)
            assert done is not None
            assert done.fault is done.lost is not None
            row = cursor_row(cursor_id)
            assert (row.failures, row.leased_until) == (failures + 1, None)
            assert wait <= wait_s(row.next_due_at) <= 1.1 * wait
        lose(StreamCursor, cursor_id)
    stood = connection(shop)
    assert (stood.status, stood.status_code) == ("needs attention", _LOST)
    assert "memory" in stood.next_step
    stood = [(run.status, run.error_code) for run in runs_of(cursor_id)]
    luckless, costly, last = stood[: LOST - 1], stood[LOST - 1 : -1], stood[-1]
    assert set(luckless) == {("waiting", "run.abandoned")}
    assert set(costly) == {("failed", _LOST)}
    assert last == ("running", None)
    # With enough memory: the wait is over and it goes on by itself.
    sync.run(cursor_id)
    assert sync.run(cursor_id).fault is None
    assert cursor_row(cursor_id).failures == 0
    assert connection(shop).status == "connected"


def test_readers_that_are_lost_now_and_then_cost_a_stream_nothing(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    for losses in (1, LOST - 1, LOST - 1):
        for _ in range(losses):
            lose(StreamCursor, cursor_id)
        assert sync.run(cursor_id).fault is None
    control(shop, "orders", {"count": 250, "webhooks": False, "at": text_of(-60)})
    ask("UPDATE cursors SET watermark = NULL, resume = NULL WHERE id = :c", c=cursor_id)
    # Each stored a page, so that it isn't what they read.
    for _ in range(LOST):
        with pytest.raises(KilledError):
            run_killed(cursor_id, after_pages=0)
        end_lease(cursor_id)
    assert sync.run(cursor_id).fault is None
    assert connection(shop).status == "connected"


def test_a_slice_that_costs_workers_fails_and_holds_its_import_up(shop: Shop) -> None:
    slice_id = planned(shop)
    for _ in range(LOST):
        lose(Slice, slice_id)
    assert backfill.read(slice_id) is None
    row = slice_row(slice_id)
    assert (row.status, row.error_code, row.failures) == ("failed", _LOST, 1)
    assert (connection(shop).status, connection(shop).status_code) == ("needs attention", _LOST)
    with unit_of_work() as session:
        trouble = run_progress.trouble(session, row.run_id)
        assert trouble is not None
        assert (trouble.id, trouble.error_code) == (slice_id, _LOST)
        # Whoever watches the import sees that this location gets no further.
        assert slice_id not in run_progress.readable(session, row.run_id, clock.now())
        run_progress.retry_failed(session, row.run_id, clock.now())
    # Somebody mended it: its losses are counted anew.
    for _ in range(LOST - 1):
        lose(Slice, slice_id)
    assert backfill.read(slice_id) is not None
    assert (slice_row(slice_id).status, slice_row(slice_id).error_code) == ("done", None)


def test_a_page_that_is_stored_tells_that_a_slice_costs_no_worker(shop: Shop) -> None:
    control(shop, "orders", {"count": 250, "webhooks": False, "at": text_of(-180)})
    counts = Counter(each.restaurant.guid for each in shop.till.platform.book.all())
    ((place, _),) = counts.most_common(1)
    # Its last days are one slice a location.
    slice_id = one(
        "SELECT s.id FROM sync_slices s JOIN sync_slices p USING (run_id) WHERE p.id = :p"
        " AND s.location_external_id = :l ORDER BY s.start_at LIMIT 1",
        p=planned(shop),
        l=place,
    ).id
    for _ in range(LOST):
        lose(Slice, slice_id)
    assert backfill.read(slice_id) is None
    assert slice_row(slice_id).status == "failed"
    for _ in range(2):
        with pytest.raises(DeathError):
            backfill.read(slice_id, _die)
        assert (slice_row(slice_id).status, slice_row(slice_id).error_code) == ("planned", None)
        end_lease(slice_id, "sync_slices")
    assert backfill.read(slice_id) is not None
    assert slice_row(slice_id).status == "done"
