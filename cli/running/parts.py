"""The parts of an installation on one machine."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.running import ready
from cli.running.part import Part

_COMMAND = (sys.executable, "-m", "cli.main")
_CORES = os.cpu_count() or 1
# A soft stop of a worker takes up to 30 s; then what runs is given back to the queue.
_WORKER_STOP_S = 35.0
_STOP_S = 12.0
# By the end of their queues' names. None of the first ever waits for a platform.
_EVENTS = ("events", "invoice", "upkeep")
_SYNC = ("sync",)


def web(port: int) -> Part:
    """The web on loopback."""
    argv = (*_COMMAND, "web", "--port", str(port))
    return Part("web", argv, ready.at(f"http://127.0.0.1:{port}/readyz"), _STOP_S)


def workers() -> list[Part]:
    """Three workers: a platform that hangs holds up no delivery, and history no pull.

    Processes rather than threads or solo: a task that hangs is ended by its time limit and a child
    that is killed gives its task back at once, which neither of the others can.
    """
    from celeryconfig import task_queues

    names = [queue.name for queue in task_queues]
    events, sync = _ending(names, _EVENTS), _ending(names, _SYNC)
    rest = [name for name in names if name not in (*events, *sync)]
    live = max(2, min(4, _CORES))
    return [
        _worker("worker-events", events, live),
        _worker("worker-sync", sync, live),
        # When all want the processor, live work goes first.
        _worker("worker-bulk", rest, max(1, min(4, _CORES // 2)), behind=True),
    ]


def beat() -> Part:
    """The timetable."""
    return Part("beat", (*_COMMAND, "beat"), ready.once_started, _STOP_S)


def flower(port: int) -> Part:
    """Queues and workers as a page, on loopback."""
    argv = (*_COMMAND, "flower", "--port", str(port))
    return Part("flower", argv, ready.at(f"http://127.0.0.1:{port}/healthcheck"), _STOP_S)


def stand_in(platform: str, port: int, data: Path, live_s: float) -> Part:
    """A stand-in platform that trades."""
    argv = (*_COMMAND, "sandbox", platform, "--port", str(port), "--data", str(data))
    return Part(
        f"sandbox-{platform}",
        (*argv, "--live", str(live_s), "--hide-secrets"),
        ready.at(f"http://127.0.0.1:{port}/control/merchant"),
        _STOP_S,
    )


def _ending(queues: Sequence[str], lanes: Sequence[str]) -> list[str]:
    return [name for name in queues if name.rpartition(".")[2] in lanes]


def _worker(name: str, queues: Sequence[str], concurrency: int, *, behind: bool = False) -> Part:
    nice = ("nice", "-n", "10") if behind and shutil.which("nice") else ()
    argv = (*nice, *_COMMAND, "worker", "--name", name, "--queues", ",".join(queues))
    argv = (*argv, "--concurrency", str(concurrency))
    return Part(name, argv, ready.worker(name), _WORKER_STOP_S)
