"""Tokens kept in memory: one login at a time, renewed a little early."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.base.contract import Tokens
from connectors.base.tokens import MemoryTokens, is_due

ENDS = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("left_s", "due"), [(46, False), (45, True), (0, True), (-5, True)])
def test_a_token_is_due_45_seconds_before_it_ends(left_s: int, due: bool):
    assert is_due(Tokens("a", ENDS), ENDS - timedelta(seconds=left_s)) is due


def test_a_token_without_an_end_is_never_due():
    assert not is_due(Tokens("a"), ENDS)


def test_it_logs_in_when_there_is_none_or_the_stale_one():
    store = MemoryTokens()
    first = store.refreshed(None, lambda: Tokens("1"))
    assert store.refreshed(first, lambda: Tokens("2")) == Tokens("2") == store.current()


def test_another_callers_newer_token_is_taken():
    store = MemoryTokens(Tokens("2"))
    assert store.refreshed(Tokens("1"), lambda: pytest.fail("logged in")) == Tokens("2")


def test_a_failed_login_leaves_the_old_token():
    store = MemoryTokens(Tokens("1"))

    def refuse() -> Tokens:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.refreshed(Tokens("1"), refuse)
    assert store.current() == Tokens("1")
