"""Waiting for a condition, with a deadline instead of a guess."""

import time
from collections.abc import Callable
from typing import TypeVar

_POLL_S = 0.03

# What a platform waits for an answer.
_PATIENCE_S = 2.0

_T = TypeVar("_T")


def until(check: Callable[[], _T], *, timeout_s: float = 30.0, what: str = "condition") -> _T:
    """Call ``check`` until it returns something true, and return that."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {timeout_s:g} s in vain for: {what}")
        time.sleep(_POLL_S)


def patience_s(calm_s: float) -> float:
    """How long an answer may take that a platform is to get in time.

    Its two seconds, and what a machine with other work adds: it took `calm_s` for the same when
    nothing was wrong.
    """
    return _PATIENCE_S + max(3.0, 3 * calm_s)
