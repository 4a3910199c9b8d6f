"""What a refund gave back, part by part."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.records import OrderRecord, RefundedPart, RefundRecord
from rules.refund_split import RefundSplit, refund_split
from tests.factories import charge, line, order, payment, tax

D = Decimal
NEXT_DAY = date(2026, 3, 2)


def refund(amount: str, tip: str = "0", external_id: str | None = "r1") -> RefundRecord:
    return RefundRecord(D(amount), D(tip), None, NEXT_DAY, external_id)


def part(amount: str, tax: str = "0", refund_id: str | None = "r1") -> tuple[RefundedPart, ...]:
    return (RefundedPart(refund_id, D(amount), D(tax)),)


def split_of(back: RefundRecord, *others: RefundRecord, **facts: object) -> RefundSplit:
    payments = [payment(f"p{i}", refund=x) for i, x in enumerate((back, *others))]
    return refund_split(order(**{"lines": (), **facts, "payments": payments}), back, "USD")


def test_the_vendors_own_example() -> None:
    """A burger of 5.00 with 1.50 of tax, a fee of 5.00, a gratuity of 2.00, a tip of 3.00."""
    found = split_of(
        refund("13.50", tip="3.00"),
        lines=(line("burger", "5.00", "1.50", refunds=part("5.00", "1.50")),),
        charges=(
            charge("fee", "5.00", refunds=part("5.00")),
            charge("staff", "2.00", gratuity=True, refunds=part("2.00")),
        ),
    )
    assert found == RefundSplit(net=D(10), tax=D("1.50"), gratuities=D(2), itemized=True)


def test_a_custom_amount_is_all_sales() -> None:
    assert split_of(refund("7.77"), lines=(line("l1", "20.00", "2.00"),)) == RefundSplit(
        net=D("7.77"), itemized=False
    )


def test_what_goes_beyond_the_parts_is_a_custom_amount() -> None:
    found = split_of(refund("8.00"), lines=(line(refunds=part("5.00", "0.50")),))
    assert found == RefundSplit(net=D("7.50"), tax=D("0.50"), itemized=False)


def test_a_refund_of_a_tip_alone_gives_back_nothing_else() -> None:
    assert split_of(refund("0", tip="4.00")) == RefundSplit(itemized=True)


def test_a_gift_card_given_back_was_no_sale_its_tax_included() -> None:
    lines = (
        line("card", "50.00", "1.00", deferred=True, refunds=part("50.00", "1.00")),
        line("meal", "10.00", "1.00", refunds=part("4.00", "0.40")),
    )
    assert split_of(refund("55.40"), lines=lines) == RefundSplit(
        net=D(4), tax=D("0.40"), deferred=D(51), itemized=True
    )


def test_what_went_to_a_cause_is_passed_on_and_a_surcharge_is_not() -> None:
    charges = (
        charge("cause", "1.00", category="FUNDRAISING_CAMPAIGN", refunds=part("1.00")),
        charge("card", "0.25", category="CREDIT_CARD_SURCHARGE", refunds=part("0.25", "0.02")),
    )
    assert split_of(refund("1.27"), charges=charges) == RefundSplit(
        net=D("0.25"), tax=D("0.02"), gratuities=D(1), itemized=True
    )


def test_a_modifier_is_in_its_line_however_deep_it_hangs() -> None:
    lines = (
        line("burger", refunds=part("14.50", "1.20")),
        line("rings", parent_id="burger"),
        line("sauce", parent_id="rings", refunds=part("0.50")),
    )
    assert split_of(refund("15.70"), lines=lines) == RefundSplit(
        net=D("14.50"), tax=D("1.20"), itemized=True
    )


def test_a_modifier_whose_line_was_not_given_back_counts_by_itself() -> None:
    lines = (line("burger"), line("rings", parent_id="burger", refunds=part("2.00", "0.17")))
    assert split_of(refund("2.17"), lines=lines) == RefundSplit(
        net=D(2), tax=D("0.17"), itemized=True
    )


def test_lines_that_hang_on_each_other_in_a_circle_end() -> None:
    lines = (line("a", parent_id="b"), line("b", parent_id="a", refunds=part("2.00")))
    assert split_of(refund("2.00"), lines=lines).net == D(2)


def test_each_refund_takes_the_parts_that_name_it() -> None:
    lines = (
        line("l1", refunds=part("5.00", "0.50")),
        line("l2", refunds=part("3.00", "0.30", "r2")),
    )
    first, second = refund("5.50"), refund("3.30", external_id="r2")
    assert split_of(first, second, lines=lines) == RefundSplit(D(5), D("0.50"), itemized=True)
    assert split_of(second, first, lines=lines) == RefundSplit(D(3), D("0.30"), itemized=True)


@pytest.mark.parametrize(("names", "of_part"), [("r1", None), (None, "r1"), (None, None)])
def test_without_a_name_the_only_refund_takes_every_part(
    names: str | None, of_part: str | None
) -> None:
    lines = (line(refunds=part("5.00", "0.50", of_part)),)
    assert split_of(refund("5.50", external_id=names), lines=lines).itemized


def test_without_a_name_several_refunds_take_no_part_twice() -> None:
    one = refund("5.50", external_id=None)
    other = replace(one, amount=D("3.00"))
    lines = (line(refunds=part("5.00", "0.50", None)),)
    assert split_of(one, other, lines=lines) == RefundSplit(net=D("5.50"))
    assert split_of(other, one, lines=lines) == RefundSplit(net=D("3.00"))


def test_one_transaction_over_two_payments_is_shared_out() -> None:
    """Goods of 10.00, tax 1.00, gratuity 2.00, on a card of 8.00 and on cash of 5.00."""
    facts = {
        "lines": (line(refunds=part("10.00", "1.00")),),
        "charges": (charge(gratuity=True, refunds=part("2.00")),),
    }
    card, cash = refund("8.00"), refund("5.00")
    # Of the tax 8/13 is 0.615, of the gratuity 1.231: the rest of each payment is goods.
    assert split_of(card, cash, **facts) == RefundSplit(
        net=D("6.15"), tax=D("0.62"), gratuities=D("1.23"), itemized=True
    )
    assert split_of(cash, card, **facts) == RefundSplit(
        net=D("3.85"), tax=D("0.38"), gratuities=D("0.77"), itemized=True
    )


def test_of_the_tax_given_back_what_the_marketplace_remits_is_told() -> None:
    facts = {
        "lines": (
            line("l1", "20.00", "2.00", refunds=part("10.00", "1.00")),
            line("rings", parent_id="l2", refunds=part("2.00", "0.20")),
            line("l2", "5.00", "0.50"),
            line("gift", "9.00", "0.90", deferred=True, refunds=part("9.00", "0.90")),
        ),
        "charges": (charge("s1", "3.00", refunds=part("3.00", "0.30")),),
        "taxes": (
            tax("1.50", line_id="l1", remitted_by_marketplace=True),
            tax("0.50", line_id="l1"),
            tax("0.50", line_id="l2", remitted_by_marketplace=True),
            tax("0.90", line_id="gift", remitted_by_marketplace=True),
            tax("0.30", charge_id="s1"),
        ),
    }
    # Three quarters of 1.00, and all of what a modifier was taxed by its item's rate.
    found = split_of(refund("26.40"), **facts)
    assert (found.tax, found.marketplace_tax, found.itemized) == (D("1.50"), D("0.95"), True)
    halves = refund("13.20"), refund("13.20")
    payments = [payment(f"p{i}", refund=x) for i, x in enumerate(halves)]
    shares = [refund_split(order(**facts, payments=payments), x, "USD") for x in halves]
    assert sum(x.marketplace_tax for x in shares) == D("0.95")
    assert sum(x.tax for x in shares) == D("1.50")


CENTS = st.integers(0, 99_999).map(lambda n: D(n) / 100)


@given(
    goods=st.lists(st.tuples(CENTS, CENTS, st.booleans()), max_size=4),
    fees=st.lists(st.tuples(CENTS, CENTS, st.booleans()), max_size=3),
    amounts=st.lists(CENTS, min_size=1, max_size=3),
)
def test_the_parts_add_up_to_every_refund_and_together_to_what_was_given_back(
    goods: list[tuple[Decimal, Decimal, bool]],
    fees: list[tuple[Decimal, Decimal, bool]],
    amounts: list[Decimal],
) -> None:
    backs = [refund(str(amount)) for amount in amounts]
    record: OrderRecord = order(
        lines=[
            line(f"l{i}", deferred=later, refunds=part(str(net), str(tax)))
            for i, (net, tax, later) in enumerate(goods)
        ],
        charges=[
            charge(f"s{i}", gratuity=staff, refunds=part(str(net), str(tax)))
            for i, (net, tax, staff) in enumerate(fees)
        ],
        payments=[payment(f"p{i}", refund=back) for i, back in enumerate(backs)],
    )
    found = [refund_split(record, back, "USD") for back in backs]
    for back, each in zip(backs, found, strict=True):
        assert each.net + each.tax + each.gratuities + each.deferred == back.amount
    given_back = sum((n + t for n, t, _ in [*goods, *fees]), D(0))
    assert all(each.itemized == (given_back == sum(amounts)) for each in found)
    assert sum(x.tax for x in found) == sum(t for _, t, later in goods if not later) + sum(
        t for _, t, _ in fees
    )
    assert sum(x.gratuities for x in found) == sum(n for n, _, staff in fees if staff)
