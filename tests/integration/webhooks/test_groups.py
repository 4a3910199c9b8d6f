"""Deliveries that are stored together: each is answered as if it had come alone."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import clock
from models import Connection, inbox
from models.inbox import NewEvent
from models.session import DatabaseAwayError, DatabaseBusyError, Line
from tasks import ring
from tests.factories import connected
from tests.integration.tasks.asked import ask
from tests.waiting import until
from webhooks import group as group_module
from webhooks.group import Group, Place

_numbers = count(1)
# One group at a time writes: one connection does for all of them.
_line = Line()


@pytest.fixture(scope="module")
def connection(database: str) -> Iterator[Connection]:
    with ring.inline(lambda _name, _arguments: None):
        yield connected()


class Ledger:
    """Stores for real, and notes what was stored together; it can be held up."""

    def __init__(self) -> None:
        self.open = Event()
        self.open.set()
        self.groups: list[list[str]] = []

    def store(self, events: Sequence[NewEvent]) -> Collection[str]:
        self.groups.append([event.delivery_id for event in events])
        self.open.wait(30)
        return inbox.accept_all(_line, events)


@contextmanager
def held_up(ledger: Ledger, group: Group, connection: Connection) -> Iterator[Place]:
    """A delivery of no interest is being stored for as long as the body runs."""
    ledger.open.clear()
    before = len(ledger.groups)
    plug = group.join(event(connection, f"plug-{next(_numbers)}"), "toast")
    until(lambda: len(ledger.groups) > before, what="the group that is held up")
    try:
        yield plug
    finally:
        ledger.open.set()


def event(connection: Connection, delivery_id: str, note: str = "", to: int = 0) -> NewEvent:
    return NewEvent(
        organization_id=connection.organization_id,
        connection_id=to or connection.id,
        delivery_id=delivery_id,
        event_type="order_updated",
        headers={"note": note},
        body=b"{}",
        correlation_id=f"c{next(_numbers)}",
    )


# A delivery is known by one of few names; some are of a connection that was deleted just now, some
# hold what the database refuses.
DELIVERIES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(["good"] * 6 + ["orphan", "bad"])),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rounds=st.lists(DELIVERIES, min_size=1, max_size=3))
def test_any_mix_is_answered_as_if_each_had_come_alone(
    connection: Connection, rounds: list[list[tuple[str, str]]]
) -> None:
    ledger = Ledger()
    group = Group(ledger.store)
    names = {letter: f"{letter}-{next(_numbers)}" for letter in "abcde"}
    stored: set[str] = set()
    for deliveries in rounds:
        with held_up(ledger, group, connection):
            places = [
                (letter, kind, group.join(_made(connection, names[letter], kind), "toast"))
                for letter, kind in deliveries
            ]
        for _, kind, place in places:
            place.wait()
            assert (place.fault is None) == (kind == "good")
        fresh = [letter for letter, _, place in places if place.fresh]
        new = {letter for letter, kind in deliveries if kind == "good"} - stored
        assert sorted(fresh) == sorted(new)
        stored |= new
    held = ask(
        "SELECT delivery_id FROM inbox_events WHERE delivery_id = ANY(:d)", d=[*names.values()]
    )
    assert sorted(row.delivery_id for row in held) == sorted(names[letter] for letter in stored)


def _made(connection: Connection, delivery_id: str, kind: str) -> NewEvent:
    if kind == "orphan":
        return event(connection, delivery_id, to=2**40)
    return event(connection, delivery_id, note="\x00" if kind == "bad" else "")


def test_what_waits_while_one_is_stored_is_stored_together(connection: Connection) -> None:
    ledger = Ledger()
    group = Group(ledger.store)
    names = [f"together-{number}" for number in range(50)]
    with held_up(ledger, group, connection):
        places = [group.join(event(connection, name), "toast") for name in names]
    for place in places:
        place.wait()
    assert all(place.fresh for place in places)
    assert ledger.groups[1:] == [names]


def test_one_of_two_that_are_the_same_is_new(connection: Connection) -> None:
    ledger = Ledger()
    group = Group(ledger.store)
    with held_up(ledger, group, connection):
        places = [group.join(event(connection, "twice"), "toast") for _ in range(2)]
    for place in places:
        place.wait()
    assert [place.fault for place in places] == [None, None]
    assert sorted(place.fresh for place in places) == [False, True]


def test_groups_of_the_same_deliveries_do_not_wait_for_each_other_in_a_circle(
    connection: Connection,
) -> None:
    lines = [Line() for _ in range(4)]

    def store(number: int, turn: int) -> int:
        names = [f"circle-{turn}-{n}" for n in range(40)]
        ordered = names if number % 2 else names[::-1]
        return len(inbox.accept_all(lines[number], [event(connection, n) for n in ordered]))

    with ThreadPoolExecutor(4) as pool:
        for turn in range(10):
            found = list(pool.map(store, range(4), [turn] * 4))
            assert sum(found) == 40


def test_past_a_bound_the_next_is_turned_away_at_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_module, "_MOST_WAITING", 3)
    ledger = Ledger()
    group = Group(ledger.store)
    with held_up(ledger, group, connection):
        places = [group.join(event(connection, f"bound-{n}"), "toast") for n in range(3)]
        with pytest.raises(DatabaseBusyError):
            group.join(event(connection, "one-too-many"), "toast")
    for place in places:
        place.wait()
        assert place.fresh


def test_one_that_nobody_waits_for_any_more_is_not_stored(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_module, "DATABASE_S", 0.2)
    ledger = Ledger()
    group = Group(ledger.store)
    with held_up(ledger, group, connection):
        place = group.join(event(connection, "too-late"), "toast")
        place.wait()
        assert isinstance(place.fault, DatabaseAwayError)
        assert clock.monotonic() >= place.ends
    monkeypatch.undo()
    after = group.join(event(connection, "after"), "toast")
    after.wait()
    assert after.fresh
    assert not ask("SELECT 1 FROM inbox_events WHERE delivery_id = 'too-late'")


def test_a_place_that_was_given_up_stays_so(connection: Connection) -> None:
    place = Place(event(connection, "given-up"), "toast", 0.0)
    told: list[bool] = []
    place.then(lambda: told.append(place.settled))
    place.overdue()
    place.settle(fresh=True)
    assert (place.fresh, told) == (False, [True])


def test_a_repeat_signals_too(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first one's commit may have been answered to nobody: then nothing was signalled.
    rung: list[int] = []
    monkeypatch.setattr(ring, "deliveries", lambda connection_id, _: rung.append(connection_id))
    group = Group(Ledger().store)
    for fresh in (True, False):
        place = group.join(event(connection, "comes-twice"), "toast")
        place.wait()
        assert place.fresh == fresh
    assert rung == [connection.id] * 2
