"""Where a command's log goes: a file of the home, or standard error for the long-running parts."""

import sys
from pathlib import Path
from typing import TextIO

from cli import environment
from config.settings import SettingError, read

_kept_in: Path | None = None


def kept_in() -> Path | None:
    """The file this process logs to; None when that is standard error."""
    return _kept_in


def _path() -> Path | None:
    try:
        return read(environment.current()).home / "logs" / "cli.log"
    except SettingError:
        return None


def to_file() -> None:
    """Log to the home's file, so that a person sees only what was said to them."""
    global _kept_in
    _kept_in = _path()
    _configure("cli", _opened(_kept_in))


def to_stderr(part: str) -> None:
    """Log to standard error, where supervisors and containers expect it."""
    global _kept_in
    _kept_in = None
    _configure(part, sys.stderr)


def _configure(part: str, stream: TextIO) -> None:
    from config import logging  # only when there is something to log: it takes its time

    try:
        level = read(environment.current()).log_level
    except SettingError:
        level = "INFO"  # the command itself says what is wrong with the settings
    logging.configure(level, part=part, stream=stream)


def _opened(log: Path | None) -> TextIO:
    if log is None:
        return sys.stderr
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("a")
    except OSError:
        return sys.stderr  # a home that can't be written is for the command to speak about
