"""A location's cash day, from payments, entries and deposits in the books."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from models import Connection, Location
from models.cash_day import CashOfDay, cash_of_day
from models.session import unit_of_work
from rules.records import RefundRecord
from tests.factories import NOON, connected, order, payment, store
from tests.telling import DAY, cash, tell

pytestmark = pytest.mark.usefixtures("database")

NEXT = DAY + timedelta(days=1)


def of_day(till: Connection, day: date = DAY, place: str = "site-1") -> CashOfDay:
    with unit_of_work() as session:
        query = select(Location.id).where(
            Location.connection_id == till.id, Location.external_id == place
        )
        location_id = session.scalars(query).one()
        found = cash_of_day(session, till.organization_id, location_id, day)
    assert found is not None
    return found


def test_payments_refunds_entries_and_deposits_of_that_day_and_place() -> None:
    till = connected(places=("site-1", "site-2"))
    refund = RefundRecord(Decimal("4.00"), Decimal("1.00"), NOON, DAY)
    store(
        till,
        order("o1", payments=(payment("p1", "20.00", tip="3.00", business_date=DAY),)),
        order(
            "o2",
            payments=(
                payment("p2", "9.00", business_date=DAY, refund=refund),
                payment("p3", "7.00", business_date=DAY, counts=False, status="VOIDED"),
                payment("p4", "50.00", business_date=NEXT),
            ),
        ),
        order("o3", deleted=True, payments=(payment("p5", "100.00", business_date=DAY),)),
        order("o4", not_sale_reason="test", payments=(payment("p6", "100.00", business_date=DAY),)),
        order("o5", location_id="site-2", payments=(payment("p7", "11.00", business_date=DAY),)),
    )
    tell(
        till,
        cash("e1", "-5.00"),
        cash("e2", "-6.00", business_date=NEXT),
        cash("e3", "-8.00", place="site-2"),
        cash("d1", "19.00", kind="deposit", type=None),
    )
    found = of_day(till)
    # 20.00 + 9.00 paid, 4.00 given back, 5.00 paid out.
    assert (found.payments, found.figures.payments, found.figures.refunds) == (2, 29, 4)
    assert (found.figures.expected, found.figures.over_short) == (Decimal(20), Decimal(-1))
    assert found.currency == "GBP"
    assert [row["external_id"] for row in found.records] == ["e1", "d1"]
    assert of_day(till, NEXT).figures.expected == Decimal("44")
    assert of_day(till, place="site-2").figures.expected == Decimal("3")


def test_a_card_is_no_cash() -> None:
    till = connected()
    card = payment("p1", "20.00", business_date=DAY)
    card.tender = "CREDIT"  # type: ignore[misc]
    store(till, order(payments=(card,)))
    assert of_day(till).figures.expected == 0


def test_what_says_no_date_is_of_the_orders_date() -> None:
    till = connected()
    refund = RefundRecord(Decimal("4.00"), Decimal(0), None, None)
    paid = payment("p1", "20.00", business_date=None, refund=refund)
    store(till, order(business_date=DAY, payments=(paid,)))
    assert (of_day(till).figures.payments, of_day(till).figures.refunds) == (20, 4)
    assert of_day(till, NEXT).figures.expected == 0


def test_currencies_are_never_added_up() -> None:
    till = connected()
    store(
        till, order("pounds", business_date=DAY, payments=(payment("p1", "20", business_date=DAY),))
    )
    with unit_of_work() as session:
        session.execute(
            update(Location).where(Location.connection_id == till.id).values(currency="EUR")
        )
    assert of_day(till).figures.payments == 0
    with unit_of_work() as session:
        session.execute(
            update(Location).where(Location.connection_id == till.id).values(currency="GBP")
        )
    assert of_day(till).figures.payments == 20


def test_what_another_date_took_back_counts_on_neither() -> None:
    till = connected()
    tell(
        till,
        cash("a", "-40.00"),
        cash("b", "40.00", type="UNDO_PAY_OUT", undoes_id="a", business_date=NEXT),
        cash("c", "-3.00"),
    )
    for day, expected in ((DAY, -3), (NEXT, 0)):
        found = of_day(till, day)
        assert found.figures.expected == expected
        assert {row["external_id"] for row in found.records} >= {"a", "b"}
        names = {row["id"]: row["external_id"] for row in found.records}
        assert {names[each] for each in found.standing} <= {"c"}


def test_a_day_of_nothing() -> None:
    found = of_day(connected())
    assert (found.figures.expected, found.figures.over_short, found.records) == (0, None, [])
