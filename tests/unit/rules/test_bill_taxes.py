"""The tax of charges from what the bill's tax leaves for them, whatever its rates round to."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import unit
from rules.order_totals import charge_taxes, totals
from rules.records import OrderRecord
from tests.factories import charge, check, line, order, tax

D = Decimal
ROUNDINGS = (ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_UP, ROUND_DOWN)


def billed(stated: str | None, **facts: object) -> OrderRecord:
    """A bill of 10.00 with 0.83 of tax on it, and of two charges taxed at 0.0738 and 0.0615."""
    plain = {
        "checks": (check(tax=None if stated is None else D(stated)),),
        "lines": (line("l1", "10.00", "0.83"),),
        "charges": (charge("s1", "1.23"), charge("s2", "1.025")),
        "taxes": (tax("0.0738", "0.06", charge_id="s1"), tax("0.0615", "0.06", charge_id="s2")),
    }
    return order(**{**plain, **facts})


@pytest.mark.parametrize(
    ("stated", "first", "second"),
    [
        # Down, or halves up: 0.07 and 0.06, which is what the rates alone come to.
        ("0.96", "0.07", "0.06"),
        # Always up: 0.08 and 0.07.
        ("0.98", "0.08", "0.07"),
        # Summed first, then down: 0.12 is within a cent a rate of 0.1353.
        ("0.95", "0.07", "0.05"),
        # Nothing told, and what no rounding of 0.1353 comes to: 0.33, 0.11 and nothing.
        (None, "0.07", "0.06"),
        ("1.16", "0.07", "0.06"),
        ("0.94", "0.07", "0.06"),
        ("0.83", "0.07", "0.06"),
    ],
)
def test_what_a_bills_tax_leaves_is_that_of_its_charges(
    stated: str | None, first: str, second: str
) -> None:
    assert charge_taxes(billed(stated), "USD") == {"s1": D(first), "s2": D(second)}


@pytest.mark.parametrize(
    ("currency", "exact", "stated", "expected"),
    [
        # 10.5 yen of tax: half up 11, half to even 10.
        ("JPY", "10.5", "11", "11"),
        ("JPY", "10.5", "10", "10"),
        # A thousandth, of which a hundredth would be ten.
        ("KWD", "0.1235", "0.123", "0.123"),
        ("KWD", "0.1235", "0.134", "0.124"),
        # Two decimals may be all that a bill in dinars shows.
        ("KWD", "0.1200", "0.12", "0.120"),
        ("GBP", "0.125", "0.12", "0.12"),
    ],
)
def test_a_minor_unit_is_the_currencys(
    currency: str, exact: str, stated: str, expected: str
) -> None:
    record = billed(
        stated, lines=(), charges=(charge("s1", "5"),), taxes=(tax(exact, charge_id="s1"),)
    )
    assert charge_taxes(record, currency) == {"s1": D(expected)}


def test_shares_are_whole_minor_units_of_whole_amounts() -> None:
    """Two charges at 1.50 each and 3.00 left: half each in dollars, whole yen in yen."""
    taxes = (tax("1.5", charge_id="s1"), tax("1.5", charge_id="s2"))
    record = billed("3", lines=(), taxes=taxes)
    assert charge_taxes(record, "USD") == {"s1": D("1.5"), "s2": D("1.5")}
    assert charge_taxes(record, "JPY") == {"s1": D(2), "s2": D(1)}


def test_what_is_sold_for_later_has_its_tax_on_the_bill_and_what_is_voided_has_not() -> None:
    lines = (
        line("l1", "10.00", "0.83"),
        line("card", "50.00", "2.00", deferred=True),
        line("void", "9.00", "0.75", voided=True),
        line("held", "1.00", "0.05", parent_id="l1"),
    )
    assert charge_taxes(billed("2.98", lines=lines), "USD") == {"s1": D("0.08"), "s2": D("0.07")}


def test_a_bill_tells_of_its_own_charges_alone() -> None:
    here = check("c1", tax=D("0.98"))
    there = check("c2", 1, tax=D("5.00"))
    lines = (line("l1", "10.00", "0.83"), line("l2", "40.00", "5.00", check_id="c2"))
    found = charge_taxes(billed(None, checks=(here, there), lines=lines), "USD")
    assert found == {"s1": D("0.08"), "s2": D("0.07")}


def test_what_is_stated_of_a_charge_stands_and_is_left_over_no_more() -> None:
    charges = (charge("s1", "1.23", tax=D("0.09")), charge("s2", "1.025"))
    # 0.98 less 0.83 less 0.09 leaves 0.06.
    assert charge_taxes(billed("0.98", charges=charges), "USD") == {
        "s1": D("0.09"),
        "s2": D("0.06"),
    }


def test_an_untaxed_charge_gets_nothing_of_it() -> None:
    charges = (charge("s1", "1.23"), charge("s2", "1.025"), charge("tip", "2.00", gratuity=True))
    assert "tip" not in charge_taxes(billed("0.98", charges=charges), "USD")


def test_a_charge_of_a_bill_that_is_not_there_goes_by_its_rates() -> None:
    other = (check("elsewhere", tax=D("0.98")),)
    assert charge_taxes(billed(None, checks=other), "USD") == {"s1": D("0.07"), "s2": D("0.06")}


AMOUNTS = st.integers(1, 500_000)


@given(
    sold=st.lists(AMOUNTS, max_size=3),
    charged=st.lists(AMOUNTS, min_size=1, max_size=4),
    rates=st.lists(st.sampled_from(["0.0825", "0.05", "0.2", "0.07375"]), min_size=1, max_size=3),
    rounding=st.sampled_from(ROUNDINGS),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_whatever_a_rate_rounds_to_the_order_has_the_tax_of_its_bill(
    sold: list[int], charged: list[int], rates: list[str], rounding: str, currency: str
) -> None:
    step = unit(currency)

    def exact(units: int) -> list[Decimal]:
        return [units * step * D(rate) for rate in rates]

    def rounded(units: int) -> Decimal:
        return sum((x.quantize(step, rounding=rounding) for x in exact(units)), D(0))

    stated = sum(map(rounded, [*sold, *charged]), D(0))
    record = order(
        checks=(check(tax=stated),),
        lines=[
            line(f"l{i}", str(units * step), str(rounded(units))) for i, units in enumerate(sold)
        ],
        charges=[charge(f"s{i}", str(units * step)) for i, units in enumerate(charged)],
        taxes=[
            tax(str(amount), charge_id=f"s{i}")
            for i, units in enumerate(charged)
            for amount in exact(units)
        ],
    )
    found = charge_taxes(record, currency)
    assert totals(record, currency).tax == stated
    assert all(share % step == 0 for share in found.values())
    for i, units in enumerate(charged):
        assert abs(found[f"s{i}"] - sum(exact(units))) <= step * len(rates) * len(charged)
