"""Waiting for a condition, with a deadline instead of a guess."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

# At first often, then less so: what is asked costs the machine that all wait for.
_POLL_S, _LONGEST_POLL_S, _LENGTHENED = 0.02, 0.12, 0.05

# What a platform waits for an answer.
_PATIENCE_S = 2.0

# A machine with other work stands still now and then: one round that it left alone is enough.
_ROUNDS = 3

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


def in_time(one_round: Callable[[], Sequence[float]]) -> None:
    """In one of three rounds a platform gets all its answers in time.

    `one_round` returns the seconds of each, the first quarter of which came before the fault: they
    take no more than a platform's two seconds, or three times that quarter's slowest.
    Raises: AssertionError.
    """
    rounds = []
    for _ in range(_ROUNDS):
        took = one_round()
        bound_s = in_time_s(max(took[: len(took) // 4]))
        if max(took) < bound_s:
            return
        rounds.append(f"{max(took):.2f} s of {bound_s:.2f}")
    raise AssertionError(f"Answered too late, each time: {rounds}")


def in_time_s(calm_s: float) -> float:
    """By when a platform has to have its answer.

    Its own patience, or on a busy machine three times what the same took when nothing was wrong.
    """
    return max(_PATIENCE_S, 3 * calm_s)
