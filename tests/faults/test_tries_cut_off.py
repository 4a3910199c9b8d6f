"""Tries one by one, cut off at each statement: what ended no process is blamed for none."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from models import Connection, inbox, invoice_again, invoice_trial
from models.order_read import due_orders
from models.session import engine, unit_of_work
from tasks import handle, invoice, isolate, reach, ring
from tests import factories
from tests.factories import at, order, store
from tests.faults import cutting, points
from tests.faults.machine.till import HERE, Till
from tests.faults.machine.world import envelope
from tests.integration.tasks.asked import ask, one

pytestmark = pytest.mark.usefixtures("watched")

_SETTINGS = {
    "api_url": "http://till.test",
    "client_id": "us",
    "client_secret": "a-till-client-secret",
}


@pytest.fixture(autouse=True)
def _same_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is no turn ends."""
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)


def _cut_off_everywhere(
    make: Callable[[], Connection],
    work: Callable[[Connection], None],
    standing: Callable[[Connection], str],
    release: Callable[[Connection], None],
) -> None:
    """Each at each point: the process ends, or the database goes away for a moment."""
    made = make()
    at_points = range(len(points.counted(lambda: work(made))))
    assert len(at_points) > 20
    done = standing(made)
    parked = 0
    for how in (_ended, cutting.away_at):
        for at_point in at_points:
            made = make()
            how(at_point, lambda: work(made))  # noqa: B023
            for _ in range(isolate.LOST_AT_MOST + 1):
                work(made)
            stands = standing(made)
            assert stands == done or how is _ended, at_point
            parked += stands == "parked"
            release(made)
            assert standing(made) == done
    # Somewhere in the middle it is.
    assert 0 < parked < len(at_points)


def _ended(at_point: int, work: Callable[[], Any]) -> None:
    cutting.cut_off(cutting.ENDED, at_point, work)
    engine().dispose()


def _owing() -> Connection:
    """A sale of a batch over which a worker was lost."""
    made = factories.connected()
    ids = list(store(made, order("o", at(0))).due)
    with unit_of_work() as session:
        invoice_trial.suspect(session, due_orders(session, ids))
    return made


def _issue(of: Connection) -> None:
    with clock.frozen(at(0)), ring.inline(lambda *_: None):
        invoice.orders(connection_id=of.id)


def _invoice(of: Connection) -> str:
    return str(one("SELECT invoice_state FROM orders WHERE connection_id = :c", c=of.id)[0])


def _owe_again(of: Connection) -> None:
    with unit_of_work() as session:
        ids = invoice_again.parked_of(session, of.organization_id)
        invoice_again.owe_again(session, of.organization_id, ids)
    _issue(of)


def test_an_order_that_is_tried_alone_is_parked_only_where_the_process_ended() -> None:
    _cut_off_everywhere(_owing, _issue, _invoice, _owe_again)


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        found = Till()
        found.change("o", HERE, "closed", 100)
    monkeypatch.setattr(reach, "client", lambda *_, **__: found)
    return found


def _delivered(till: Till) -> Connection:
    """A delivery of a batch over which a worker was lost."""
    made = factories.connected(places=(HERE,))
    values = {"c": made.id, "s": json.dumps(_SETTINGS)}
    ask("UPDATE connections SET settings = cast(:s AS jsonb) WHERE id = :c", **values)
    headers = {"toast-event-category": "order_updated"}
    (version,) = till.versions["o"]
    facts = ("order_updated", headers, envelope("o", version), "o")
    with unit_of_work() as session:
        inbox.accept(session, inbox.NewEvent(made.organization_id, made.id, "o", *facts))
    with unit_of_work() as session:
        inbox.suspect(session, made.id, clock.now(), 10)
    return made


def _apply(of: Connection) -> None:
    with ring.inline(lambda *_: None):
        isolate.events(connection_id=of.id, platform="toast")


def _delivery(of: Connection) -> str:
    return str(one("SELECT state FROM inbox_events WHERE connection_id = :c", c=of.id)[0])


def _replay(of: Connection) -> None:
    if _delivery(of) != "parked":
        return
    (row,) = ask("SELECT id FROM inbox_events WHERE connection_id = :c", c=of.id)
    with unit_of_work() as session:
        inbox.replay(session, of.organization_id, [row.id], clock.now())
    with ring.inline(lambda *_: None):
        handle.drain(of.id)


def test_a_delivery_that_is_tried_alone_is_parked_only_where_the_process_ended(till: Till) -> None:
    _cut_off_everywhere(lambda: _delivered(till), _apply, _delivery, _replay)
