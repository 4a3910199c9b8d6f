import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from config import clock
from connectors.base.contract import Request
from models import StreamCursor, lease
from models.lease import LEASE, LeaseLostError
from models.session import unit_of_work
from sandbox.toast.serving import Served
from tasks import pull, reach, sync
from tests.integration.tasks.asked import (
    ask,
    connection,
    control,
    cursors,
    deliveries,
    one,
    orders,
    state,
)
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

# Past the minute that a delta leaves for the next reading.
LATER = timedelta(minutes=2)


class KilledError(Exception):
    """Ends a reader between two pages, as a kill does: without a word to anybody."""


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop whose first restaurant has three pages of new orders, to be read as one window."""
    control(shop, "orders", {"count": 250, "webhooks": False, "at": _text(-60)})
    mark = {"v": 1, "mark": _text(-60 * 24)}
    ask(
        "UPDATE cursors SET resume = cast(:r AS jsonb) WHERE id = :c",
        r=json.dumps(mark),
        c=cursors(shop)[0],
    )
    return shop


def _text(minutes: int) -> str:
    at = clock.now() + timedelta(minutes=minutes)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


def _cursor(cursor_id: int) -> Any:
    return one("SELECT * FROM cursors WHERE id = :c", c=cursor_id)


def _runs(cursor_id: int) -> list[Any]:
    return ask(
        "SELECT r.* FROM sync_runs r JOIN cursors c ON c.connection_id = r.connection_id "
        "AND c.location_external_id = r.location_external_id WHERE c.id = :c ORDER BY r.id",
        c=cursor_id,
    )


def _platform_orders(till: Served) -> int:
    return len(till.platform.book)


def _read_all(shop: Shop) -> None:
    for cursor_id in cursors(shop):
        summary = sync.run(cursor_id)
        assert summary is not None
        assert summary.fault is None


def test_a_first_delta_brings_every_order_and_says_how_many(shop: Shop, signals: Signals) -> None:
    with clock.frozen(clock.now() + LATER):
        control(shop, "clock", {"offset_s": 120})
        counts = [sync.run(cursor_id).counts for cursor_id in cursors(shop)]
    assert len(orders(shop)) == _platform_orders(shop.till) == sum(c.read for c in counts)
    assert not any(row.partial for row in orders(shop).values())
    for cursor_id, count in zip(cursors(shop), counts, strict=True):
        (run,) = _runs(cursor_id)
        assert (run.status, run.rows_read, run.rows_written) == ("done", count.read, count.written)
        assert run.finished_at is not None
    assert connection(shop).status == "connected"
    owed = sorted(row.id for row in orders(shop).values() if row.invoice_state == "due")
    told = [each for call in signals.take("invoice.order") for each in call["order_ids"]]
    assert sorted(told) == owed


def test_reading_again_changes_nothing(shop: Shop) -> None:
    _read_all(shop)
    before = orders(shop)
    _read_all(shop)
    assert orders(shop) == before
    assert (
        ask("SELECT order_id FROM order_lines GROUP BY order_id, external_id HAVING count(*) > 1")
        == []
    )


def test_webhook_and_delta_end_in_the_same_order_whichever_comes_first(shop: Shop) -> None:
    from tasks import handle

    messages = shop.messages()
    shop.take_in(messages[::2])
    handle.drain(shop.connection_id)
    with clock.frozen(clock.now() + LATER):
        control(shop, "clock", {"offset_s": 120})
        _read_all(shop)
    after = orders(shop)
    shop.take_in(messages[1::2])
    handle.drain(shop.connection_id)
    assert {row.state for row in deliveries(shop)} == {"done"}
    assert orders(shop) == after
    assert not any(row.partial for row in after.values())


def _killing(after_pages: int) -> Any:
    pages = iter(range(after_pages))

    def report(_: pull.Counts) -> None:
        if next(pages, None) is None:
            raise KilledError

    return report


def test_a_reader_that_is_killed_between_pages_is_resumed_where_it_was(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    with pytest.raises(KilledError):
        _run_killed(cursor_id, after_pages=1)
    cut = _cursor(cursor_id)
    assert cut.watermark is None
    assert cut.resume["page"] >= 1
    stored = len(orders(busy))
    assert stored > 0
    before = _pages_asked(busy)
    _end_lease(cursor_id)
    summary = sync.run(cursor_id)
    assert summary.fault is None
    assert summary.counts.read < 250
    done = _cursor(cursor_id)
    assert done.watermark is not None
    assert "page" not in done.resume
    # Neither the search for the last page nor a stored page is repeated.
    assert 0 < _pages_asked(busy) - before <= 3
    place = done.location_external_id
    made = [each.guid for each in busy.till.platform.book.all(place)]
    assert len(made) >= 250
    assert len(set(made) & set(orders(busy))) >= 250


def _end_lease(cursor_id: int) -> None:
    ask("UPDATE cursors SET leased_until = now() - interval '1 second' WHERE id = :c", c=cursor_id)


def _pages_asked(shop: Shop) -> int:
    asked = state(shop)["requests"]
    return sum(count for route, count in asked.items() if "ordersBulk" in route)


def _run_killed(cursor_id: int, after_pages: int) -> None:
    """Run until the report of a page raises, past every handler that would tidy up."""
    held = sync._begin(cursor_id)
    assert held is not None
    row, cursor, run_id, correlation_id = held
    with reach.line(row) as line:
        reader = pull.Pull(row, line.connector, run_id, correlation_id, cursor)
        sync._read(line, reader, None, _killing(after_pages))


def test_the_run_of_a_killed_reader_does_not_stay_open(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    with pytest.raises(KilledError):
        _run_killed(cursor_id, after_pages=1)
    (run,) = _runs(cursor_id)
    assert (run.status, run.finished_at) == ("running", None)
    assert run.rows_read > 0
    _end_lease(cursor_id)
    sync.run(cursor_id)
    abandoned, last = _runs(cursor_id)
    assert abandoned.finished_at is not None
    assert abandoned.error_code == "run.abandoned"
    assert last.status == "done"


def test_the_watermark_moves_only_when_its_window_is_read_to_the_end(busy: Shop) -> None:
    cursor_id = cursors(busy)[0]
    seen: list[Any] = []
    sync.run(cursor_id, report=lambda _: seen.append(_cursor(cursor_id)))
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
            taken.append((_cursor(cursor_id), len(orders(busy))))

    summary = sync.run(cursor_id, report=take_over)
    assert isinstance(summary.fault, LeaseLostError)
    before, stored = taken[0]
    after = _cursor(cursor_id)
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


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 503}, "toast.unavailable"),
        ({"kind": "cut"}, "toast.unreachable"),
        ({"kind": "truncate"}, "toast.unreachable"),
        ({"kind": "html"}, "toast.unavailable"),
    ],
)
def test_a_passing_trouble_delays_and_is_tried_again_later_each_time(
    shop: Shop, fault: dict[str, Any], code: str
) -> None:
    cursor_id = cursors(shop)[0]
    control(shop, "faults", [{"route": "/orders", **fault}])
    waits = []
    with clock.frozen(clock.now()) as advance:
        for _ in range(3):
            summary = sync.run(cursor_id)
            assert summary.fault.code == code
            waits.append(_cursor(cursor_id).next_due_at - clock.now())
            advance(timedelta(seconds=1))
        assert waits == [timedelta(seconds=s) for s in (5, 10, 20)]
        row, run = connection(shop), _runs(cursor_id)[-1]
        assert (row.status, row.status_code) == ("delayed", code)
        assert (run.status, run.error_code) == ("waiting", code)
        assert row.status_reason == run.error
        control(shop, "faults", method="DELETE")
        assert sync.run(cursor_id).fault is None
    assert (_cursor(cursor_id).failures, connection(shop).status) == (0, "connected")
    assert connection(shop).status_reason is None


def test_a_full_limit_is_waited_out_as_long_as_the_platform_says(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    headers = {"Retry-After": "7"}
    control(
        shop, "faults", [{"route": "/orders", "kind": "status", "status": 429, "headers": headers}]
    )
    with clock.frozen(clock.now()):
        assert sync.run(cursor_id).fault.code == "toast.limited"
        wait = _cursor(cursor_id).next_due_at - clock.now()
    assert timedelta(seconds=6) <= wait <= timedelta(seconds=8)
    assert connection(shop).status == "delayed"


def test_what_only_a_person_can_mend_is_told_and_tried_now_and_then(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    place = _cursor(cursor_id).location_external_id
    control(shop, "access", {"withdrawn": [place]})
    with clock.frozen(clock.now()):
        assert sync.run(cursor_id).fault.code == "toast.not_granted"
        assert _cursor(cursor_id).next_due_at == clock.now() + timedelta(minutes=30)
    row = connection(shop)
    assert (row.status, row.status_code) == ("needs attention", "toast.not_granted")
    assert row.next_step
    assert _runs(cursor_id)[-1].status == "failed"


def test_a_healthy_location_does_not_hide_one_that_fails(shop: Shop) -> None:
    failing, healthy = cursors(shop)
    control(shop, "access", {"withdrawn": [_cursor(failing).location_external_id]})
    sync.run(failing)
    sync.run(healthy)
    assert connection(shop).status == "needs attention"
    control(shop, "access", {"withdrawn": []})
    sync.run(failing)
    assert connection(shop).status == "connected"


def test_a_mistake_of_ours_is_told_on_the_connection_and_stops_nothing_else(shop: Shop) -> None:
    cursor_id, other = cursors(shop)

    def stumble(_: pull.Counts) -> None:
        raise KeyError("private detail")

    summary = sync.run(cursor_id, report=stumble)
    assert summary.fault.code == "reading.failed"
    row = connection(shop)
    assert row.status == "needs attention"
    assert "KeyError" in row.status_reason
    assert "private detail" not in row.status_reason
    assert _cursor(cursor_id).leased_until is None
    assert sync.run(other).fault is None


@pytest.mark.parametrize("offset_s", [600, -600])
def test_clocks_ten_minutes_apart_lose_and_delay_nothing(shop: Shop, offset_s: int) -> None:
    control(shop, "clock", {"offset_s": offset_s})
    cursor_id = cursors(shop)[0]
    restaurant = _cursor(cursor_id).location_external_id
    now = clock.now()
    with clock.frozen(now):
        sync.run(cursor_id)
    server = now + timedelta(seconds=offset_s)
    first = _cursor(cursor_id).watermark
    assert abs(server - timedelta(minutes=1) - first) < timedelta(seconds=30)
    control(shop, "orders", {"restaurant": restaurant, "webhooks": False})
    # Two minutes later on both clocks the new order is read.
    control(shop, "clock", {"offset_s": offset_s + 120})
    with clock.frozen(now + LATER):
        summary = sync.run(cursor_id)
    assert summary.fault is None
    book = shop.till.platform.book.all(restaurant)
    assert {each.guid for each in book} <= set(orders(shop))
    assert _cursor(cursor_id).watermark > first


def test_a_due_stream_is_signalled_once_until_it_is_due_again(shop: Shop, signals: Signals) -> None:
    ids = set(cursors(shop))
    with clock.frozen(clock.now() + LATER) as advance:
        sync.due()
        told = signals.take("sync.stream")
        assert ids <= {call["cursor_id"] for call in told}
        assert all(call["platform"] == "toast" for call in told)
        sync.due()
        assert not ids & {call["cursor_id"] for call in signals.take("sync.stream")}
        # A signal that nobody answered is given again.
        advance(timedelta(minutes=1))
        sync.due()
        assert ids <= {call["cursor_id"] for call in signals.take("sync.stream")}


def test_a_location_that_is_gone_is_not_asked_for(shop: Shop, signals: Signals) -> None:
    gone, there = cursors(shop)
    ask(
        "UPDATE locations SET archived = true WHERE connection_id = :c AND external_id = :e",
        c=shop.connection_id,
        e=_cursor(gone).location_external_id,
    )
    with clock.frozen(clock.now() + LATER):
        sync.due()
    told = {call["cursor_id"] for call in signals.take("sync.stream")}
    assert there in told
    assert gone not in told


def test_a_reading_that_runs_out_of_time_stops_after_a_page_and_asks_to_go_on(
    busy: Shop, signals: Signals
) -> None:
    cursor_id = cursors(busy)[0]
    summary = sync.run(cursor_id, budget_s=-1)
    assert summary.more
    assert 0 < summary.counts.read < 250
    assert _cursor(cursor_id).next_due_at <= clock.now()
    with unit_of_work() as session:
        session.execute(update(StreamCursor).values(queued_at=None))
    sync.stream(cursor_id=cursor_id, platform="toast")
    assert signals.take("sync.stream") == []
    assert _cursor(cursor_id).watermark is not None


def test_a_record_that_can_not_be_read_is_kept_with_its_reason_until_it_can(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    restaurant = _cursor(cursor_id).location_external_id
    held = shop.till.platform.book.all(restaurant)[0]
    body = control(shop, f"orders/{held.guid}", method="GET")
    bad = {**body, "estimatedFulfillmentDate": 7, "openedDate": "lately", "modifiedDate": _text(-5)}
    control(shop, f"orders/{held.guid}", {"body": bad, "webhooks": False}, "PATCH")
    summary = sync.run(cursor_id)
    assert (summary.fault, summary.counts.parked) == (None, 1)
    (row,) = ask("SELECT * FROM parked_records WHERE connection_id = :c", c=shop.connection_id)
    assert (row.external_id, row.organization_id) == (held.guid, shop.organization_id)
    assert "openedDate" in row.error
    assert row.next_step
    assert held.guid not in orders(shop)
    assert len(orders(shop)) == summary.counts.written
    good = {**body, "modifiedDate": _text(-4)}
    control(shop, f"orders/{held.guid}", {"body": good, "webhooks": False}, "PATCH")
    sync.run(cursor_id)
    assert held.guid in orders(shop)
    assert not ask("SELECT 1 FROM parked_records WHERE connection_id = :c", c=shop.connection_id)
