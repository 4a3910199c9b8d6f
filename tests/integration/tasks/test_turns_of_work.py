"""Who works when: signals of many merchants in one queue, worked on one after the other."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import kombu
import pytest
import redis
from celery._state import _task_stack

from config import clock, settings
from tasks import app, handle, pending, ring, turn

_QUEUE, _NAME = "toast.events", "handle.events"
FLOODED, _FULL = 1, handle.BATCH


@dataclass
class Queue:
    """A broker's queue, and inboxes that hold numbers instead of deliveries.

    A batch takes a tenth of a second of a clock that nothing else moves.
    """

    broker: Any
    inboxes: Counter[int] = field(default_factory=Counter)
    order: list[int] = field(default_factory=list)
    now: float = 0.0
    flood: bool = False

    def ring(self, connection_id: int, deliveries: int = 1) -> None:
        """As the door does."""
        self.inboxes[connection_id] += deliveries
        ring._signal_once(connection_id, "toast")

    def drain(self, connection_id: int) -> int:
        """A batch, while the flood goes on and rings."""
        batch = min(_FULL, self.inboxes[connection_id])
        self.inboxes[connection_id] -= batch
        self.now += 0.1
        self.order.append(connection_id)
        if self.flood:
            self.ring(FLOODED, _FULL)
        return batch

    def waits(self, connection_id: int) -> bool:
        """A look costs next to nothing."""
        return self.inboxes[connection_id] > 0

    def waiting(self) -> list[int]:
        """Whose signals wait, the next first."""
        held = [json.loads(raw) for raw in reversed(self.broker.lrange(_QUEUE, 0, -1))]
        return [json.loads(base64.b64decode(m["body"]))[1]["connection_id"] for m in held]

    def work(self) -> int:
        """What a worker does with the next message; whose it was."""
        message = json.loads(self.broker.rpop(_QUEUE))
        kwargs = json.loads(base64.b64decode(message["body"]))[1]
        task_id = message["headers"]["id"]
        app.tasks[_NAME].apply(kwargs=kwargs, task_id=task_id, throw=True)
        return int(kwargs["connection_id"])


@pytest.fixture
def queue(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    pending._flags.cache_clear()
    app._after_fork()
    app.conf.broker_url = settings.settings().broker()
    with redis.Redis.from_url(settings.settings().redis()) as client:
        client.flushdb()
        made = Queue(client)
        monkeypatch.setattr(handle, "drain", made.drain)
        monkeypatch.setattr(handle, "waits", made.waits)
        monkeypatch.setattr(clock, "monotonic", lambda: made.now)
        yield made
        client.flushdb()
    pending._flags.cache_clear()
    app._after_fork()


def test_a_flood_of_one_waits_once_and_holds_up_each_other_for_a_turn(queue: Queue) -> None:
    queue.ring(FLOODED, 50 * _FULL)
    for other in range(2, 12):
        queue.ring(other)
    queue.flood = True
    for _ in range(5):
        queue.ring(FLOODED, _FULL)
    assert Counter(queue.waiting())[FLOODED] == 1
    began = queue.now
    for other in range(2, 12):
        while queue.work() != other:
            assert Counter(queue.waiting())[FLOODED] <= 1
        # Those before it, and the turn of the flooded one.
        assert queue.now - began <= turn.TURN_S + 0.1 + (other - 1) * 0.1
    assert queue.order.count(FLOODED) <= 2 * (turn.TURN_S / 0.1 + 1)
    queue.flood = False
    while queue.waiting():
        queue.work()
    assert not +queue.inboxes


def test_what_comes_while_it_is_at_work_is_found_without_a_signal(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.ring(7)
    late = iter([3])

    def drain(connection_id: int) -> int:
        batch = Queue.drain(queue, connection_id)
        for deliveries in late:
            queue.ring(connection_id, deliveries)
            break
        return batch

    monkeypatch.setattr(handle, "drain", drain)
    queue.work()
    assert queue.waiting() == []
    assert not +queue.inboxes
    queue.ring(7)
    assert queue.waiting() == [7]


# The second is the last before the bell is answered, the third the one after it.
@pytest.mark.parametrize("look", [2, 3])
def test_what_comes_between_the_last_looks_is_not_left(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    queue.ring(7)
    looks: list[bool] = []

    def waits(connection_id: int) -> bool:
        looks.append(Queue.waits(queue, connection_id))
        if len(looks) == look:
            queue.ring(connection_id)
        return looks[-1]

    monkeypatch.setattr(handle, "waits", waits)
    queue.work()
    assert len(looks) >= look
    # Rung while the flag still stood it was signalled by nobody; rung after that, once.
    assert queue.waiting() == ([] if look == 2 else [7])
    assert queue.inboxes[7] == (0 if look == 2 else 1)
    while queue.waiting():
        queue.work()
    assert not +queue.inboxes
    queue.ring(7)
    assert queue.waiting() == [7]


@pytest.mark.parametrize("others", [[], [2]])
def test_what_another_has_locked_costs_two_looks_and_no_turn(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, others: list[int]
) -> None:
    """As a frozen worker does, for two minutes; `others` are rung meanwhile."""
    queue.ring(7)
    for other in others:
        queue.ring(other)
    monkeypatch.setattr(handle, "drain", lambda one: queue.order.append(one) or 0)
    queue.work()
    assert queue.order == [7, 7]
    assert queue.waiting() == others
    # What comes from now on is heard.
    queue.ring(7)
    assert queue.waiting() == [*others, 7]


def test_a_second_one_helps_with_a_flood_only_while_nobody_else_waits(queue: Queue) -> None:
    queue.ring(FLOODED, 50 * _FULL)
    queue.work()
    # The one that helps, and the one that goes on.
    assert queue.waiting() == [FLOODED, FLOODED]
    queue.ring(2)
    before = queue.order.count(FLOODED)
    queue.work()
    assert queue.order.count(FLOODED) == before + 1
    assert queue.waiting() == [FLOODED, 2]
    queue.work()
    # Somebody waits: nobody is called to help.
    assert queue.waiting() == [2, FLOODED]


@pytest.fixture
def another_platform() -> Iterator[str]:
    """The queue of its events."""
    made = kombu.Queue("othertill.events")
    app.conf.task_queues.append(made)
    yield made.name
    app.conf.task_queues.remove(made)


def test_nobody_is_called_to_help_while_another_platforms_merchants_wait(
    queue: Queue, another_platform: str
) -> None:
    queue.broker.lpush(another_platform, b"{}")
    queue.ring(FLOODED, 50 * _FULL)
    queue.work()
    assert queue.waiting() == [FLOODED]


def test_copies_of_a_signal_end_without_multiplying(queue: Queue) -> None:
    queue.ring(FLOODED, 50 * _FULL)
    queue.ring(2)
    for _ in range(4):
        ring.task(_NAME, connection_id=FLOODED, platform="toast")
    for _ in range(6):
        queue.work()
    assert Counter(queue.waiting())[FLOODED] == 1


def test_one_that_fails_leaves_the_bell_to_be_heard(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(handle, "drain", fail)
    queue.ring(7)
    with pytest.raises(ZeroDivisionError):
        queue.work()
    queue.ring(7)
    assert queue.waiting() == [7]


def _vanish(queue: Queue) -> None:
    """A worker takes the next message, begins, and is gone with all its children."""
    message = json.loads(queue.broker.rpop(_QUEUE))
    about = json.loads(base64.b64decode(message["body"]))[1]["connection_id"]
    handle.events.push_request(id=message["headers"]["id"])
    _task_stack.push(handle.events)
    try:
        assert ring.begins(_NAME, about)
    finally:
        _task_stack.pop()
        handle.events.pop_request()
    # Then a sweep doubts.
    flag = f"pending:{_NAME}:{about}"
    queue.broker.pexpire(flag, queue.broker.pttl(flag) - pending.DOUBTED_MS)
    assert ring.overdue(_NAME, connection_id=about, platform="toast")


@pytest.mark.parametrize(("gone", "suspected"), [(1, []), (2, [7])])
def test_after_two_that_began_and_never_ended_what_is_at_hand_is_suspect(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, gone: int, suspected: list[int]
) -> None:
    found: list[int] = []
    monkeypatch.setattr(handle, "suspect", lambda connection_id, _: found.append(connection_id))
    queue.ring(7)
    queue.ring(8)
    for _ in range(gone):
        while queue.waiting()[0] != 7:
            queue.work()
        _vanish(queue)
    while queue.waiting():
        queue.work()
    assert found == suspected
    # One ended since.
    queue.ring(7)
    _vanish(queue)
    queue.work()
    assert found == suspected


def test_one_that_goes_on_ended_too(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handle, "suspect", lambda *_: pytest.fail("Nobody is gone."))
    queue.ring(7, 50 * _FULL)
    while queue.waiting():
        queue.work()


def test_one_whose_way_on_is_refused_leaves_the_bell_to_be_heard(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.ring(7, 50 * _FULL)
    with monkeypatch.context() as patched:
        patched.setattr(ring, "_send", lambda *_: None)
        queue.work()
    assert queue.waiting() == []
    ring._signal_once(7, "toast")
    assert queue.waiting() == [7]
