"""What a list was asked for."""

from collections.abc import Callable
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from dashboard.pages import asked


def test_values_are_read() -> None:
    args = MultiDict({"since": "2026-03-01", "n": "7", "q": "  a\x00b ", "state": "done"})
    assert asked.day(args, "since") == date(2026, 3, 1)
    assert asked.number(args, "n") == 7
    assert asked.text(args, "q") == "ab"
    assert asked.one_of(args, "state", ("done",)) == "done"
    assert asked.text(args, "missing") is None


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "١", "9" * 19])
def test_an_id_that_is_none(value: str) -> None:
    with pytest.raises(asked.FilterError):
        asked.number(MultiDict({"n": value}), "n")


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda args: asked.day(args, "q"), "'yesterday' isn't a date; write 2026-01-31."),
        (lambda args: asked.one_of(args, "q", ("due", "issued")), "isn't one of: due, issued."),
        (lambda args: asked.number(args, "q"), "'yesterday' isn't the number of a q."),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(
    ask: Callable[[asked.Args], object], sentence: str
) -> None:
    with pytest.raises(asked.FilterError, match=sentence):
        ask(MultiDict({"q": "yesterday"}))


def test_changing_a_filter_starts_at_the_first_page() -> None:
    args = MultiDict({"after": "cursor", "state": "done", "seen": "pulse", "q": ""})
    assert asked.address(args, sort="-id") == "?state=done&sort=-id"
    assert asked.address(args, after="next") == "?state=done&after=next"
    assert asked.address(args, state=None) == "?"


@pytest.mark.parametrize(
    ("query", "filtered"),
    [
        ({}, False),
        ({"seen": "pulse", "sort": "-id", "after": "cursor"}, False),
        ({"search": "", "connection": " "}, False),
        ({"seen": "pulse", "search": "4"}, True),
    ],
)
def test_a_page_an_order_or_a_pulse_is_no_filter(query: dict[str, str], filtered: bool) -> None:
    assert asked.filtered(MultiDict(query)) is filtered
