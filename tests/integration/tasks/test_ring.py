import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import redis
from celery._state import _task_stack
from celery.exceptions import SoftTimeLimitExceeded

from config import clock, settings
from tasks import app, handle, message, pending, ring
from tests.children import free_port
from tests.waiting import until

# A bell's own rest is a second; tests don't wait for it.
_REST_S = 0.01


class Publisher:
    """Takes signals as the broker would: well, blocked, failing or broken."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.tried: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails: set[int] = set()
        self.breaks: set[int] = set()

    def __call__(self, connection_id: int, platform: str) -> bool:
        self.tried.append(connection_id)
        self.gate.wait()
        if connection_id in self.breaks:
            raise KeyError(connection_id)
        if connection_id in self.fails:
            return False
        self.sent.append((connection_id, platform))
        return True


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    yield made
    made.gate.set()


def test_a_ring_is_published(publisher: Publisher) -> None:
    ring.Bell(publisher).ring(1, "toast")
    until(lambda: publisher.sent == [(1, "toast")], what="the signal")


def test_a_blocked_broker_blocks_no_ring_and_rings_meanwhile_collapse(
    publisher: Publisher,
) -> None:
    publisher.gate.clear()
    bell = ring.Bell(publisher)
    bell.ring(1, "toast")
    until(lambda: publisher.tried == [1], what="the first try")
    for _ in range(1000):
        bell.ring(1, "toast")
        bell.ring(2, "toast")
    assert publisher.sent == []
    publisher.gate.set()
    until(lambda: len(publisher.sent) == 3, what="three signals")
    assert sorted(publisher.sent) == [(1, "toast"), (1, "toast"), (2, "toast")]


def test_after_a_failure_the_rest_is_kept_and_sent_once_the_broker_is_back(
    publisher: Publisher,
) -> None:
    publisher.gate.clear()
    publisher.fails = {2, 3, 4}
    bell = ring.Bell(publisher, rest_s=_REST_S)
    bell.ring(1, "toast")
    until(lambda: publisher.tried == [1], what="the first try")
    for connection_id in (2, 3, 4):
        bell.ring(connection_id, "toast")
    publisher.gate.set()
    until(lambda: publisher.tried.count(2) >= 3, what="more tries of the first that failed")
    # A broker that is away isn't asked again for each connection that waits.
    assert 3 not in publisher.tried
    publisher.fails = set()
    until(lambda: len(publisher.sent) >= 4, what="all signals")
    assert {each for each, _ in publisher.sent} == {1, 2, 3, 4}


def test_a_bell_outlives_a_publisher_that_breaks(publisher: Publisher) -> None:
    publisher.breaks = {1}
    bell = ring.Bell(publisher, rest_s=_REST_S)
    bell.ring(1, "toast")
    until(lambda: 1 in publisher.tried, what="the try that breaks")
    publisher.breaks = set()
    bell.ring(2, "toast")
    until(lambda: {each for each, _ in publisher.sent} == {1, 2}, what="both signals")


def test_a_record_is_signalled_from_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(ring, "task", lambda name, **given: sent.append((name, given)) or True)
    ring._asked_bell.cache_clear()
    ring.record(1, 7, "toast")
    given = {"organization_id": 1, "record_id": 7, "platform": "toast"}
    until(lambda: sent == [("retry.record", given)], what="the signal")
    ring._asked_bell.cache_clear()


@pytest.fixture
def broker(database: str) -> Iterator[redis.Redis]:
    """The broker, empty, with this process's clients made anew."""
    _forget()
    app.conf.broker_url = settings.settings().broker()
    with redis.Redis.from_url(settings.settings().redis()) as client:
        client.flushdb()
        yield client
        client.flushdb()
    _forget()


def _forget() -> None:
    pending._flags.cache_clear()
    app._after_fork()  # a child forgets its producers just so


def _waiting(broker: Any) -> int:
    return broker.llen("toast.events")


def test_whoever_ends_forgets_its_own_signal_and_no_other(broker: redis.Redis) -> None:
    pending.instead("handle.events", 7, "another's")
    _task_stack.push(handle.events)
    handle.events.push_request(id="mine")
    try:
        ring.answered("handle.events", 7)
        assert pending.note("handle.events", 7, "a third's")
        pending.instead("handle.events", 7, "mine")
        ring.answered("handle.events", 7)
        assert not pending.note("handle.events", 7, "a third's")
    finally:
        handle.events.pop_request()
        _task_stack.pop()


