"""Waiting for a condition, with a deadline instead of a guess."""

import time
from collections.abc import Callable
from typing import TypeVar

# At first often, then less so: what is asked costs the machine that all wait for.
_POLL_S, _LONGEST_POLL_S, _LENGTHENED = 0.02, 0.12, 0.05

# What a platform waits for an answer.
_PATIENCE_S = 2.0

_T = TypeVar("_T")


def until(check: Callable[[], _T], *, timeout_s: float = 30.0, what: str = "condition") -> _T:
    """Call ``check`` until it returns something true, and return that."""
    began = time.monotonic()
    while True:
        found = check()
        if found:
            return found
        waited_s = time.monotonic() - began
        if waited_s > timeout_s:
            raise AssertionError(f"Waited {timeout_s:g} s in vain for: {what}")
        time.sleep(min(_LONGEST_POLL_S, _POLL_S + _LENGTHENED * waited_s))


def patience_s(calm_s: float) -> float:
    """How long an answer may take that a platform is to get in time.

    Its two seconds, and what a machine with other work adds: it took `calm_s` for the same when
    nothing was wrong.
    """
    return _PATIENCE_S + max(3.0, 3 * calm_s)
