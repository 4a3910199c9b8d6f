"""A part of the whole: how it is started, when it is ready, how long its stop may take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One process that `up` starts.

    Units: `stop_s` is the seconds it gets to end by itself.
    """

    name: str
    argv: Sequence[str]
    is_ready: Callable[[], bool]
    stop_s: float
