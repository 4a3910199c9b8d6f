"""Processor time of whole process trees: steadier on a busy machine than a clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil


def spent_s(*pids: int) -> float:
    """User and system seconds of these processes and all below them, the ended ones included."""
    return sum(_own_s(one) for pid in pids for one in _tree(pid))


@contextmanager
def metered(*pids: int) -> Iterator[Callable[[], float]]:
    """Yields a question: seconds spent since the body began."""
    before = spent_s(*pids)
    yield lambda: spent_s(*pids) - before


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _own_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
