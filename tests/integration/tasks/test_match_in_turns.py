"""Matching goes on in turns, waits for nobody, and loses nothing."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import update

from models import Connection, Customer, person_match
from models.session import unit_of_work
from tasks import match, turn
from tests import factories
from tests.factories import guest
from tests.guests import are_sound, bring, known, match_all, person_ids, together
from tests.integration.tasks.conftest import Signals
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")
PHONE = "+16172540123"


@pytest.fixture
def till(database: str) -> Connection:
    return factories.connected()


def test_a_merchant_whose_guests_wait_is_signalled_and_no_other(
    till: Connection, signals: Signals
) -> None:
    _nobody_waits()
    bring(till, guest("a", email="ada@x.com"))
    assert match.due() == 1
    [asked] = signals.take("match.customers")
    assert asked == {"organization_id": till.organization_id}
    assert match.customers(**asked) == {"matched": 1}
    assert match.due() == 0


def test_a_turn_that_is_over_goes_on_behind_the_others(
    till: Connection, signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(till, guest("a", email="ada@x.com"))
    monkeypatch.setattr(turn, "TURN_S", 0.0)
    assert match.customers(organization_id=till.organization_id) == {"matched": 0}
    assert signals.take("match.customers") == [{"organization_id": till.organization_id}]


def test_whoever_stores_an_order_is_not_waited_for(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", phone=PHONE))
    match_all(till.organization_id)
    bring(till, guest("c", email="ada@x.com", phone=PHONE), guest("d", email="dan@x.com"))
    with _held("b"):
        # What doesn't touch the row that is held goes on, should it come first.
        matched, more = match.match(till.organization_id, budget_s=5)
        assert (matched, more) == (0, False)
        assert "c" not in _matched(till)
    match_all(till.organization_id)
    assert together(till.organization_id) == [["a", "b", "c"], ["d"]]


def test_a_guest_that_is_held_is_left_and_the_others_are_matched(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", email="ada@x.com"))
    with _held("a"):
        assert match.match(till.organization_id, budget_s=5) == (1, False)
    assert match_all(till.organization_id) == 1
    assert together(till.organization_id) == [["a", "b"]]


def test_one_matches_a_merchant_at_a_time(till: Connection) -> None:
    bring(till, guest("a", email="ada@x.com"))
    with unit_of_work() as session:
        assert person_match.match(session, till.organization_id, 1, factories.NOON) == 1
        assert match.match(till.organization_id, budget_s=5) == (0, False)


def test_who_is_killed_in_the_middle_leaves_all_as_it_was_and_another_does_it(
    till: Connection,
) -> None:
    bring(till, guest("a", email="ada@x.com"), guest("b", phone=PHONE))
    match_all(till.organization_id)
    before = person_ids(till)
    bring(till, guest("c", email="ada@x.com", phone=PHONE))
    child = _matching(till.organization_id)
    assert match.match(till.organization_id, budget_s=5) == (0, False)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert person_ids(till) == {**before, "c": None}
    until(lambda: match_all(till.organization_id) == 1, what="the dead one's lock to be free")
    assert together(till.organization_id) == [["a", "b", "c"]]
    are_sound(till.organization_id)


def _matching(organization_id: int) -> int:
    """A process that has matched a merchant's customers, and never gets to commit."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        with unit_of_work() as session:
            person_match.match(session, organization_id, 10, factories.NOON)
            os.write(writer, b".")
            signal.pause()
    assert os.read(reader, 1) == b"."
    return child


@contextmanager
def _held(external_id: str) -> Iterator[None]:
    """Somebody stores an order of this guest, and hasn't committed."""
    with unit_of_work() as session:
        session.execute(
            update(Customer)
            .where(Customer.external_id == external_id)
            .values(version=factories.NOON)
        )
        yield


def _matched(till: Connection) -> set[str]:
    return {c.external_id for c in known(till.organization_id) if c.matched}


def _nobody_waits() -> None:
    with unit_of_work() as session:
        session.execute(update(Customer).values(matched=True))
