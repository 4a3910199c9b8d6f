"""Running programs and saying how long each step took."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class FailedError(Exception):
    """A step did not work; the text says which, and the end of what it said."""


def run(
    *argv: str | Path,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
    timeout_s: float = 900,
) -> str:
    """A program's standard output. Raises: FailedError."""
    try:
        found = subprocess.run(
            argv,
            cwd=ROOT,
            env=env,
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FailedError(f"{_short(argv)} took longer than {timeout_s:g} s.") from None
    if found.returncode != 0:
        said = (found.stdout + found.stderr)[-3000:]
        raise FailedError(f"{_short(argv)} ended with {found.returncode}:\n{said}")
    return found.stdout


def works(*argv: str | Path, timeout_s: float = 60) -> bool:
    """Whether a program succeeds."""
    try:
        run(*argv, timeout_s=timeout_s)
    except (FailedError, FileNotFoundError):
        return False
    return True


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    sys.stdout.write(f"{name} … ")
    sys.stdout.flush()
    started = time.monotonic()
    yield
    sys.stdout.write(f"{time.monotonic() - started:.1f} s\n")
    sys.stdout.flush()


def _short(argv: Sequence[str | Path]) -> str:
    return " ".join(map(str, argv))[:200]
