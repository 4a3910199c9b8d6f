"""Hosts whose clocks differ: what one of them put off is looked at by the others."""

from datetime import timedelta

import pytest

from config import clock
from models import StreamCursor, lease
from models.session import unit_of_work
from tasks import handle, refetch, sweep, sync
from tests.integration.tasks.altered import thin_one
from tests.integration.tasks.asked import ask, cursors, deliveries
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

_OFF = timedelta(minutes=30)


@pytest.mark.parametrize("off", [-_OFF, _OFF])
def test_a_delivery_that_one_host_holds_is_refetched_by_another(
    shop: Shop, signals: Signals, off: timedelta
) -> None:
    shop.take_in([thin_one(each) for each in shop.messages(1)])
    with clock.frozen(clock.now() + off):
        handle.drain(shop.connection_id)
    for told in signals.take("refetch.events"):
        refetch.events(**told)
    assert [row.state for row in deliveries(shop)] == ["done"]


def test_what_is_to_be_tried_alone_is_swept_up_by_a_host_that_is_behind(
    shop: Shop, signals: Signals
) -> None:
    shop.take_in(shop.messages(1))
    handle.suspect(shop.connection_id, "toast")
    signals.take("isolate.events")
    ask("UPDATE inbox_events SET next_attempt_at = next_attempt_at - interval '3 seconds'")
    with clock.frozen(clock.now() - _OFF):
        sweep.inbox_()
    ours = {"connection_id": shop.connection_id, "platform": "toast"}
    assert ours in signals.take("isolate.events")


def test_a_reader_that_is_gone_with_a_clock_that_was_ahead_keeps_nobody_out(shop: Shop) -> None:
    (cursor, *others) = cursors(shop)
    with unit_of_work() as session:
        assert lease.take(session, StreamCursor, cursor, clock.now() + _OFF)
        # This one is still at it.
        for each in others[:1]:
            assert lease.take(session, StreamCursor, each, clock.now())
    assert sync.run(cursor) is None
    assert sweep.clocks() == 1
    assert sync.run(cursor) is not None
    assert sweep.clocks() == 0


def test_what_a_host_put_off_into_another_year_is_done_today(shop: Shop) -> None:
    ask(
        "UPDATE cursors SET next_due_at = now() + interval '3 years' WHERE id = ANY(:ids)",
        ids=cursors(shop),
    )
    shop.take_in(shop.messages(2))
    # The first waits for its platform, as it may.
    for row, wait in zip(deliveries(shop), ("1 hour", "3 years"), strict=True):
        ask(
            "UPDATE inbox_events SET attempts = 1, next_attempt_at = now() + cast(:w AS interval)"
            " WHERE id = :i",
            w=wait,
            i=row.id,
        )
    assert handle.drain(shop.connection_id) == 0
    sweep.clocks()
    assert handle.drain(shop.connection_id) == 1
    assert {row.id for row in ask("SELECT id FROM cursors WHERE next_due_at <= now()")} >= set(
        cursors(shop)
    )
