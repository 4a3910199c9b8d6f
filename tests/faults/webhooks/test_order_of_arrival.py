"""Deliveries out of order, and of places nobody knows yet."""

from models import Location
from models.session import unit_of_work
from tests.deliveries import delivery
from tests.faults.at_work import AtWork
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.faults.webhooks.altered import ordered
from tests.waiting import until

STATE = (
    "SELECT version, voided, deleted, invoice_state FROM orders"
    " WHERE connection_id = %s AND external_id = %s"
)
EVENT = "SELECT state, error_code FROM inbox_events WHERE connection_id = %s"


def test_the_newest_stands_whatever_comes_last(work: AtWork) -> None:
    at, history = merchant("out of order"), History()
    platform = work.platform(at, history)
    for version in (3, 1, 2):
        for number in range(4):
            assert platform.deliver(delivery(number, version, at.restaurant)) == 202
        # Each version is applied before the next comes: no batch puts them in order.
        work.settled(at, history)
    booked = "SELECT DISTINCT (total * 100)::int - 1003 FROM orders WHERE connection_id = %s"
    assert sorted(work.installation.rows(booked, at.connection_id)) == [(n,) for n in range(4)]


def test_a_void_or_a_deletion_before_the_order_itself_stands(work: AtWork) -> None:
    at = merchant("void first")
    platform = work.platform(at, History())
    for number, how in enumerate(("voided", "deleted")):
        gone = ordered(delivery(number, 2, at.restaurant), **{how: True})
        created = delivery(number, 1, at.restaurant)
        assert platform.deliver(gone) == 202
        until(lambda one=gone: work.installation.rows(STATE, at.connection_id, one.order))
        assert platform.deliver(created) == 202
        until(lambda: _pending(work, at) == 0, what="both to be handled")
        [(_, voided, deleted, state)] = work.installation.rows(STATE, at.connection_id, gone.order)
        assert (voided, deleted) == (how == "voided", how == "deleted")
        assert state not in {"due", "issued"}
    invoices = "SELECT count(*) FROM invoices WHERE connection_id = %s"
    assert work.installation.one(invoices, at.connection_id) == 0


def test_an_order_of_an_unknown_place_waits_and_is_applied_once_it_is_known(work: AtWork) -> None:
    at, history = merchant("unknown place"), History()
    opened = "a place that opens later"
    one = delivery(0, 0, opened)
    platform = work.platform(at, history)
    assert platform.deliver(one) == 202
    waits = ("pending", "location.unknown")
    until(lambda: work.installation.rows(EVENT, at.connection_id) == [waits], what="it to wait")
    # It waits longer each time; after the tenth try it is a person's.
    work.installation.rows(
        "UPDATE inbox_events SET attempts = 9, next_attempt_at = now() WHERE connection_id = %s",
        at.connection_id,
    )
    parked = ("parked", "location.unknown")
    until(
        lambda: work.installation.rows(EVENT, at.connection_id) == [parked],
        what="it to be set aside",
    )
    _open(at, opened)
    replay = work.installation.taxpoynt(
        *("replay", "--failed", "unknown place", "--organization", "unknown place"), name="replay"
    )
    until(lambda: not replay.alive, what="the replay", timeout_s=60)
    assert replay.code == 0, replay.log.read_text()
    work.settled(at, history)


def test_an_order_of_a_place_that_becomes_known_meanwhile_needs_nobody(work: AtWork) -> None:
    at, history = merchant("known soon"), History()
    opened = "a place that opens soon"
    assert work.platform(at, history).deliver(delivery(0, 0, opened)) == 202
    waits = ("pending", "location.unknown")
    until(lambda: work.installation.rows(EVENT, at.connection_id) == [waits], what="it to wait")
    _open(at, opened)
    work.settled(at, history)


def _pending(work: AtWork, at: Merchant) -> int:
    waiting = "SELECT count(*) FROM inbox_events WHERE connection_id = %s AND state = 'pending'"
    return int(work.installation.one(waiting, at.connection_id))


def _open(at: Merchant, place: str) -> None:
    with unit_of_work() as session:
        session.add(
            Location(
                organization_id=at.organization_id,
                connection_id=at.connection_id,
                external_id=place,
                name=place,
                time_zone="Europe/London",
                currency="GBP",
                closeout_hour=4,
            )
        )
