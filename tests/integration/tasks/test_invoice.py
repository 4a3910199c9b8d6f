import json
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from config.errors import TransientError
from connectors.base.contract import Record
from connectors.toast.mapping import read_order
from models import Order
from models.order_read import due_orders
from models.session import unit_of_work
from tasks import handle, invoice
from tests.factories import PLACE, at, charge, connected, line, order, store, tax
from tests.integration.tasks.asked import ask, one, orders
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


def _sold(amount: str = "10.00", how_many: int = 1) -> tuple[int, list[int]]:
    connection = connected()
    records = [
        order(
            f"o{n}",
            at(1),
            lines=(line("l1", amount, "1.01"),),
            charges=(charge("s1", "2.00"),),
            taxes=(tax("1.005", line_id="l1"), tax("0.2", charge_id="s1")),
        )
        for n in range(how_many)
    ]
    return connection.organization_id, list(store(connection, *records).due)


def _invoices(organization_id: int) -> list[tuple[str, Decimal]]:
    return [
        (row.number, row.total)
        for row in ask(
            "SELECT number, total FROM invoices WHERE organization_id = :o ORDER BY sequence",
            o=organization_id,
        )
    ]


def test_every_sale_of_a_till_gets_one_invoice_that_ties_to_it(
    shop: Shop, signals: Signals
) -> None:
    shop.take_in(shop.messages())
    handle.drain(shop.connection_id)
    for invoicing in signals.take_invoicing():
        invoicing()
    states = {row.invoice_state for row in orders(shop).values()}
    assert "due" not in states
    assert "parked" not in states
    rows = ask(
        "SELECT i.net - o.net AS net, i.tax - o.tax AS tax, i.total - o.total AS total, "
        "i.currency = o.currency AS same, i.organization_id = o.organization_id AS owned, "
        "i.total - (SELECT sum(l.net + l.tax) FROM invoice_lines l WHERE l.invoice_id = i.id) "
        "AS lines, i.tax - (SELECT coalesce(sum(t.amount), 0) FROM invoice_taxes t "
        "WHERE t.invoice_id = i.id) AS taxes, i.correlation_id = o.correlation_id AS followed "
        "FROM invoices i JOIN orders o ON o.id = i.order_id WHERE o.connection_id = :c",
        c=shop.connection_id,
    )
    assert len(rows) == sum(row.invoice_state == "issued" for row in orders(shop).values()) > 0
    assert {tuple(row) for row in rows} == {(0, 0, 0, True, True, 0, 0, True)}


def test_a_charge_whose_tax_bears_the_dust_of_a_double_is_invoiced() -> None:
    # 1.15 * 0.1 and 8.7 * 0.05, as a till that reckons in doubles sends them.
    taxes = [
        {"rate": 0.1, "taxAmount": 0.11499999999999999},
        {"rate": 0.05, "taxAmount": 8.7 * 0.05},
    ]
    charges = [
        {"guid": f"s{n}", "chargeAmount": 1.15, "appliedTaxes": [tax]}
        for n, tax in enumerate(taxes)
    ]
    check = {"guid": "c", "paymentStatus": "CLOSED", "appliedServiceCharges": charges}
    told = {"guid": "dusty", "modifiedDate": "2026-03-01T12:00:00Z", "businessDate": 20260301}
    raw = json.dumps({**told, "checks": [check]}).encode()
    connection = connected()
    ids = list(store(connection, read_order(Record("orders", "dusty", raw, PLACE))).due)
    assert invoice.these(ids) == 1
    assert _invoices(connection.organization_id) == [("INV-000001", Decimal("2.86"))]


def test_an_order_told_twice_is_invoiced_once() -> None:
    owner, ids = _sold(how_many=2)
    assert invoice.these(ids) == 2
    assert invoice.these([*ids, *ids]) == 0
    assert [number for number, _ in _invoices(owner)] == ["INV-000001", "INV-000002"]


