"""Workers of a lane are away while the others go on: what waits for them doesn't grow."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import redis
from sqlalchemy import update

from config import clock
from models import InboxEvent, StreamCursor, lease
from models.session import unit_of_work
from tasks import app, handle, message, refetch, ring, sweep, sync
from tasks.bell import Bell
from tests.integration.tasks.altered import thin_one
from tests.integration.tasks.asked import control, cursors, deliveries
from tests.integration.tasks.queued import Queues
from tests.integration.tasks.reading import cursor_row, runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database", "orders_alone")

_SYNC, _EVENTS = "toast.sync", "toast.events"
_LATER = timedelta(minutes=2)
_MINUTE = timedelta(minutes=1)
_REFUSED = [{"route": "/orders", "kind": "status", "status": 401}]
_AWAY = [{"route": "/orders", "kind": "status", "status": 503}]


def _streams(queues: Queues) -> list[int]:
    return sorted(each["cursor_id"] for each in queues.waiting_for(_SYNC, "sync.stream"))


def _work_off(queues: Queues) -> None:
    while queues.waiting(_SYNC):
        queues.work(_SYNC)


def test_an_hour_without_workers_leaves_one_signal_a_stream_and_one_reading(
    shop: Shop, queues: Queues
) -> None:
    with clock.frozen(clock.now() + _LATER) as advance:
        for _ in range(60):
            sync.due()
            advance(_MINUTE)
            queues.passed(60)
        assert _streams(queues) == cursors(shop)
        control(shop, "clock", {"offset_s": 62 * 60})
        _work_off(queues)
        assert [len(runs_of(each)) for each in cursors(shop)] == [1, 1]
        assert [cursor_row(each).failures for each in cursors(shop)] == [0, 0]


def test_a_copy_whose_turn_was_taken_reads_nothing_and_keeps_the_wait_after_a_failure(
    shop: Shop, queues: Queues
) -> None:
    control(shop, "faults", _AWAY)
    with clock.frozen(clock.now() + _LATER):
        sync.due()
        queues.double(_SYNC)
        assert len(_streams(queues)) == 2 * len(cursors(shop))
        _work_off(queues)
        rows = [cursor_row(each) for each in cursors(shop)]
    assert [len(runs_of(each)) for each in cursors(shop)] == [1, 1]
    assert [(row.failures, row.lease) for row in rows] == [(1, 1), (1, 1)]


def test_once_credentials_are_refused_signals_that_wait_try_them_no_more(
    shop: Shop, queues: Queues
) -> None:
    control(shop, "faults", _REFUSED)
    with clock.frozen(clock.now() + _LATER) as advance:
        sync.due()
        _work_off(queues)
        assert sorted(len(runs_of(each)) for each in cursors(shop)) == [0, 1]
        control(shop, "faults", method="DELETE")
        advance(timedelta(minutes=31))
        control(shop, "clock", {"offset_s": 33 * 60})
        sync.due()
        _work_off(queues)
    assert [cursor_row(each).failures for each in cursors(shop)] == [0, 0]


def test_a_signal_of_an_older_release_is_understood(shop: Shop, queues: Queues) -> None:
    cursor_id = cursors(shop)[0]
    for number in (1, 2):
        ring.task("sync.stream", cursor_id=cursor_id, platform="toast")
        _work_off(queues)
        assert len(runs_of(cursor_id)) == number


def test_a_signal_that_was_lost_is_given_again_after_a_minute(shop: Shop, queues: Queues) -> None:
    with clock.frozen(clock.now() + _LATER) as advance:
        for lose in (lambda: queues.lose(_SYNC), queues.broker.flushall):
            sync.due()
            assert _streams(queues) == cursors(shop)
            lose()
            sync.due()
            assert _streams(queues) != cursors(shop)
            advance(_MINUTE)
            queues.passed(60)
        sync.due()
        assert _streams(queues) == cursors(shop)


def test_a_stream_that_is_read_is_signalled_once_its_reader_is_gone(
    shop: Shop, queues: Queues
) -> None:
    read, other = cursors(shop)
    with clock.frozen(clock.now() + _LATER) as advance:
        with unit_of_work() as session:
            lease.take(session, StreamCursor, read, clock.now())
        sync.due()
        assert _streams(queues) == [other]
        advance(lease.LEASE + timedelta(seconds=1))
        sync.due()
        assert _streams(queues) == [read, other]


def test_deliveries_that_nobody_handles_are_signalled_once_however_often_they_are_swept(
    shop: Shop, queues: Queues
) -> None:
    shop.take_in(shop.messages(2))
    with unit_of_work() as session:
        first = deliveries(shop)[0].id
        session.execute(update(InboxEvent).where(InboxEvent.id == first).values(losses=1))
    wanted = ["handle.events", "isolate.events"]
    with clock.frozen(clock.now() + timedelta(seconds=3)):
        for _ in range(12):
            sweep.inbox_()
            ring._signal_once(shop.connection_id, "toast")
            queues.passed(20)
        assert [name for name, _ in queues.waiting(_EVENTS)] == wanted
        # A worker that dies as it takes one, and a broker that forgets.
        queues.lose(_EVENTS)
        sweep.inbox_()
        assert sorted(name for name, _ in queues.waiting(_EVENTS)) == wanted
        queues.broker.flushall()
        sweep.inbox_()
        assert [name for name, _ in queues.waiting(_EVENTS)] == wanted
        while queues.waiting(_EVENTS):
            queues.work(_EVENTS)
    assert [row.state for row in deliveries(shop)] == ["done", "done"]


def test_without_sweeps_a_door_rings_past_what_was_lost_and_not_past_what_waits(
    shop: Shop, queues: Queues
) -> None:
    def ring_for(seconds: int) -> int:
        queues.passed(seconds)
        assert ring._signal_once(shop.connection_id, "toast")
        return len(queues.waiting(_EVENTS))

    assert [ring_for(seconds) for seconds in (0, 60, 60)] == [1, 1, 1]
    queues.broker.flushall()
    assert ring_for(0) == 1
    queues.lose(_EVENTS)
    # A worker may have it.
    assert [ring_for(seconds) for seconds in (10, 10)] == [0, 1]


def test_of_messages_that_were_sent_the_last_ones_wait(queues: Queues) -> None:
    where: dict[str, Any] = {"connection_id": 7, "platform": "toast"}

    def waits(*numbers: int) -> list[bool]:
        return [message.still_waits("handle.events", where, number) for number in numbers]

    numbers = [message.send("handle.events", where) for _ in range(3)]
    assert numbers == [1, 2, 3]
    queues.lose(_EVENTS)
    assert waits(0, 1, 2, 3, 4) == [False, False, True, True, False]
    # What somebody else put there is taken for ours until it is gone.
    queues.broker.lpush(_EVENTS, queues.broker.lindex(_EVENTS, 0))
    assert waits(1, 2, 3) == [True, True, True]
    for _ in range(2):
        queues.lose(_EVENTS)
    assert waits(1, 2, 3) == [False, False, True]
    queues.lose(_EVENTS)
    assert waits(1, 2, 3) == [False, False, False]
    message.send("handle.events", where)
    queues.broker.flushall()
    assert waits(4) == [False]


def test_a_broker_that_refuses_leaves_nothing_noted(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise redis.ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(message, "send", refuse)
        assert not ring.overdue("isolate.events", connection_id=7, platform="toast")
    assert ring.overdue("isolate.events", connection_id=7, platform="toast")
    assert len(queues.waiting(_EVENTS)) == 1


def test_isolation_at_work_lets_the_next_be_signalled(shop: Shop, queues: Queues) -> None:
    ring.overdue("isolate.events", connection_id=shop.connection_id, platform="toast")
    queues.work(_EVENTS)
    ring.overdue("isolate.events", connection_id=shop.connection_id, platform="toast")
    assert len(queues.waiting(_EVENTS)) == 1


def _drained(shop: Shop, queues: Queues, times: int = 15) -> None:
    """As often as postponed and held deliveries are looked at while nobody serves their lane."""
    for _ in range(times):
        handle.drain(shop.connection_id)
        with unit_of_work() as session:
            session.execute(update(InboxEvent).values(next_attempt_at=clock.now()))
        queues.passed(61)


def test_deliveries_to_be_refetched_are_signalled_once_however_often_they_are_held(
    shop: Shop, queues: Queues
) -> None:
    shop.take_in([thin_one(each) for each in shop.messages(3)])
    _drained(shop, queues)
    assert queues.waiting(_SYNC) == [
        ("refetch.events", {"connection_id": shop.connection_id, "platform": "toast"})
    ]
    # That they were held is no try.
    assert [row.attempts for row in deliveries(shop)] == [1, 1, 1]
    handle.drain(shop.connection_id)
    _work_off(queues)
    assert [row.state for row in deliveries(shop)] == ["done"] * 3


def test_what_is_held_while_others_are_refetched_is_not_left(
    shop: Shop, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = shop.messages(2)
    shop.take_in([thin_one(first)])
    handle.drain(shop.connection_id)
    complete = refetch.complete

    def slow(*args: Any, **kwargs: Any) -> int:
        settled = complete(*args, **kwargs)
        with monkeypatch.context() as patched:
            patched.setattr(refetch, "complete", complete)
            shop.take_in([thin_one(second)])
            handle.drain(shop.connection_id)
        return settled

    with monkeypatch.context() as patched:
        patched.setattr(refetch, "complete", slow)
        queues.work(_SYNC)
    _work_off(queues)
    assert [row.state for row in deliveries(shop)] == ["done", "done"]


def test_while_the_platform_is_away_a_refetch_signals_nothing(shop: Shop, queues: Queues) -> None:
    control(shop, "faults", _AWAY)
    shop.take_in([thin_one(each) for each in shop.messages(3)])
    handle.drain(shop.connection_id)
    queues.work(_SYNC)
    assert queues.waiting(_SYNC) == []
    assert {row.state for row in deliveries(shop)} == {"pending"}


def test_locations_are_asked_for_once_however_many_deliveries_come_from_unknown_ones(
    shop: Shop, queues: Queues
) -> None:
    (message_,) = shop.messages(1)
    body = json.loads(message_.body)
    body["details"]["restaurantGuid"] = "unknown"
    shop.take_in([replace(message_, body=json.dumps(body).encode())])
    _drained(shop, queues, times=8)
    wanted = [("sites.list", {"connection_id": shop.connection_id, "platform": "toast"})]
    assert queues.waiting(_SYNC) == wanted
    handle.drain(shop.connection_id)
    queues.work(_SYNC)
    # It was told a moment ago which there are.
    handle.drain(shop.connection_id)
    assert queues.waiting(_SYNC) == []
    _drained(shop, queues, times=1)
    handle.drain(shop.connection_id)
    assert queues.waiting(_SYNC) == wanted


def test_a_job_is_rung_once_while_nobody_hears(queues: Queues) -> None:
    beat, lanes = Bell(app), ("upkeep", "invoice")

    def ring_all(times: int) -> list[str]:
        for _ in range(times):
            for entry in beat.schedule.values():
                beat.apply_entry(entry)
            queues.passed(5)
        return sorted(name for lane in lanes for name, _ in queues.waiting(lane))

    jobs = sorted(app.conf.beat_schedule)
    assert ring_all(100) == jobs
    for act in (queues.work, queues.lose):
        for lane in lanes:
            while queues.waiting(lane):
                act(lane)
        assert ring_all(1) == jobs
