"""Whatever is sold, the database's days are those of plain Python, and tie to the cent."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from models import Connection
from models.day_list import of_date
from models.day_tenders import day_tenders
from models.session import unit_of_work
from rules import day as rules
from rules.check_sums import check_sums
from rules.records import OrderRecord, RefundedPart, RefundRecord
from tests.factories import at, charge, connected, discount, line, store, tax
from tests.integration.models.day_sums import summed
from tests.integration.models.days import (
    AMOUNTS,
    COUNTS,
    MONDAY,
    bill,
    days,
    paid,
    refund,
    sold,
    tallied,
)

pytestmark = pytest.mark.usefixtures("database")

_DAYS = [MONDAY + timedelta(days=n) for n in range(4)]
_some_day = st.sampled_from(_DAYS)
_few_cents = st.integers(-2, 2).map(lambda cents: Decimal(cents) / 100)
_money = st.integers(0, 5000).map(lambda cents: str(Decimal(cents) / 100))
_given_back = st.lists(
    st.builds(
        RefundedPart,
        st.sampled_from(["r1", None]),
        _money.map(Decimal),
        st.sampled_from([Decimal(0), Decimal("0.37")]),
    ),
    max_size=1,
).map(tuple)
_refunds = st.none() | st.builds(
    RefundRecord, _money.map(Decimal), _money.map(Decimal), st.none(), st.none() | _some_day,
    st.sampled_from(["r1", None]),
)  # fmt: skip


@pytest.fixture(scope="module")
def till(database: str) -> Connection:
    return connected()


@st.composite
def _lines(draw: st.DrawFn) -> tuple[Any, ...]:
    return tuple(
        line(
            f"l{n}",
            draw(_money),
            draw(_money),
            check_id=draw(st.sampled_from(["c1", "c2"])),
            voided=draw(st.booleans()),
            deferred=draw(st.booleans()),
            refunds=draw(_given_back),
        )
        for n in range(draw(st.integers(0, 3)))
    )


@st.composite
def _charges(draw: st.DrawFn) -> tuple[Any, ...]:
    kinds = st.sampled_from(["SERVICE_CHARGE", "FUNDRAISING_CAMPAIGN", "CASH_ROUNDING"])
    return tuple(
        charge(
            f"s{n}",
            draw(_money),
            gratuity=draw(st.booleans()),
            category=draw(kinds),
            refunds=draw(_given_back),
        )
        for n in range(draw(st.integers(0, 2)))
    )


@st.composite
def _payments(draw: st.DrawFn) -> tuple[Any, ...]:
    return tuple(
        replace(
            paid(draw(_money), draw(st.none() | _some_day), external_id=f"p{n}", tip=draw(_money)),
            check_id=draw(st.sampled_from(["c1", "c2"])),
            tender=draw(st.sampled_from(["CASH", "CREDIT", "OTHER"])),
            card_type=draw(st.sampled_from([None, "VISA"])),
            counts=draw(st.booleans()),
            refund=draw(_refunds),
        )
        for n in range(draw(st.integers(0, 3)))
    )


@st.composite
def _orders(draw: st.DrawFn) -> tuple[OrderRecord, ...]:
    bills = tuple(
        bill(f"c{n}", settled=draw(st.booleans()), deleted=draw(st.booleans())) for n in (1, 2)
    )
    rates = (
        tax("0.11", line_id="l0", remitted_by_marketplace=True),
        tax("0.22", line_id="l0"),
        tax("0.33", charge_id="s0"),
    )
    orders = (
        sold(
            f"o{n}",
            draw(_some_day),
            state=draw(st.sampled_from(["open", "paid", "closed"])),
            guests=draw(st.none() | st.integers(0, 9)),
            voided=draw(st.booleans()),
            deleted=draw(st.integers(0, 5)) == 5,
            not_sale_reason=draw(st.sampled_from([None, None, None, "test"])),
            checks=draw(st.sampled_from([bills, ()])),
            lines=draw(_lines()),
            charges=draw(_charges()),
            discounts=(discount(amount=draw(_money)),),
            taxes=rates,
            payments=draw(_payments()),
        )
        for n in range(draw(st.integers(1, 4)))
    )
    return tuple(_but_for(each, draw(st.none() | _few_cents)) for each in orders)


def _but_for(order: OrderRecord, missing: Decimal | None) -> OrderRecord:
    """The same with its first bill paid but for so much, unless it has none or is left as it is."""
    if missing is None or not order.checks:
        return order
    first = check_sums(order, "GBP")[order.checks[0].external_id]
    rest = paid(str(first.due - first.paid - missing), external_id="rest")
    return replace(order, payments=(*order.payments, rest))


_REFUND_ALONE = sold(payments=(paid("1.00", counts=False, refund=refund("1.00", MONDAY)),))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_orders(), then=_orders())
@example(first=(_REFUND_ALONE,), then=(replace(_REFUND_ALONE, payments=()),))
def test_days_are_the_same_to_the_cent_as_order_by_order(
    till: Connection, first: tuple[OrderRecord, ...], then: tuple[OrderRecord, ...]
) -> None:
    """And so they are once the orders have changed."""
    _forget(till)
    books = {}
    for version, orders in enumerate((first, then)):
        come = [replace(order, version=at(version)) for order in orders]
        store(till, *come)
        books |= {order.external_id: order for order in come}
        tallied(till)
        expected = summed(books.values(), "GBP")
        assert {on: figures for on in _DAYS if (figures := _figures(till, on)) is not None} == {
            on: expected[on] for on in _DAYS if on in expected
        }
        for on in _DAYS:
            _ties(till, on)


def _figures(till: Connection, on: Any) -> dict[str, Any] | None:
    rows = days(till, on)
    if not rows:
        return None
    return {name: rows[0][name] for name in (*AMOUNTS, *COUNTS) if rows[0][name]}


def _ties(till: Connection, on: Any) -> None:
    with unit_of_work() as session:
        place = session.scalar(
            text("SELECT id FROM locations WHERE connection_id = :c"), {"c": till.id}
        )
        rows = of_date(session, till.organization_id, place, on)
        tenders = day_tenders(session, till.organization_id, place, on)
    assert bool(tenders) <= bool(rows)
    for row in rows:
        assert rules.due(row) == row["due"]
        assert rules.collected(row) == row["collected"]
        assert rules.gross(row) == row["gross"]
        assert rules.unexplained(row) == row["unexplained"] == rules.imbalance(row)
        assert rules.tender_gap(row, tenders) == 0
        assert all(rules.tender_total(each) == each["total"] for each in tenders)


def _forget(till: Connection) -> None:
    with unit_of_work() as session:
        for table in ("orders", "order_lines", "order_checks", "order_discounts"):
            session.execute(text(f"DELETE FROM {table}"))
        for table in ("order_charges", "order_taxes", "payments", "refunds", "location_days"):
            session.execute(text(f"DELETE FROM {table}"))
