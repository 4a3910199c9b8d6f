import json
import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from documents import invoice_html, invoice_json
from models import Connection, Order
from models.invoice_detail import invoice_detail
from models.invoice_write import Issue, issue
from models.order_read import due_orders, sale_records
from models.session import unit_of_work
from rules.invoicing import draft
from rules.records import CustomerRecord
from tests.factories import at, charge, connected, line, order, store, tax

pytestmark = pytest.mark.usefixtures("database")

_numbers = count(1)


@pytest.fixture
def connection(database: str) -> Connection:
    return connected()


def _ask(query: str, **values: Any) -> list[Any]:
    with unit_of_work() as session:
        found = session.execute(text(query), values)
        return list(found.all()) if found.returns_rows else []


def _owed(connection: Connection, how_many: int = 1) -> list[int]:
    first = next(_numbers) * 1000
    records = [
        order(
            f"o{first + n}",
            at(1),
            lines=(line("l1", "10.00", "1.01"),),
            charges=(charge("s1", "2.00", gratuity=True),),
            taxes=(tax("1.005", line_id="l1"),),
        )
        for n in range(how_many)
    ]
    return list(store(connection, *records).due)


def _issue(order_ids: list[int], *, fail: bool = False) -> list[str]:
    with unit_of_work() as session:
        orders = due_orders(session, order_ids)
        records = sale_records(session, orders)
        issues = [
            Issue(one, draft(record, one.currency))
            for one, record in zip(orders, records, strict=True)
        ]
        if not issues:
            return []
        numbers = issue(session, issues[0].order.organization_id, issues)
        if fail:
            raise LookupError
        return numbers


def test_an_issued_invoice_repeats_its_order_to_the_cent(connection: Connection) -> None:
    (order_id,) = _owed(connection)
    (number,) = _issue([order_id])
    ((*sums, organization, currency),) = _ask(
        "SELECT net, tax, gratuities, total, organization_id, currency FROM invoices "
        "WHERE order_id = :id",
        id=order_id,
    )
    assert number == "INV-000001"
    assert sums == [Decimal(10), Decimal("1.01"), Decimal(2), Decimal("13.01")]
    assert (organization, currency) == (connection.organization_id, "GBP")
    assert _ask("SELECT invoice_state FROM orders WHERE id = :id", id=order_id) == [("issued",)]


def test_its_document_stays_when_those_it_names_change(connection: Connection) -> None:
    guest = CustomerRecord(external_id="g1", first_name="Ada", last_name="Obi", email="ada@x.ng")
    paid = order("named", at(1), customer=guest, lines=(line("l1", "10.00", "1.01"),))
    (number,) = _issue(list(store(connection, paid).due))
    before = _document(connection, number)
    assert json.loads(before[0])["buyer"] == {"name": "Ada Obi", "email": "ada@x.ng"}
    of = {"o": connection.organization_id}
    _ask("UPDATE organizations SET name = 'Renamed' WHERE id = :o", **of)
    _ask("UPDATE locations SET name = 'Moved', time_zone = 'UTC' WHERE organization_id = :o", **of)
    _ask("UPDATE customers SET first_name = 'X', email = 'x@x' WHERE organization_id = :o", **of)
    _ask("UPDATE orders SET display_number = 'other' WHERE organization_id = :o", **of)
    assert _document(connection, number) == before


def _document(connection: Connection, number: str) -> tuple[str, str]:
    with unit_of_work() as session:
        found = invoice_detail(session, connection.organization_id, number)
        assert found is not None
        return invoice_json.render(found), invoice_html.render(found)