def test_an_order_that_owes_nothing_is_passed_over() -> None:
    owner, ids = _sold()
    ask("UPDATE orders SET invoice_state = 'not due' WHERE id = :i", i=ids[0])
    assert invoice.these([*ids, -1]) == 0
    assert _invoices(owner) == []


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("UPDATE order_lines SET amount = amount + 0.01 WHERE order_id = :i", "would come to"),
        ("UPDATE orders SET total = total - 0.01 WHERE id = :i", "would come to"),
        ("DELETE FROM order_lines WHERE order_id = :i", "would come to"),
        ("DELETE FROM order_charges WHERE order_id = :i", "would come to"),
    ],
)
def test_a_draft_that_does_not_tie_is_parked_alone_and_takes_no_number(
    spoil: str, reason: str
) -> None:
    owner, ids = _sold(how_many=3)
    ask(spoil, i=ids[0])
    assert invoice.these(ids) == 2
    row = one("SELECT * FROM orders WHERE id = :i", i=ids[0])
    assert row.invoice_state == "parked"
    assert reason in row.invoice_reason
    assert [number for number, _ in _invoices(owner)] == ["INV-000001", "INV-000002"]


@pytest.mark.parametrize(
    ("amount", "reason"), [("10.005", "finer than GBP"), ("-5.50", "credit note")]
)
def test_what_can_not_be_an_invoice_is_parked_with_its_reason(amount: str, reason: str) -> None:
    _, ids = _sold()
    for spoil in (
        "UPDATE order_lines SET amount = 0, tax = 0 WHERE order_id = :i",
        "UPDATE order_lines SET amount = cast(:amount AS numeric) WHERE id = "
        "(SELECT min(id) FROM order_lines WHERE order_id = :i)",
        "DELETE FROM order_charges WHERE order_id = :i",
        "DELETE FROM order_taxes WHERE order_id = :i",
        "UPDATE orders SET net = cast(:amount AS numeric), total = cast(:amount AS numeric), "
        "tax = 0, gratuities = 0 WHERE id = :i",
    ):
        ask(spoil, i=ids[0], **({"amount": amount} if ":amount" in spoil else {}))
    assert invoice.these(ids) == 0
    row = one("SELECT * FROM orders WHERE id = :i", i=ids[0])
    assert row.invoice_state == "parked"
    assert reason in row.invoice_reason


