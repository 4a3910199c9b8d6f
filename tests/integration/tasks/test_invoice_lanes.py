"""Sales of these days and of the past are invoiced by different workers."""

from datetime import timedelta

import pytest

from config import clock
from tasks import invoice
from tests.factories import at, connected, line, order, store
from tests.integration.tasks.asked import ask, one
from tests.integration.tasks.conftest import Signals

pytestmark = pytest.mark.usefixtures("database")


def _sold(how_many: int) -> tuple[int, list[int]]:
    connection = connected()
    records = [order(f"o{n}", at(1), lines=(line("l1", "10.00"),)) for n in range(how_many)]
    return connection.organization_id, list(store(connection, *records).due)


def test_sales_of_these_days_wait_for_none_of_the_past() -> None:
    owner, ids = _sold(how_many=3)
    today = clock.now().date()
    days = [today - timedelta(days=400), today - timedelta(days=2), today]
    for order_id, day in zip(ids, days, strict=True):
        ask("UPDATE orders SET business_date = :d WHERE id = :i", d=day, i=order_id)
    connection_id = one("SELECT connection_id FROM orders WHERE id = :i", i=ids[0]).connection_id
    assert invoice.orders(connection_id=connection_id) == {"issued": 2}
    assert invoice.past(connection_id=connection_id, platform="toast") == {"issued": 1}
    numbers = ask("SELECT order_id FROM invoices WHERE organization_id = :o ORDER BY id", o=owner)
    assert [row.order_id for row in numbers] == [ids[1], ids[2], ids[0]]


@pytest.mark.parametrize(
    ("days", "task", "given"),
    [(0, "invoice.orders", {}), (3, "invoice.past", {"platform": "toast"})],
)
def test_what_is_owed_and_nobody_was_told_of_is_signalled_after_a_while_only(
    signals: Signals, days: int, task: str, given: dict[str, str]
) -> None:
    _, ids = _sold(how_many=2)
    sold_on = clock.now().date() - timedelta(days=days)
    ask("UPDATE orders SET business_date = :d WHERE id = ANY(:ids)", d=sold_on, ids=ids)
    query = "SELECT connection_id FROM orders WHERE id = :i"
    ours = {"connection_id": one(query, i=ids[0]).connection_id, **given}
    with clock.frozen(clock.now()) as advance:
        invoice.due()
        assert ours not in signals.take(task)
        advance(timedelta(seconds=3))
        invoice.due()
        assert ours in signals.take(task)
        invoice.these(ids)
        invoice.due()
        assert ours not in signals.take(task)
