"""The core without processes: everything that can happen to it, in any order, with crashes."""

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from config import clock
from tests.faults.machine import invariants, ledger
from tests.faults.machine.till import HERE, KINDS, THERE, Version
from tests.faults.machine.world import World, envelope

# Where a step is cut off, by the number of its database call; most are not.
CRASHES = st.none() | st.none() | st.integers(0, 40)
PLACES = st.sampled_from([HERE, HERE, HERE, THERE])
_PICK = st.integers(0, 1000)
# Enough to meet each other; more only makes each step slower.
_MOST_ORDERS = 5
_RUBBISH = (b"", b"null", b"\xff", b'{"guid": "g"', b'{"details": {"order": {"guid": 7}}}')


class Core(RuleBasedStateMachine):
    """Deliveries, pulls, sweeps, people and crashes against the real core and real tables."""

    sweeps: ClassVar[bool] = True
    loses_signals: ClassVar[bool] = True
    acks_early: ClassVar[bool] = False
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # Ahead of the database's own clock, which can't be held.
        self._time = clock.frozen(clock.now() + timedelta(minutes=1))
        self.world = World(self._time.__enter__())
        self.world.acks_early = self.acks_early
        self.watch = invariants.Watch()
        self.wire: list[tuple[str, Version]] = []
        self.names = count(1)
        self.tally["interleavings"] += 1

    @rule(place=PLACES, kind=st.sampled_from(KINDS), pence=st.integers(1, 5000))
    def ring_up(self, place: str, kind: str, pence: int) -> None:
        versions = self.world.till.versions
        if len(versions) < _MOST_ORDERS:
            self._changed(f"order-{len(versions)}", place, kind, pence)

    @precondition(lambda self: self.world.till.versions)
    @rule(pick=_PICK, kind=st.sampled_from(KINDS), pence=st.integers(1, 5000))
    def change(self, pick: int, kind: str, pence: int) -> None:
        versions = list(self.world.till.versions.values())
        last = versions[pick % len(versions)][-1]
        self._changed(last.guid, last.place, kind, pence)

    @precondition(lambda self: self.wire)
    @rule(pick=_PICK, again=st.booleans(), crash=CRASHES)
    def deliver(self, pick: int, again: bool, crash: int | None) -> None:
        at = pick % len(self.wire)
        name, version = self.wire[at]
        self.world.deliver(name, version, envelope(name, version), crash)
        # Nobody was told that it came, or its answer was lost: it is sent again.
        if name in self.world.acknowledged and not again:
            del self.wire[at]

    @precondition(lambda self: self.world.till.versions)
    @rule(pick=_PICK, which=_PICK, thin=st.booleans(), crash=CRASHES)
    def deliver_copy(self, pick: int, which: int, thin: bool, crash: int | None) -> None:
        """An older or the newest copy once more, under a name of its own; or only its name."""
        versions = list(self.world.till.versions.values())[pick % len(self.world.till.versions)]
        version = versions[which % len(versions)]
        if thin and not all(each.readable for each in versions):
            return
        name = f"copy-{next(self.names)}"
        if thin:
            self.world.thin.add(name)
        self.world.deliver(name, version, envelope(name, version, thin=thin), crash)

    @rule(body=st.sampled_from(_RUBBISH), crash=CRASHES)
    def deliver_rubbish(self, body: bytes, crash: int | None) -> None:
        self.world.deliver(f"rubbish-{next(self.names)}", None, body, crash)

    @precondition(lambda self: self.world.queue)
    @rule(pick=_PICK, crash=CRASHES)
    def work(self, pick: int, crash: int | None) -> None:
        self.world.work(pick, crash)

    @precondition(lambda self: self.world.queue)
    @rule(pick=_PICK, crash=CRASHES)
    def work_again(self, pick: int, crash: int | None) -> None:
        """The broker hands a message out twice."""
        self.world.queue.append(self.world.queue[pick % len(self.world.queue)])
        self.world.work(-1, crash)

    @precondition(lambda self: self.loses_signals and self.world.queue)
    @rule(pick=_PICK, every=st.booleans())
    def lose_signals(self, pick: int, every: bool) -> None:
        del self.world.queue[0 if every else pick % len(self.world.queue) :]

    @precondition(lambda self: self.sweeps)
    @rule(crash=CRASHES)
    def sweep(self, crash: int | None) -> None:
        self.world.sweep(crash)

    @rule(place=PLACES, whole=st.booleans(), crash=CRASHES)
    def pull(self, place: str, whole: bool, crash: int | None) -> None:
        self.world.pull(place, crash, whole=whole)

    @rule(whole=st.booleans(), crash=CRASHES)
    def read_history(self, whole: bool, crash: int | None) -> None:
        self.world.history(crash, whole=whole)

    @rule(crash=CRASHES)
    def grant(self, crash: int | None) -> None:
        self.world.grant(crash)

    @rule(states=st.sampled_from([("done",), ("parked",), ("done", "parked")]), crash=CRASHES)
    def replay(self, states: tuple[str, ...], crash: int | None) -> None:
        self.world.replay(states, crash)

    @rule(crash=CRASHES)
    def retry(self, crash: int | None) -> None:
        self.world.retry(crash)

    @rule(minutes=st.sampled_from([1, 3, 20]))
    def wait(self, minutes: int) -> None:
        self.world.advance(timedelta(minutes=minutes))

    @precondition(lambda self: self.world.months < 2)
    @rule()
    def prune(self) -> None:
        self.world.prune()

    @invariant()
    def holds(self) -> None:
        self.tally["steps"] += 1
        self.watch.check(self.world, ledger.read(self.world.connection))

    def teardown(self) -> None:
        try:
            self._come_to_rest()
            self._read_to_the_end()
        finally:
            self.tally["crashes"] += len(self.world.crashes)
            self.stop_time()

    def stop_time(self) -> None:
        """Give the clock back."""
        self._time.__exit__(None, None, None)

    def _changed(self, guid: str, place: str, kind: str, pence: int) -> None:
        version = self.world.till.change(guid, place, kind, pence)
        self.wire.append((f"event-{next(self.names)}", version))

    def _come_to_rest(self) -> None:
        """No more faults: what was taken in is done without anybody reading anything."""
        self.world.grant(None)
        self._rest()
        # A person has what was refused meanwhile tried again, once.
        self.world.replay(("parked",), None)
        self._rest()
        found = ledger.read(self.world.connection)
        self.watch.check(self.world, found)
        invariants.settled(self.world, found)

    def _rest(self) -> None:
        self._work_off()
        # Longer than anything is put off for.
        self.world.advance(timedelta(minutes=16))
        if self.sweeps:
            self.world.sweep(None)
        self._work_off()

    def _work_off(self) -> None:
        for _ in range(200):
            if not self.world.queue:
                return
            self.world.work(0, None)
        raise AssertionError("messages beget messages without end")

    def _read_to_the_end(self) -> None:
        self.world.advance(timedelta(minutes=2))
        for place in (HERE, THERE):
            self.world.pull(place, None, whole=True)
        self._work_off()
        found = ledger.read(self.world.connection)
        self.watch.check(self.world, found)
        invariants.complete(self.world, found)
