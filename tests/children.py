"""Processes that a test starts: each leads a group of its own, and all of it ends with the test."""

import atexit
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from config.embedded import ports
from tests import nursery

ROOT = Path(__file__).resolve().parents[1]
# Test processes that share a machine at most.
_PROCESSES = 16
CELERY = (sys.executable, "-m", "celery", "-A", "tasks")
TAXPOYNT = (sys.executable, "-m", "cli.main")


class Child:
    """One program with its log; it can be started again after it ended."""

    def __init__(
        self, argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.argv = list(argv)
        self.log = log
        self.env = {**os.environ, **_compiled_once(), "PYTHONUNBUFFERED": "1", **(env or {})}
        self.start()

    def start(self) -> None:
        """Run it from the root of the repository."""
        with self.log.open("ab") as output:
            argv = [str(each) for each in self.argv]
            forked = nursery.start(argv, env=self.env, cwd=str(ROOT), log=output.fileno())
            self._process = forked or subprocess.Popen(
                argv,
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """Its exit code once it has ended."""
        return self._process.poll()

    def says(self, text: str) -> bool:
        """Whether its log holds `text`. Raises: AssertionError once it has ended without."""
        said = self.log.read_text(errors="replace")
        assert text in said or self.alive, f"{self.argv[:6]} ended:\n{said[-3000:]}"
        return text in said

    def signal(self, number: Signals) -> None:
        """Send a signal to the process alone."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, SIGKILL)
        self._process.wait()

    def end(self, asked: Signals = SIGTERM, grace_s: float = 20.0) -> None:
        """Ask it to end; after `grace_s`, or when it left children behind, end the group."""
        if self.alive:
            self.signal(asked)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace_s)
        self.kill()


@contextmanager
def child(
    argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """A program that runs as long as the body; it has nothing to tidy up, so it is killed."""
    started = Child(argv, log=log, env=env)
    try:
        yield started
    finally:
        started.kill()


@cache
def _compiled_once() -> dict[str, str]:
    """Where Python keeps no bytecode, each start compiles it all anew: keep it for this run."""
    if not sys.dont_write_bytecode:
        return {}
    folder = tempfile.mkdtemp(prefix="taxpoynt-bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now, and no other test is given."""
    return next(port for port in _ports() if ports.is_free(port))


@cache
def _ports() -> Iterator[int]:
    """Ports that neither the system nor our own servers choose, a share for each test process."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = list(range(12_000 + process % _PROCESSES, 20_000, _PROCESSES))
    # Another run of the tests on this machine begins elsewhere.
    random.shuffle(share)
    return itertools.cycle(share)
