"""Deliveries that are stored together: each is answered as if it had come alone."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import clock
from models import Connection, inbox
from models.inbox import NewEvent
from models.line import Line
from models.session import DatabaseAwayError, DatabaseBusyError
from tasks import ring
from tests.factories import connected
from tests.integration.tasks.asked import ask
from tests.loops import run
from webhooks import group as group_module
from webhooks.group import Group, Place

_numbers = count(1)


@pytest.fixture(scope="module")
def connection(database: str) -> Iterator[Connection]:
    with ring.inline(lambda _name, _arguments: None):
        yield connected()


class Ledger:
    """Stores for real, and notes what was stored together; it can be held up."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.groups: list[list[str]] = []
        self.line = Line()

    async def store(self, events: Sequence[NewEvent]) -> Collection[str]:
        self.groups.append([event.delivery_id for event in events])
        await self.open.wait()
        return await inbox.accept_all(self.line, events)


def joined(group: Group, event: NewEvent, for_s: float = 30) -> Place:
    return group.join(event, "toast", clock.monotonic() + for_s)


async def all_settled(places: Sequence[Place]) -> None:
    for place in places:
        await place.wait()


@asynccontextmanager
async def held_up(ledger: Ledger, group: Group, connection: Connection) -> AsyncIterator[None]:
    """A delivery of no interest is being stored for as long as the body runs."""
    ledger.open.clear()
    plug = joined(group, event(connection, f"plug-{next(_numbers)}"))
    while ledger.groups[-1:] != [[plug.event.delivery_id]]:
        await asyncio.sleep(0)
    try:
        yield
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
    names = {letter: f"{letter}-{next(_numbers)}" for letter in "abcde"}
    stored = run(_stored(connection, names, rounds))
    held = ask(
        "SELECT delivery_id FROM inbox_events WHERE delivery_id = ANY(:d)", d=[*names.values()]
    )
    assert sorted(row.delivery_id for row in held) == sorted(names[letter] for letter in stored)


async def _stored(
    connection: Connection, names: dict[str, str], rounds: list[list[tuple[str, str]]]
) -> set[str]:
    """Have all be stored, and judge the answers; the letters of what is to be there now."""
    ledger = Ledger()
    group = Group(ledger.store)
    stored: set[str] = set()
    for deliveries in rounds:
        async with held_up(ledger, group, connection):
            places = [
                (letter, kind, joined(group, _made(connection, names[letter], kind)))
                for letter, kind in deliveries
            ]
        for _, kind, place in places:
            await place.wait()
            assert (place.fault is None) == (kind == "good")
        fresh = [letter for letter, _, place in places if place.fresh]
        new = {letter for letter, kind in deliveries if kind == "good"} - stored
        assert sorted(fresh) == sorted(new)
        stored |= new
    return stored


def _made(connection: Connection, delivery_id: str, kind: str) -> NewEvent:
    if kind == "orphan":
        return event(connection, delivery_id, to=2**40)
    return event(connection, delivery_id, note="\x00" if kind == "bad" else "")


def test_what_waits_while_one_is_stored_is_stored_together(connection: Connection) -> None:
    names = [f"together-{number}" for number in range(50)]

    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        async with held_up(ledger, group, connection):
            places = [joined(group, event(connection, name)) for name in names]
        await all_settled(places)
        assert all(place.fresh for place in places)
        assert ledger.groups[1:] == [names]

    run(main())


def test_one_of_two_that_are_the_same_is_new(connection: Connection) -> None:
    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        async with held_up(ledger, group, connection):
            places = [joined(group, event(connection, "twice")) for _ in range(2)]
        await all_settled(places)
        assert [place.fault for place in places] == [None, None]
        assert sorted(place.fresh for place in places) == [False, True]

    run(main())


def test_groups_of_the_same_deliveries_do_not_wait_for_each_other_in_a_circle(
    connection: Connection,
) -> None:
    async def main() -> None:
        lines = [Line() for _ in range(4)]

        async def store(number: int, turn: int) -> int:
            names = [f"circle-{turn}-{n}" for n in range(40)]
            ordered = names if number % 2 else names[::-1]
            events = [event(connection, name) for name in ordered]
            return len(await inbox.accept_all(lines[number], events))

        for turn in range(10):
            found = await asyncio.gather(*(store(number, turn) for number in range(4)))
            assert sum(found) == 40

    run(main())


def test_past_a_bound_the_next_is_turned_away_at_once(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_module, "_MOST_WAITING", 3)

    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        async with held_up(ledger, group, connection):
            places = [joined(group, event(connection, f"bound-{n}")) for n in range(3)]
            with pytest.raises(DatabaseBusyError):
                joined(group, event(connection, "one-too-many"))
        await all_settled(places)
        assert all(place.fresh for place in places)

    run(main())


def test_one_that_nobody_waits_for_any_more_is_not_stored(connection: Connection) -> None:
    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        async with held_up(ledger, group, connection):
            place = joined(group, event(connection, "too-late"), for_s=0.2)
            await place.wait()
            assert isinstance(place.fault, DatabaseAwayError)
            assert clock.monotonic() >= place.ends
        after = joined(group, event(connection, "after"))
        await after.wait()
        assert after.fresh

    run(main())
    assert not ask("SELECT 1 FROM inbox_events WHERE delivery_id = 'too-late'")


def test_a_group_that_takes_longer_than_anybody_waits_is_given_up_and_the_next_is_stored(
    connection: Connection,
) -> None:
    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        ledger.open.clear()
        place = joined(group, event(connection, "stuck"), for_s=0.2)
        await place.wait()
        assert isinstance(place.fault, DatabaseAwayError)
        after = joined(group, event(connection, "behind-it"))
        ledger.open.set()
        await after.wait()
        assert after.fresh

    run(main())


def test_a_place_that_was_given_up_stays_so(connection: Connection) -> None:
    async def main() -> None:
        place = Place(event(connection, "given-up"), "toast", 0.0)
        await place.wait()
        place.settle(fresh=True)
        assert (place.fresh, type(place.fault)) == (False, DatabaseAwayError)

    run(main())


def test_a_repeat_signals_too(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    # The first one's commit may have been answered to nobody: then nothing was signalled.
    rung: list[int] = []
    monkeypatch.setattr(ring, "deliveries", lambda connection_id, _: rung.append(connection_id))

    async def main() -> None:
        group = Group(Ledger().store)
        for number, fresh in enumerate((True, False), 1):
            place = joined(group, event(connection, "comes-twice"))
            await place.wait()
            assert place.fresh == fresh
            while len(rung) < number:
                await asyncio.sleep(0)

    run(main())
    assert rung == [connection.id] * 2


def test_a_connection_that_was_lost_meanwhile_is_opened_anew(connection: Connection) -> None:
    async def main() -> None:
        ledger = Ledger()
        group = Group(ledger.store)
        for name in ("before-it-ended", "after-it-ended"):
            place = joined(group, event(connection, name))
            await place.wait()
            assert place.fresh
            (row,) = await ledger.line.run("SELECT pg_backend_pid()", ())
            # Returns once the server has ended it.
            ask("SELECT pg_terminate_backend(:pid, 10000)", pid=row[0])

    run(main())
