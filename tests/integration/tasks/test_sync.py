from datetime import timedelta

import pytest

from config import clock
from sandbox.toast.serving import Served
from tasks import handle, sync
from tests.integration.tasks.altered import changed
from tests.integration.tasks.asked import (
    ask,
    connection,
    control,
    cursors,
    deliveries,
    orders,
)
from tests.integration.tasks.conftest import Signals
from tests.integration.tasks.reading import cursor_row, runs_of, text_of
from tests.shop import Shop

# Past the minute that a delta leaves for the next reading.
LATER = timedelta(minutes=2)

pytestmark = pytest.mark.usefixtures("database")


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
    # An order on the edge of a window is read twice, as windows overlap.
    assert len(orders(shop)) == _platform_orders(shop.till) == sum(c.written for c in counts)
    assert all(c.read == c.written + c.skipped for c in counts)
    assert not any(row.partial for row in orders(shop).values())
    for cursor_id, count in zip(cursors(shop), counts, strict=True):
        (run,) = runs_of(cursor_id)
        assert (run.status, run.rows_read, run.rows_written) == ("done", count.read, count.written)
        assert run.finished_at is not None
    assert connection(shop).status == "connected"
    assert any(row.invoice_state == "due" for row in orders(shop).values())
    for invoicing in signals.take_invoicing():
        invoicing()
    assert not any(row.invoice_state == "due" for row in orders(shop).values())


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


def test_however_many_streams_are_due_one_ring_signals_all(
    shop: Shop, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "_DUE_AT_ONCE", 1)
    with clock.frozen(clock.now() + LATER):
        sync.due()
    told = [call["cursor_id"] for call in signals.take("sync.stream")]
    assert set(cursors(shop)) <= set(told)
    assert len(told) == len(set(told))


def test_a_location_that_is_gone_is_not_asked_for(shop: Shop, signals: Signals) -> None:
    gone, there = cursors(shop)
    ask(
        "UPDATE locations SET archived = true WHERE connection_id = :c AND external_id = :e",
        c=shop.connection_id,
        e=cursor_row(gone).location_external_id,
    )
    with clock.frozen(clock.now() + LATER):
        sync.due()
    told = {call["cursor_id"] for call in signals.take("sync.stream")}
    assert there in told
    assert gone not in told


def test_a_record_that_can_not_be_read_is_kept_with_its_reason_until_it_can(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    restaurant = cursor_row(cursor_id).location_external_id
    held = shop.till.platform.book.all(restaurant)[0]
    body = control(shop, f"orders/{held.guid}", method="GET")
    bad = {
        **body,
        "estimatedFulfillmentDate": 7,
        "openedDate": "lately",
        "modifiedDate": text_of(-5),
    }
    control(shop, f"orders/{held.guid}", {"body": bad, "webhooks": False}, "PATCH")
    summary = sync.run(cursor_id)
    assert (summary.fault, summary.counts.parked) == (None, 1)
    (row,) = ask("SELECT * FROM parked_records WHERE connection_id = :c", c=shop.connection_id)
    assert (row.external_id, row.organization_id) == (held.guid, shop.organization_id)
    assert "openedDate" in row.error
    assert row.next_step
    assert held.guid not in orders(shop)
    assert len(orders(shop)) == summary.counts.written
    # A delivery that comes late holds an older copy: no reason to forget the newer one.
    late = next(m for m in shop.messages() if m.subject == held.guid)
    shop.take_in([changed(late, **{**body, "modifiedDate": text_of(-6)})])
    handle.drain(shop.connection_id)
    assert held.guid in orders(shop)
    assert ask("SELECT 1 FROM parked_records WHERE connection_id = :c", c=shop.connection_id)
    good = {**body, "modifiedDate": text_of(-4)}
    control(shop, f"orders/{held.guid}", {"body": good, "webhooks": False}, "PATCH")
    sync.run(cursor_id)
    assert not ask("SELECT 1 FROM parked_records WHERE connection_id = :c", c=shop.connection_id)
