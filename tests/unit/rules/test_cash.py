"""What cash of a day should come to."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.cash import CashDay, cash_day
from rules.facts import CashRecord

DAY = date(2026, 3, 1)
NEXT = DAY + timedelta(days=1)


def entry(external_id: str, amount: str, type: str = "PAY_OUT", **facts: Any) -> CashRecord:
    plain: dict[str, Any] = {"kind": "entry", "business_date": DAY, "type": type}
    return CashRecord(
        location_id="s", external_id=external_id, amount=Decimal(amount), **{**plain, **facts}
    )


def deposit(external_id: str, amount: str, **facts: Any) -> CashRecord:
    return entry(external_id, amount, kind="deposit", **facts)


def of_day(
    *records: CashRecord,
    day: date = DAY,
    payments: Sequence[str] = (),
    refunds: Sequence[str] = (),
) -> CashDay:
    return cash_day(day, map(Decimal, payments), map(Decimal, refunds), records)


def test_a_day_of_every_kind() -> None:
    # 20.00 + 35.50 paid, 5.50 given back; a float of 100.00 put in and 40.00 paid out; tips of
    # 8.25 left, of which 8.25 came back by another hand; the bank got 101.75.
    found = of_day(
        entry("e1", "100.00", "CASH_IN"),
        entry("e2", "-40.00", "PAY_OUT"),
        entry("e3", "-8.25", "TIP_OUT"),
        entry("e4", "18.00", "CASH_COLLECTED"),
        entry("e5", "0.00", "NO_SALE"),
        deposit("d1", "60.00"),
        deposit("d2", "41.75"),
        payments=["20.00", "35.50"],
        refunds=["5.50"],
    )
    assert found == CashDay(
        payments=Decimal("55.50"),
        refunds=Decimal("5.50"),
        entries=Decimal("51.75"),
        expected=Decimal("101.75"),
        deposited=Decimal("101.75"),
        over_short=Decimal("0.00"),
    )


def test_what_is_missing_at_the_bank_is_short_and_what_is_too_much_is_over() -> None:
    assert of_day(deposit("d", "18.00"), payments=["20.00"]).over_short == Decimal("-2.00")
    assert of_day(deposit("d", "20.50"), payments=["20.00"]).over_short == Decimal("0.50")


def test_nothing_is_over_or_short_before_a_deposit() -> None:
    assert of_day(payments=["20.00"]).over_short is None


def test_collected_cash_counts_only_where_it_takes_back_a_tip_out() -> None:
    assert of_day(entry("e", "18.00", "CASH_COLLECTED")).expected == 0
    back = entry("e", "8.25", "CASH_COLLECTED", reason="Undo Tip Out")
    assert of_day(back).expected == Decimal("8.25")
    assert of_day(back, entry("t", "-8.25", "TIP_OUT")).expected == 0


def test_pairs_come_to_nothing_by_their_link_whatever_their_signs_and_types() -> None:
    pairs = (
        ("CASH_IN", "50.00", "CASH_OUT", "-50.00"),
        ("PAY_OUT", "-40.00", "UNDO_PAY_OUT", "40.00"),
        ("PAY_OUT", "-40.00", "UNDO_PAY_OUT", "-40.00"),
        ("TIP_OUT", "-8.25", "CASH_COLLECTED", "8.25"),
        ("CASH_COLLECTED", "8.25", "TIP_OUT", "-8.25"),
    )
    for first, amount, second, back in pairs:
        found = of_day(entry("a", amount, first), entry("b", back, second, undoes_id="a"))
        assert found.expected == 0, (first, second)


def test_a_pair_on_two_dates_comes_to_nothing_on_either() -> None:
    pair = (
        entry("a", "-40.00"),
        entry("b", "40.00", "UNDO_PAY_OUT", undoes_id="a", business_date=NEXT),
    )
    assert of_day(*pair).expected == of_day(*pair, day=NEXT).expected == 0


def test_a_taking_back_that_is_taken_back_itself_leaves_the_first() -> None:
    chain = (
        entry("a", "-40.00"),
        entry("b", "40.00", undoes_id="a"),
        entry("c", "-40.00", undoes_id="b"),
    )
    assert of_day(*chain).expected == Decimal("-40.00")


def test_a_taking_back_of_what_nobody_told_counts_as_it_stands() -> None:
    assert of_day(entry("b", "40.00", "UNDO_PAY_OUT", undoes_id="long ago")).expected == 40


def test_a_deposit_that_was_taken_back_is_none() -> None:
    for sign in ("", "-"):
        found = of_day(
            deposit("d1", "60.00"),
            deposit("d2", f"{sign}60.00", undoes_id="d1"),
            deposit("d3", "20.00"),
            payments=["20.00"],
        )
        assert (found.deposited, found.over_short) == (20, 0)


def test_an_entry_and_a_deposit_of_one_id_are_two() -> None:
    found = of_day(entry("x", "-5.00"), deposit("x", "20.00"), deposit("y", "1.00", undoes_id="z"))
    assert (found.entries, found.deposited) == (-5, 21)


def test_what_goes_round_in_a_circle_ends() -> None:
    circle = (
        entry("a", "1.00", undoes_id="b"),
        entry("b", "2.00", undoes_id="a"),
        entry("c", "4.00", undoes_id="c"),
    )
    assert of_day(*circle).expected == 4


amounts = st.decimals("-500", "500", places=2)
singles = st.lists(
    st.tuples(amounts, st.sampled_from(["PAY_OUT", "CASH_IN", "TIP_OUT"])), max_size=5
)


@given(singles, singles, st.data())
def test_pairs_never_change_a_day(
    single: list[tuple[Decimal, str]], paired: list[tuple[Decimal, str]], data: st.DataObject
) -> None:
    plain = [entry(f"s{n}", str(amount), kind) for n, (amount, kind) in enumerate(single)]
    pairs = [
        each
        for n, (amount, kind) in enumerate(paired)
        for each in (
            entry(f"a{n}", str(amount), kind),
            entry(f"b{n}", str(amount), "CASH_COLLECTED", undoes_id=f"a{n}"),
        )
    ]
    mixed = data.draw(st.permutations([*plain, *pairs]))
    assert of_day(*mixed).expected == sum((amount for amount, _ in single), Decimal(0))


@given(st.lists(amounts, max_size=5), st.lists(amounts, max_size=5), singles)
def test_a_deposit_of_what_is_expected_is_neither_over_nor_short(
    paid: list[Decimal], back: list[Decimal], single: list[tuple[Decimal, str]]
) -> None:
    records = [entry(f"s{n}", str(amount), kind) for n, (amount, kind) in enumerate(single)]
    expected = cash_day(DAY, paid, back, records).expected
    found = cash_day(DAY, paid, back, [*records, deposit("d", str(expected))])
    assert found.over_short == 0