def test_a_message_that_could_not_be_sent_hides_no_worker_that_is_gone(
    broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ring.begins("handle.events", 7) == 1
    monkeypatch.setattr(ring, "_send", lambda *_: None)
    assert not ring._signal_once(7, "toast")
    assert ring.begins("handle.events", 7) == 2
    ring.answered("handle.events", 7)
    assert ring.begins("handle.events", 7) == 1


def test_signals_of_a_connection_collapse_until_it_has_nothing_left(broker: redis.Redis) -> None:
    assert ring._signal_once(7, "toast")
    assert ring._signal_once(7, "toast")
    assert _waiting(broker) == 1
    ring.answered("handle.events", 7)
    assert ring._signal_once(7, "toast")
    assert ring._signal_once(8, "toast")
    assert _waiting(broker) == 3
    # Each kind of work has a bell of its own.
    for _ in range(2):
        ring.invoices(7, "toast", [clock.now().date()])
    assert broker.llen("invoice") == 1


def test_invoices_of_the_past_are_drawn_up_in_the_lane_of_history(broker: redis.Redis) -> None:
    today = clock.now().date()
    ring.invoices(7, "toast", [])
    assert (broker.llen("invoice"), broker.llen("toast.bulk")) == (0, 0)
    ring.invoices(7, "toast", [today - timedelta(days=3)] * 2)
    assert (broker.llen("invoice"), broker.llen("toast.bulk")) == (0, 1)
    # Yesterday goes on after midnight, and later in the west.
    ring.invoices(8, "toast", [today - timedelta(days=2), today - timedelta(days=400)])
    assert (broker.llen("invoice"), broker.llen("toast.bulk")) == (1, 2)


def test_a_signal_of_which_no_place_is_known_is_believed_for_some_seconds(
    broker: redis.Redis,
) -> None:
    assert pending.note("handle.events", 7, "of a sender that died as it sent") is None
    assert 10_000 < broker.pttl("pending:handle.events:7") <= 15_000


def test_a_sweep_signals_past_a_flag_whose_message_may_be_lost(broker: redis.Redis) -> None:
    sweep = partial(ring.overdue, "handle.events", connection_id=7, platform="toast")
    sweep()
    assert _waiting(broker) == 1
    broker.delete("toast.events")
    # A worker may have it.
    sweep()
    assert _waiting(broker) == 0
    _age(broker, 4_100)
    sweep()
    assert _waiting(broker) == 1
    _age(broker, 60_000)
    # It waits for its turn.
    sweep()
    assert _waiting(broker) == 1


def _age(broker: Any, by_ms: int) -> None:
    flag = "pending:handle.events:7"
    broker.pexpire(flag, broker.pttl(flag) - by_ms)


def test_a_broker_that_is_away_costs_a_warning_and_no_error(
    monkeypatch: pytest.MonkeyPatch, broker: redis.Redis
) -> None:
    monkeypatch.setenv("TAXPOYNT_REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    settings.refresh()
    pending._flags.cache_clear()
    assert ring._signal_once(7, "toast") is False
    ring.answered("handle.events", 7)
    monkeypatch.undo()
    settings.refresh()


def test_a_task_whose_time_is_up_while_it_signals_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    def send(*_: Any, **__: Any) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(message, "send", send)
    with pytest.raises(SoftTimeLimitExceeded):
        ring.task("sync.stream", cursor_id=7, platform="toast")


def test_inside_a_command_signals_become_calls() -> None:
    called: list[tuple[str, dict[str, Any]]] = []
    with ring.inline(lambda name, arguments: called.append((name, arguments))):
        assert ring.task("sync.stream", cursor_id=7, platform="toast")
        for _ in range(2):
            ring.invoices(7, "toast", [clock.now().date()])
    assert called[0] == ("sync.stream", {"cursor_id": 7, "platform": "toast"})
    assert called[1:] == [("invoice.orders", {"connection_id": 7})] * 2