def test_an_invoice_that_the_database_refuses_holds_up_no_other() -> None:
    owner, ids = _sold(how_many=3)
    assert invoice.these(ids[1:2]) == 1
    ask("UPDATE orders SET invoice_state = 'due' WHERE id = :i", i=ids[1])
    assert invoice.these(ids) == 2
    row = one("SELECT * FROM orders WHERE id = :i", i=ids[1])
    assert row.invoice_state == "parked"
    assert "UniqueViolation" in row.invoice_reason
    assert [number for number, _ in _invoices(owner)] == [f"INV-00000{n}" for n in (1, 2, 3)]


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The database refuses what this thread issues; the calls in the list run before it parks."""
    meanwhile: list[Any] = []
    ours, issue, park = threading.get_ident(), invoice.issue, invoice._park

    def refused(session: Session, *facts: Any) -> list[str]:
        if threading.get_ident() == ours:
            session.execute(text("SELECT 1 / 0"))
        return issue(session, *facts)

    def parked(session: Session, *facts: Any) -> None:
        for call in meanwhile:
            call()
        park(session, *facts)

    monkeypatch.setattr(invoice, "issue", refused)
    monkeypatch.setattr(invoice, "_park", parked)
    return meanwhile


def _reached(other: threading.Thread) -> bool:
    """Whether another thread is through, or waits for a lock of ours."""
    waits = ask(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
    )
    return bool(waits) or not other.is_alive()


def _beside(call: Callable[[], Any], others: list[threading.Thread]) -> Callable[[], None]:
    """Has another thread make a call, as far as it gets."""

    def start() -> None:
        other = threading.Thread(target=call)
        others.append(other)
        other.start()
        until(lambda: _reached(other), what="the other's end, or its wait")

    return start


def test_what_another_worker_issues_meanwhile_is_not_parked(refusing: list[Any]) -> None:
    owner, ids = _sold()
    others: list[threading.Thread] = []
    refusing.append(_beside(lambda: invoice.these(ids), others))
    assert invoice.these(ids) == 0
    for other in others:
        other.join()
    assert len(others) == 1
    state = one("SELECT invoice_state FROM orders WHERE id = :i", i=ids[0]).invoice_state
    assert (state, len(_invoices(owner))) in {("issued", 1), ("parked", 0)}


def test_a_newer_version_that_comes_meanwhile_is_not_parked(refusing: list[Any]) -> None:
    connection = connected()
    ids = list(store(connection, order("o1", at(1))).due)
    others: list[threading.Thread] = []
    refusing.append(_beside(lambda: store(connection, order("o1", at(2))), others))
    assert invoice.these(ids) == 0
    for other in others:
        other.join()
    assert len(others) == 1
    row = one("SELECT * FROM orders WHERE id = :i", i=ids[0])
    assert (row.version, row.invoice_state, row.invoice_reason) == (at(2), "due", None)


def test_what_the_database_refuses_for_a_moment_is_not_parked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, ids = _sold()

    def late(session: Session, *_: Any) -> list[str]:
        session.execute(text("SET LOCAL statement_timeout = 20"))
        session.execute(text("SELECT pg_sleep(5)"))
        return []

    monkeypatch.setattr(invoice, "issue", late)
    with pytest.raises(TransientError):
        invoice._issue_alone(ids[0])
    assert one("SELECT invoice_state FROM orders WHERE id = :i", i=ids[0]).invoice_state == "due"


@pytest.mark.parametrize("where", ["draft", "issue"])
def test_a_mistake_of_ours_over_one_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """In what draws it up, and in what stores a whole batch."""
    ids = sorted(store(connected(), *(order(f"o{n}") for n in range(3))).due)
    sound = getattr(invoice, where)

    def odd(*given: Any) -> Any:
        if where == "draft":
            ours = given[0].external_id == "o0"
        else:
            ours = any(one.order.external_id == "o0" for one in given[2])
        return [][0] if ours else sound(*given)

    monkeypatch.setattr(invoice, where, odd)
    assert invoice.these(ids) == 2
    with unit_of_work() as session:
        found = [session.get_one(Order, one) for one in ids]
    assert [one.invoice_state for one in found] == ["parked", "issued", "issued"]
    assert "IndexError" in (found[0].invoice_reason or "")


def test_orders_of_several_merchants_in_one_message_each_get_their_own_series() -> None:
    (one_owner, ones), (two_owner, twos) = _sold(), _sold()
    assert invoice.these([*ones, *twos]) == 2
    assert _invoices(one_owner) == _invoices(two_owner) == [("INV-000001", Decimal("13.21"))]


def test_the_invoices_of_one_connection_are_issued_in_batches(
    monkeypatch: pytest.MonkeyPatch, signals: Signals
) -> None:
    monkeypatch.setattr(invoice, "BATCH", 2)
    (one_owner, ids), (two_owner, _) = _sold(how_many=5), _sold()
    ask("UPDATE orders SET business_date = business_date - 1 WHERE id = :i", i=ids[-1])
    connection_id = one("SELECT connection_id FROM orders WHERE id = :i", i=ids[0]).connection_id
    assert invoice.past(connection_id=connection_id, platform="toast") == {"issued": 5}
    assert len(_invoices(one_owner)) == 5
    assert _invoices(two_owner) == []
    first = one("SELECT number FROM invoices WHERE order_id = :i", i=ids[-1])
    assert first.number == "INV-000001"
    assert not signals.take_invoicing()


def test_one_of_a_connection_that_is_refused_or_held_by_another_holds_up_no_other() -> None:
    owner, ids = _sold(how_many=4)
    assert invoice.these(ids[1:2]) == 1
    ask("UPDATE orders SET invoice_state = 'due' WHERE id = :i", i=ids[1])
    connection_id = one("SELECT connection_id FROM orders WHERE id = :i", i=ids[0]).connection_id
    with unit_of_work() as session:
        due_orders(session, ids[2:3])
        assert invoice.past(connection_id=connection_id, platform="toast") == {"issued": 2}
    states = ask("SELECT invoice_state FROM orders WHERE id = ANY(:ids) ORDER BY id", ids=ids)
    assert [row.invoice_state for row in states] == ["issued", "parked", "due", "issued"]
    assert invoice.past(connection_id=connection_id, platform="toast") == {"issued": 1}
    assert [number for number, _ in _invoices(owner)] == [f"INV-00000{n}" for n in (1, 2, 3, 4)]
