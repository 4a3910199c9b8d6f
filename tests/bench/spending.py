"""A program from start to end: how long it took, what it computed, what it held at its peak."""

import os
import resource
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import psutil

from tests.children import ROOT

_LOOK_S = 0.05


@dataclass(frozen=True)
class Spending:
    """Units: seconds and megabytes; of the program and of all that it started."""

    seconds: float
    cpu_s: float
    peak_mb: float


def spending(
    argv: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
) -> Spending:
    """Run a program to its end. Raises: SystemExit with its log when it fails."""
    start, before = perf_counter(), _ended_s()
    with log.open("wb") as said:
        process = subprocess.Popen(
            argv, cwd=ROOT, env={**os.environ, **(env or {})}, stdout=said, stderr=said
        )
        peak, over = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, over))
        watcher.start()
        code = process.wait()
        seconds = perf_counter() - start
        over.set()
        watcher.join()
    if code:
        raise SystemExit(f"{log.read_text(errors='replace')[-4000:]}\n{argv} failed.")
    return Spending(seconds, _ended_s() - before, peak[0])


def resident_mb(pid: int) -> float:
    """Memory of a process and of all below it, shared pages counted once for each."""
    try:
        top = psutil.Process(pid)
        return sum(_own_mb(one) for one in (top, *top.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0.0


def _ended_s() -> float:
    """Processor seconds of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _own_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def _watch(pid: int, peak: list[float], over: threading.Event) -> None:
    while not over.wait(_LOOK_S):
        peak[0] = max(peak[0], resident_mb(pid))
