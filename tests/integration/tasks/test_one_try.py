"""A try that ended though nobody could be told: the next one forgives it, once."""

from contextlib import ExitStack

import pytest
from sqlalchemy.exc import StatementError

from config.errors import TransientError
from models import Order, invoice_trial
from models.session import engine, unit_of_work
from tasks import invoice, verb
from tests.factories import connected, order, store
from tests.faults import cutting
from tests.integration.tasks.conftest import Signals

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def sold(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> Order:
    """A sale whose message came back from a lost worker."""
    monkeypatch.setattr(verb, "losses", lambda: 1)
    (order_id,) = store(connected(), order("o")).due
    return standing(order_id)


def issue(of: Order) -> None:
    invoice.past(connection_id=of.connection_id, platform="toast")


def standing(order_id: int) -> Order:
    with unit_of_work() as session:
        return session.get_one(Order, order_id)


def test_while_the_database_is_away_a_try_that_ends_is_noted_and_forgiven_once(
    sold: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: int) -> list[str]:
        held.enter_context(cutting.away())
        raise TransientError("database.away", "It is away.")

    held = ExitStack()
    with monkeypatch.context() as patch:
        patch.setattr(invoice, "_issue_alone", away)
        with pytest.raises(TransientError):
            issue(sold)
    held.close()
    engine().dispose()
    # As it stands after a worker that died.
    assert "alone" in (standing(sold.id).invoice_reason or "")
    with monkeypatch.context() as patch:
        patch.setattr(invoice, "_issue_alone", lambda _: [][0])
        patch.setattr(invoice_trial, "end", _ends_once(invoice_trial.end))
        with pytest.raises(IndexError):
            issue(sold)
    assert standing(sold.id).invoice_state == "due"
    issue(sold)
    assert standing(sold.id).invoice_state == "parked"


def _ends_once(end: object) -> object:
    """Forgiving is heard; that this try ended is told to nobody, as of a worker that dies."""
    calls: list[int] = []

    def ends(session: object, *, order_id: int) -> None:
        calls.append(order_id)
        if len(calls) == 1:
            end(session, order_id=order_id)  # type: ignore[operator]

    return ends


def test_memory_that_runs_out_within_sqlalchemy_counts_too(
    sold: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StatementError("no room", "INSERT", None, MemoryError("no room"))

    with monkeypatch.context() as patch:
        patch.setattr(invoice, "issue", full)
        with pytest.raises(MemoryError):
            issue(sold)
    issue(sold)
    assert standing(sold.id).invoice_state == "parked"
