import pytest

from rules.numbering import number


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [(1, "INV-000001"), (999_999, "INV-999999"), (1_000_000, "INV-1000000")],
)
def test_a_number_has_six_digits_and_grows_when_they_run_out(sequence: int, expected: str) -> None:
    assert number("INV", sequence) == expected
