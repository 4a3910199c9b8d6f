"""Orders of a batch over which a worker was lost, each invoiced alone."""

import pytest

from config import clock
from models import Order, invoice_again, invoice_trial
from models.session import unit_of_work
from rules.invoicing import Draft
from rules.records import OrderRecord
from tasks import invoice, one_try, turn, verb
from tests.factories import connected, order, store
from tests.integration.tasks.conftest import Signals

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def sold(signals: Signals, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three sales whose message came back from a lost worker."""
    monkeypatch.setattr(verb, "losses", lambda: 1)
    return sorted(store(connected(), *(order(f"o{n}") for n in range(3))).due)


def issue(ids: list[int]) -> None:
    invoice.past(connection_id=standing(ids[0]).connection_id, platform="toast")


def standing(order_id: int) -> Order:
    with unit_of_work() as session:
        return session.get_one(Order, order_id)


def states(ids: list[int]) -> list[str]:
    return [standing(one).invoice_state for one in ids]


def begin(order_id: int) -> None:
    with unit_of_work() as session:
        assert invoice_trial.begin(session, order_id)


def test_those_that_cost_nobody_are_issued(sold: list[int]) -> None:
    issue(sold)
    assert states(sold) == ["issued"] * 3
    assert {standing(one).invoice_reason for one in sold} == {None}


def test_one_whose_worker_died_while_it_was_tried_is_parked_and_can_be_tried_again(
    sold: list[int],
) -> None:
    begin(sold[0])
    issue(sold)
    assert states(sold) == ["parked", "issued", "issued"]
    parked = standing(sold[0])
    assert "memory" in (parked.invoice_reason or "")
    with unit_of_work() as session:
        invoice_again.owe_again(session, parked.organization_id, sold)
    issue(sold)
    assert states(sold) == ["issued"] * 3


def test_whoever_else_claims_them_tries_them_alone_too(
    sold: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep's signal knows nothing of a worker that was lost."""
    with monkeypatch.context() as patch:
        # What came back is at its first one when its worker is gone as well.
        patch.setattr(invoice, "_issue_alone", lambda _: [][0])
        patch.setattr(one_try, "over", lambda *_: None)
        with pytest.raises(IndexError):
            issue(sold)
    monkeypatch.setattr(verb, "losses", lambda: 0)
    together: list[int] = []
    number = invoice._number
    monkeypatch.setattr(
        invoice, "_number", lambda db, them: together.append(len(them)) or number(db, them)
    )
    issue(sold)
    assert states(sold) == ["parked", "issued", "issued"]
    assert together == [1, 1]


def test_one_process_at_a_time_tries_them(sold: list[int], signals: Signals) -> None:
    begin(sold[0])
    with unit_of_work() as other:
        assert invoice_trial.alone(other, standing(sold[0]).connection_id)
        issue(sold)
    assert states(sold) == ["due"] * 3
    # Whoever is at it looks again: to look once more and again meanwhile is for nobody.
    assert signals.take("invoice.past") == []


def test_while_another_tries_them_their_neighbours_are_issued(
    sold: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "losses", lambda: 0)
    begin(sold[0])
    with unit_of_work() as other:
        assert invoice_trial.alone(other, standing(sold[0]).connection_id)
        issue(sold)
    assert states(sold) == ["due", "issued", "issued"]


def test_one_that_can_never_be_drawn_up_is_parked_and_the_others_are_issued(
    sold: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = invoice.draft

    def odd(record: OrderRecord, currency: str) -> Draft:
        return [][0] if record.external_id == "o0" else draft(record, currency)

    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    monkeypatch.setattr(invoice, "draft", odd)
    issue(sold)
    assert states(sold) == ["parked", "issued", "issued"]
    assert "IndexError" in (standing(sold[0]).invoice_reason or "")


def test_many_are_tried_for_as_long_as_a_turn_is_and_the_others_signalled(
    sold: list[int], signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, alone = [0.0], invoice._issue_alone

    def slow(order_id: int) -> list[str]:
        now[0] += turn.TURN_S + 0.1
        return alone(order_id)

    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(invoice, "_issue_alone", slow)
    for issued in (1, 2, 3):
        issue(sold)
        assert states(sold) == ["issued"] * issued + ["due"] * (3 - issued)
        assert len(signals.take("invoice.past")) == (issued < 3)


@pytest.mark.parametrize(("error", "after"), [(MemoryError, "parked"), (KeyError, "issued")])
def test_out_of_memory_counts_as_a_loss_and_any_other_failure_does_not(
    sold: list[int], monkeypatch: pytest.MonkeyPatch, error: type[Exception], after: str
) -> None:
    def broken(*_: object) -> list[str]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(invoice, "_issue_alone", broken)
        with pytest.raises(error):
            issue(sold)
    issue(sold)
    assert states(sold) == [after, "issued", "issued"]


def test_one_that_another_holds_as_its_try_begins_is_tried_again(
    sold: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(invoice, "due_orders", lambda *_: [])
        invoice._try(sold[0])
    issue(sold)
    assert states(sold) == ["issued"] * 3
