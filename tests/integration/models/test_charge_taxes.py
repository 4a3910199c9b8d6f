"""The tax of charges, which only a bill tells, reaches the invoice that is drawn from the books."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from models import Connection
from models.session import unit_of_work
from tests import merchants
from tests.factories import charge, check, connected, line, order, store, tax
from tests.integration.models.books import fresh, row_of

pytestmark = pytest.mark.usefixtures("database")
D = Decimal


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected(currency="USD")


def test_an_invoice_has_the_tax_that_the_till_charged(connection: Connection) -> None:
    """Always rounded up: 0.83 on the item, 0.11 and 0.17 on charges that come to 0.10 and 0.17."""
    name = fresh()
    record = order(
        name,
        checks=(check("c1", amount=D("13.29"), tax=D("1.11")),),
        lines=(line("l1", "10.01", "0.83"),),
        charges=(charge("s1", "1.23"), charge("s2", "2.05")),
        taxes=(
            tax("0.825825", "0.0825", line_id="l1"),
            tax("0.101475", "0.0825", charge_id="s1"),
            tax("0.169125", "0.0825", charge_id="s2"),
        ),
    )
    store(connection, record)
    row = row_of(connection, name)
    merchants.invoice(row["id"])
    with unit_of_work() as session:
        found = session.execute(text("SELECT net, tax, total FROM invoices")).one()
        kept = text("SELECT tax FROM order_charges WHERE order_id = :o ORDER BY id")
        charged = list(session.scalars(kept, {"o": row["id"]}))
    assert (row["tax"], row["total"]) == (D("1.11"), D("14.40"))
    assert tuple(found) == (D("13.29"), D("1.11"), D("14.40"))
    assert charged == [D("0.11"), D("0.17")]