@pytest.mark.parametrize("table", ["invoices", "invoice_lines", "invoice_taxes"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET organization_id = organization_id", "DELETE FROM {}"]
)
def test_nothing_of_an_issued_invoice_can_be_changed_or_deleted(
    connection: Connection, table: str, change: str
) -> None:
    _issue(_owed(connection))
    before = _ask(f"SELECT * FROM {table} ORDER BY id")
    assert before
    with pytest.raises(DBAPIError, match="An issued invoice never changes"):
        _ask(change.format(table))
    assert _ask(f"SELECT * FROM {table} ORDER BY id") == before


def test_a_sale_with_an_invoice_can_not_be_deleted_beneath_it(connection: Connection) -> None:
    (order_id,) = _owed(connection)
    _issue([order_id])
    with pytest.raises(IntegrityError):
        _ask("DELETE FROM orders WHERE id = :id", id=order_id)


def test_the_database_takes_one_invoice_an_order(connection: Connection) -> None:
    (order_id,) = _owed(connection)
    _issue([order_id])
    _ask("UPDATE orders SET invoice_state = 'due' WHERE id = :id", id=order_id)
    with pytest.raises(IntegrityError, match="uq_invoices_order_id"):
        _issue([order_id])
    assert _ask("SELECT count(*) FROM invoices WHERE order_id = :id", id=order_id) == [(1,)]


def test_an_order_issued_before_is_passed_over(connection: Connection) -> None:
    ids = _owed(connection, 2)
    assert _issue(ids[:1]) == ["INV-000001"]
    assert _issue(ids) == ["INV-000002"]
    assert _issue(ids) == []


def test_a_rollback_gives_its_numbers_back(connection: Connection) -> None:
    ids = _owed(connection, 4)
    with pytest.raises(LookupError):
        _issue(ids[:3], fail=True)
    assert _issue(ids[3:]) == ["INV-000001"]
    assert _issue(ids) == ["INV-000002", "INV-000003", "INV-000004"]


def test_numbers_have_no_gap_under_issuers_at_once_of_whom_some_fail(
    connection: Connection,
) -> None:
    ids = _owed(connection, 60)
    issuers = 8
    gate = Barrier(issuers)

    def work(issuer: int) -> None:
        dice = random.Random(issuer)
        mine = list(ids)
        dice.shuffle(mine)
        gate.wait()
        for start in range(0, len(mine), 3):
            fails = dice.random() < 0.3
            try:
                _issue(mine[start : start + 3], fail=fails)
            except LookupError:
                continue

    with ThreadPoolExecutor(issuers) as pool:
        for done in [pool.submit(work, issuer) for issuer in range(issuers)]:
            done.result()
    _issue(ids)
    rows = _ask(
        "SELECT sequence, order_id FROM invoices WHERE organization_id = :o ORDER BY sequence",
        o=connection.organization_id,
    )
    assert [row.sequence for row in rows] == list(range(1, 61))
    assert sorted(row.order_id for row in rows) == sorted(ids)


def test_each_organization_numbers_its_own_series() -> None:
    one, two = connected(), connected()
    assert _issue(_owed(one)) == _issue(_owed(two)) == ["INV-000001"]


def test_what_another_issuer_holds_is_left_to_it(connection: Connection) -> None:
    ids = _owed(connection, 2)
    with unit_of_work() as session:
        assert [one.id for one in due_orders(session, ids[:1])] == ids[:1]
        with unit_of_work() as other:
            assert [one.id for one in due_orders(other, ids)] == ids[1:]


def _stands(connection: Connection, external_id: str) -> tuple[str, str | None]:
    ((state, reason),) = _ask(
        "SELECT invoice_state, invoice_reason FROM orders "
        "WHERE connection_id = :c AND external_id = :e",
        c=connection.id,
        e=external_id,
    )
    return state, reason


@pytest.mark.parametrize(
    "change",
    [
        {"lines": (line("l1", "9.00"),)},
        {"charges": (charge("s1", "1.00"),)},
        {"voided": True},
        {"deleted": True},
        {"not_sale_reason": "test"},
    ],
)
def test_an_order_that_changes_after_issue_says_so_and_goes_back_with_its_content(
    connection: Connection, change: dict[str, Any]
) -> None:
    _issue(list(store(connection, order("o", at(1))).due))
    issued = _ask("SELECT * FROM invoices WHERE organization_id = :o", o=connection.organization_id)
    written = store(connection, order("o", at(2), **change))
    assert not written.due
    state, reason = _stands(connection, "o")
    assert state == "changed after issue"
    assert "credit note" in str(reason)
    store(connection, order("o", at(3)))
    assert _stands(connection, "o") == ("issued", None)
    assert issued == _ask(
        "SELECT * FROM invoices WHERE organization_id = :o", o=connection.organization_id
    )


def test_a_change_that_no_invoice_shows_leaves_the_order_issued(connection: Connection) -> None:
    _issue(list(store(connection, order("o", at(1))).due))
    store(connection, order("o", at(2), guests=4, display_number="17"))
    assert _stands(connection, "o") == ("issued", None)


def test_an_order_back_open_after_issue_is_not_invoiced_twice(connection: Connection) -> None:
    _issue(list(store(connection, order("o", at(1))).due))
    assert not store(connection, order("o", at(2), state="open")).due
    assert not store(connection, order("o", at(3), lines=(line("x", "20.00"),))).due
    assert _stands(connection, "o")[0] == "changed after issue"


def test_stored_orders_read_back_as_they_were_drawn(connection: Connection) -> None:
    _owed(connection)
    with unit_of_work() as session:
        (found,) = session.query(Order).filter_by(connection_id=connection.id)
        (record,) = sale_records(session, [found])
    drawn = draft(record, "GBP")
    assert drawn.total == found.total
    assert [row.amount for row in drawn.taxes] == [Decimal("1.01")]
