"""This machine: Python, the home folder, the disk."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cli import environment, home
from config.settings import read
from tasks.preflight import Finding, Level

_OLDEST_PYTHON = (3, 11)
_GIB = 2**30
# A day of a busy merchant's deliveries with the database's own log.
_LOW_BYTES, _TOO_LOW_BYTES = 2 * _GIB, _GIB // 4


def findings() -> Iterator[Finding]:
    """Python, then the home and the disk it is on. Raises: SettingError."""
    yield _python()
    given = read(environment.current())
    yield Finding("settings", Level.OK, "All settings are readable.")
    if not home.is_there(given):
        missing = home.missing(given)
        yield Finding("home", Level.FAIL, missing.sentence, missing.next_step)
        return
    yield _writable(given.home)
    if given.home.exists():
        yield of_space(shutil.disk_usage(given.home).free)


def of_space(free_bytes: int) -> Finding:
    """How much room is left for data and logs."""
    sentence = f"{free_bytes / _GIB:.1f} GiB are free."
    if free_bytes >= _LOW_BYTES:
        return Finding("disk", Level.OK, sentence)
    level = Level.WARN if free_bytes >= _TOO_LOW_BYTES else Level.FAIL
    return Finding("disk", level, sentence, "Free some space: a full disk stops the database.")


def _python() -> Finding:
    have = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        return Finding("Python", Level.OK, f"Python {have}.")
    return Finding("Python", Level.FAIL, f"Python {have} is too old.", "Install 3.11 or newer.")


def _writable(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("home", Level.OK, f"{folder} can be written.")
    except OSError as error:
        return Finding(
            "home",
            Level.FAIL,
            f"{folder} can't be written: {error.strerror}.",
            "Set TAXPOYNT_HOME to a folder that this user may write.",
        )
