"""A day in figures after what was sold on it changed: each by hand."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from models import Connection
from models.session import unit_of_work
from tests.factories import at, connected, line, store
from tests.integration.models.days import (
    MONDAY,
    TUESDAY,
    bill,
    day,
    days,
    noted,
    paid,
    sold,
    tallied,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def till(database: str) -> Connection:
    """A connection with nothing in the books."""
    return connected()


def test_a_tip_adjusted_later_counts_on_the_day_it_was_paid(till: Connection) -> None:
    order = sold(payments=(paid("11.00", tip="1.00"),))
    store(till, order)
    tallied(till)
    store(till, replace(order, version=at(5), payments=(paid("11.00", tip="2.20"),)))
    assert set(noted(till)) == {MONDAY}
    tallied(till)
    assert day(till)["tips"] == "2.20"
    assert not noted(till)


def test_a_reopened_bill_is_open_again(till: Connection) -> None:
    order = sold(payments=(paid("11.00"),))
    store(till, order)
    tallied(till)
    assert "open" not in day(till)
    more = (*order.lines, line("l2", "3.00", "0.30"))
    again = replace(order, version=at(5), state="open", lines=more, checks=(bill(settled=False),))
    store(till, again)
    tallied(till)
    assert (day(till)["due"], day(till)["open"]) == ("14.30", "3.30")
    closed = (paid("11.00"), paid("3.30", external_id="p2"))
    store(till, replace(again, version=at(6), state="closed", checks=(bill(),), payments=closed))
    tallied(till)
    assert day(till)["paid_that_day"] == "14.30"
    assert {"open", "unexplained"}.isdisjoint(day(till))


def test_a_merged_order_counts_once_where_it_went(till: Connection) -> None:
    origin = sold("o1", payments=(paid("11.00"),))
    store(till, origin, sold("o2", lines=(line("l9", "7.00"),), payments=(paid("7.00"),)))
    tallied(till)
    merged = sold(
        "o2",
        version=at(5),
        checks=(bill("c1"), bill("c9")),
        lines=(line("l1", "10.00", "1.00"), line("l9", "7.00", check_id="c9")),
        payments=(paid("11.00"), replace(paid("7.00", external_id="p9"), check_id="c9")),
    )
    store(till, replace(origin, version=at(5), deleted=True), merged)
    tallied(till)
    assert day(till) == {
        **{"orders": 1, "checks": 2, "net": "17.00", "tax": "1.00", "due": "18.00"},
        "paid_that_day": "18.00",
    }


def test_an_order_that_moves_leaves_its_day_and_a_day_with_nothing_left_is_none(
    till: Connection,
) -> None:
    order = sold(payments=(paid("11.00", MONDAY),))
    store(till, order)
    tallied(till)
    moved = replace(order, version=at(5), business_date=TUESDAY, payments=(paid("11.00", TUESDAY),))
    store(till, moved)
    assert set(noted(till)) == {MONDAY, TUESDAY}
    tallied(till)
    assert days(till, MONDAY) == []
    assert day(till, TUESDAY)["due"] == "11.00"


def test_voided_after_payment_an_order_is_counted_as_voided_alone(till: Connection) -> None:
    order = sold(guests=4, payments=(paid("11.00", tip="1.00"),))
    store(till, order)
    tallied(till)
    gone = replace(paid("11.00", tip="1.00"), counts=False, status="VOIDED")
    voided = replace(
        order,
        version=at(5),
        voided=True,
        checks=(bill(voided=True),),
        lines=tuple(replace(x, voided=True) for x in order.lines),
        payments=(gone,),
    )
    store(till, voided)
    tallied(till)
    assert day(till) == {"voided_orders": 1}


def test_money_kept_for_a_voided_order_is_not_explained(till: Connection) -> None:
    store(till, sold(voided=True, checks=(bill(voided=True),), payments=(paid("11.00"),)))
    tallied(till)
    assert day(till) == {
        **{"voided_orders": 1, "unexplained_orders": 1},
        **{"paid_that_day": "11.00", "unexplained": "-11.00"},
    }


def test_places_and_currencies_are_counted_apart(database: str) -> None:
    till = connected(places=("here", "there"))
    store(
        till,
        sold("o1", location_id="here", payments=(paid("11.00"),)),
        sold("o2", location_id="there", payments=(paid("11.00"),)),
    )
    with unit_of_work() as session:
        session.execute(
            text("UPDATE locations SET currency = 'EUR' WHERE external_id = 'there'"), {}
        )
    store(till, sold("o3", location_id="there", payments=(paid("11.00"),)))
    tallied(till)
    assert day(till, place="here")["due"] == "11.00"
    found = days(till, MONDAY, "there")
    assert [(row["currency"], row["orders"]) for row in found] == [("EUR", 1), ("GBP", 1)]
    store(till, sold("o2", version=at(5), location_id="there", deleted=True))
    tallied(till)
    assert [row["currency"] for row in days(till, MONDAY, "there")] == ["EUR"]


def test_a_location_an_order_moves_away_from_is_counted_anew(database: str) -> None:
    till = connected(places=("here", "there"))
    order = sold(location_id="here", payments=(paid("11.00"),))
    store(till, order)
    tallied(till)
    store(till, replace(order, version=at(5), location_id="there"))
    tallied(till)
    assert days(till, MONDAY, "here") == []
    assert day(till, place="there")["due"] == "11.00"
