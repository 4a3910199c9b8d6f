from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.money import kept, per_unit, rounded, split, unit

currencies = st.sampled_from(["GBP", "NGN", "USD", "JPY", "KWD"])
units = st.integers(-10_000_000, 10_000_000)
weights = st.lists(
    st.decimals(0, 1_000_000, places=4, allow_nan=False, allow_infinity=False), min_size=1
)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "GBP", "0.01"),
        ("-0.005", "GBP", "-0.01"),
        ("0.00499999", "GBP", "0.00"),
        ("2.675", "USD", "2.68"),
        ("0.5", "JPY", "1"),
        ("-1.5", "JPY", "-2"),
        ("0.0005", "KWD", "0.001"),
        ("1.23449", "KWD", "1.234"),
        ("7", "XXX", "7.00"),
    ],
)
def test_halves_go_away_from_zero_at_the_currencys_last_place(
    amount: str, currency: str, expected: str
) -> None:
    assert str(rounded(Decimal(amount), currency)) == expected


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [
        ("0.11499999999999999", 8, "0.11500000"),
        ("0.43499999999999994", 4, "0.4350"),
        ("-0.00005", 4, "-0.0001"),
        ("0.00004999", 4, "0.0000"),
        ("8.5", 4, "8.5"),
        ("1E+3", 4, "1E+3"),
        ("999999999999.999999994", 8, "999999999999.99999999"),
    ],
)
def test_a_number_keeps_the_decimals_that_the_books_have_for_it(
    number: str, places: int, expected: str
) -> None:
    assert str(kept(Decimal(number), places)) == expected


@pytest.mark.parametrize(
    ("amount", "quantity", "expected"),
    [("10.00", "3", "3.3333"), ("1.00", "8000", "0.0001"), ("-0.0001", "2", "-0.0001")],
)
def test_the_price_of_one_has_four_decimals(amount: str, quantity: str, expected: str) -> None:
    assert str(per_unit(Decimal(amount), Decimal(quantity))) == expected


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("0.05", ["1", "3"], ["0.01", "0.04"]),
        ("0.01", ["1", "1"], ["0.01", "0.00"]),
        ("1.00", ["0", "5"], ["0.00", "1.00"]),
        ("1.00", ["0", "0", "0"], ["1.00", "0", "0"]),
        ("0", ["2", "3"], ["0.00", "0.00"]),
        ("1.00", [], []),
    ],
)
def test_what_rounding_leaves_goes_to_whom_it_hurt_most(
    total: str, parts: list[str], expected: list[str]
) -> None:
    found = split(Decimal(total), [Decimal(part) for part in parts], "GBP")
    assert found == [Decimal(part) for part in expected]


@given(currencies, units, weights)
def test_parts_add_up_and_each_is_within_a_unit_of_its_share(
    currency: str, whole: int, parts: list[Decimal]
) -> None:
    step = unit(currency)
    total = whole * step
    found = split(total, parts, currency)
    assert len(found) == len(parts)
    assert sum(found) == total
    assert all(part % step == 0 for part in found)
    if sum(parts):
        exact = [total * part / sum(parts) for part in parts]
        assert all(abs(a - b) < step for a, b in zip(found, exact, strict=True))


@given(st.decimals(-1000, 1000, places=6, allow_nan=False), weights)
def test_even_a_total_finer_than_the_currency_is_never_lost(
    total: Decimal, parts: list[Decimal]
) -> None:
    assert sum(split(total, parts, "GBP")) == total


@given(units, st.integers(1, 6), st.integers(1, 1000))
def test_equal_weights_get_equal_parts_but_for_one_unit(
    whole: int, count: int, weight: int
) -> None:
    found = split(whole * unit("GBP"), [Decimal(weight)] * count, "GBP")
    assert max(found) - min(found) <= unit("GBP")
