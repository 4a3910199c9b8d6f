"""Issuing, cut off at each statement in turn: done again, the invoices are the same to the byte."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from config import clock
from config.errors import TransientError
from documents import invoice_html, invoice_json
from models.invoice_detail import InvoiceDetail, invoice_detail
from models.session import unit_of_work
from tasks import invoice, ring
from tests import factories
from tests.factories import at, charge, line, order, store, tax
from tests.faults import cutting, points
from tests.integration.tasks.asked import ask

pytestmark = pytest.mark.usefixtures("watched")

_ISSUED_AT = datetime(2026, 3, 2, tzinfo=UTC)
_ISSUERS = 20


def _sold(how_many: int = 3, *, refused: bool = False) -> tuple[int, list[int]]:
    """A merchant with sales of each kind of part."""
    connection = factories.connected()
    sales = [
        order(
            f"o{n}",
            at(n),
            customer=factories.guest(f"g{n}", first_name="Ada", email="ada@example.com"),
            lines=(line("l1", "10.00", "1.01"), line("l2", "2.50", parent_id="l1")),
            charges=(charge("s1", "2.00"),),
            taxes=(tax("1.005", line_id="l1"), tax("0.2", charge_id="s1")),
        )
        for n in range(how_many)
    ]
    ids = list(store(connection, *sales).due)
    if refused:
        # It has its invoice already and says that it owes one: the table refuses a second.
        invoice.these(ids[1:2])
        ask("UPDATE orders SET invoice_state = 'due' WHERE id = :i", i=ids[1])
    return connection.organization_id, ids


def _issue_after_all(ids: Sequence[int]) -> None:
    """As a worker does: a connection that was broken before it is found out is another try."""
    for _ in range(_ISSUERS):
        with suppress(TransientError):
            invoice.these(ids)
            return
    invoice.these(ids)


def _papers(owner: int) -> list[str]:
    """Every invoice as it is given out, but for what differs between merchants and moments."""
    rows = ask("SELECT number FROM invoices WHERE organization_id = :o ORDER BY sequence", o=owner)
    with unit_of_work() as session:
        found = [invoice_detail(session, owner, row.number) for row in rows]
    papers = []
    for each in found:
        assert each is not None
        head = {**each.invoice, "issued_at": _ISSUED_AT, "seller": "The merchant"}
        dated = InvoiceDetail(head, each.lines, each.taxes)
        papers += [invoice_json.render(dated), invoice_html.render(dated)]
    return papers


def _raw(owner: int) -> list[Any]:
    """The rows of a merchant's invoices, the instant they were issued at included."""
    query = (
        "SELECT i::text, (SELECT string_agg(l::text, ';' ORDER BY l.position) FROM invoice_lines l "
        "WHERE l.invoice_id = i.id), (SELECT string_agg(t::text, ';' ORDER BY t.position) "
        "FROM invoice_taxes t WHERE t.invoice_id = i.id) "
        "FROM invoices i WHERE organization_id = :o ORDER BY sequence"
    )
    return [tuple(row) for row in ask(query, o=owner)]


def _assert_gapless(owner: int, orders: Sequence[int]) -> None:
    rows = ask(
        "SELECT sequence, number, order_id FROM invoices WHERE organization_id = :o "
        "ORDER BY sequence",
        o=owner,
    )
    assert [row.sequence for row in rows] == list(range(1, len(orders) + 1))
    assert [row.number for row in rows] == [f"INV-{n:06d}" for n in range(1, len(orders) + 1)]
    assert sorted(row.order_id for row in rows) == sorted(orders)


def _turn(ids: Sequence[int]) -> None:
    """A worker's turn, on the day of the sales: what their connection owes, until it owes none."""
    [of] = ask("SELECT DISTINCT connection_id FROM orders WHERE id = ANY(:ids)", ids=ids)
    with clock.frozen(at(0)), ring.inline(lambda *_: None):
        invoice.orders(connection_id=of.connection_id)


# What is refused is issued alone by the same statements, whoever claimed it.
@pytest.mark.parametrize(("issue", "refused"), [(_turn, False), (invoice.these, True)])
def test_issuing_cut_off_anywhere_and_done_again_gives_the_same_invoices(
    issue: Callable[[Sequence[int]], object], refused: bool
) -> None:
    owner, ids = _sold(refused=refused)
    ways = cutting.ways(lambda: issue(ids))
    wanted = _papers(owner)
    assert len(wanted) == 6
    assert len(ways) > 20
    for how, at_point in ways:
        owner, ids = _sold(refused=refused)
        cutting.cut_off(how, at_point, lambda: issue(ids))  # noqa: B023
        stood = _raw(owner)
        issue(ids)
        _assert_gapless(owner, ids)
        assert _papers(owner) == wanted, (how, at_point)
        # What was issued before it was cut off stands untouched, and a third time changes nothing.
        done = _raw(owner)
        assert done[: len(stood)] == stood
        issue(ids)
        assert _raw(owner) == done


def test_numbers_have_no_gap_though_twenty_issue_at_once_and_connections_break() -> None:
    owner, ids = _sold(200)
    dice, lock, broken = random.Random(20), threading.Lock(), []

    def strike(connection: Any, what: str) -> None:
        with lock:
            struck = dice.random() < 0.02
        if struck:
            broken.append(what)
            cutting.terminate(connection.info.backend_pid)

    def issue(number: int) -> None:
        own = random.Random(number)
        for _ in range(15):
            # Two may be told of one order; the database may be away, or have no connection left.
            with suppress(TransientError):
                invoice.these(own.sample(ids, 20))

    with points.watching(strike), ThreadPoolExecutor(_ISSUERS) as pool:
        for done in [pool.submit(issue, number) for number in range(_ISSUERS)]:
            done.result()
    assert broken
    _issue_after_all(ids)
    _assert_gapless(owner, ids)
    states = ask("SELECT DISTINCT invoice_state FROM orders WHERE id = ANY(:ids)", ids=ids)
    assert [row.invoice_state for row in states] == ["issued"]
