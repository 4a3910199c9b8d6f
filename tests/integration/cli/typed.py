"""Commands as somebody types them, in this process or in one of their own."""

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

from cli import failure, output
from cli.main import taxpoynt
from tests import nursery
from tests.forked import Forked

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-m", "cli.main")


@dataclass(frozen=True)
class Said:
    """A command's exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as JSON: exactly one document."""
        return json.loads(self.out)


def typed(*arguments: str) -> Said:
    """Run a command in this process, as `taxpoynt` does."""
    out, err = io.StringIO(), io.StringIO()
    output._answered = False
    with _log_of_its_own(), redirect_stdout(out), redirect_stderr(err):
        code = failure.guard(
            lambda: taxpoynt(list(arguments), standalone_mode=False), list(arguments)
        )
    return Said(code, out.getvalue(), err.getvalue())


@contextmanager
def _log_of_its_own() -> Iterator[None]:
    """Close the log that a command opened, and give the test its handlers back."""
    root = logging.getLogger()
    before = root.handlers[:]
    try:
        yield
    finally:
        opened = [each for each in root.handlers if each not in before]
        root.handlers[:] = before
        for handler in opened:
            if isinstance(handler, logging.StreamHandler):
                handler.stream.close()


def started(*arguments: str) -> Forked:
    """Start a command as a process of its own; standard input is a pipe."""
    return nursery.piped([*COMMAND, *arguments], env=os.environ, cwd=str(ROOT))


def run(*arguments: str, given: str = "") -> Said:
    """Run a command as a process of its own to its end."""
    with started(*arguments) as process:
        out, err = process.communicate(given, timeout=120)
    assert process.returncode is not None
    return Said(process.returncode, out, err)


def says(process: Forked, text: str, timeout_s: float = 60.0) -> bool:
    """Whether it tells a person so, sooner or later; one that says nothing more is killed."""
    assert process.stderr is not None
    overdue = Timer(timeout_s, process.kill)
    overdue.start()
    try:
        return any(text in line for line in process.stderr)
    finally:
        overdue.cancel()
