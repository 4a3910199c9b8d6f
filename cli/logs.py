"""Where a command's log goes: a file of the home, or standard error for the long-running parts."""

import os
import sys
from pathlib import Path
from typing import TextIO

from cli import environment, home
from config.settings import SettingError, read

_kept_in: Path | None = None
# Whether lines are dropped, since a home to keep them in is missing.
_homeless = False


def kept_in() -> Path | None:
    """The file this process logs to; None when that is standard error."""
    return _kept_in


def is_homeless() -> bool:
    """Whether what is logged gets lost."""
    return _homeless


def to_file() -> None:
    """Log to the home's file, so that a person sees only what was said to them.

    Where there is no installation nothing is made for the log's sake: it goes nowhere.
    """
    global _kept_in, _homeless
    try:
        given = read(environment.current())
    except SettingError:
        to_stderr("cli")
        return
    _homeless = not home.is_there(given)
    _kept_in = None if _homeless else given.home / "logs" / "cli.log"
    _configure("cli", _opened(_kept_in or Path(os.devnull)))


def follow_home() -> None:
    """Log to the file of a home that was made since."""
    if _homeless:
        to_file()


def to_stderr(part: str) -> None:
    """Log to standard error, where supervisors and containers expect it."""
    global _kept_in, _homeless
    _kept_in, _homeless = None, False
    _configure(part, sys.stderr)


def _configure(part: str, stream: TextIO) -> None:
    from config import logging  # only when there is something to log: it takes its time

    try:
        level = read(environment.current()).log_level
    except SettingError:
        level = "INFO"  # the command itself says what is wrong with the settings
    logging.configure(level, part=part, stream=stream)


def _opened(log: Path) -> TextIO:
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return log.open("a")
    except OSError:
        return sys.stderr  # a home that can't be written is for the command to speak about
