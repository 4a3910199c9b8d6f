"""What is said when the embedded servers cannot run."""

import errno
import os
from contextlib import suppress
from pathlib import Path

_TAIL_LINES = 8

_ADVICE = {
    errno.ENOSPC: "the disk is full. Free some space and start again.",
    errno.EDQUOT: "the disk quota is used up. Free some space and start again.",
    errno.EROFS: "the file system is read-only. Set TAXPOYNT_HOME to a folder that can be written.",
    errno.EACCES: "permission denied. Set TAXPOYNT_HOME to a folder that this user may write.",
    errno.EPERM: "operation not permitted. Set TAXPOYNT_HOME to a folder of this user's.",
    errno.ENOTDIR: "it lies under a file. Set TAXPOYNT_HOME to a folder.",
    errno.ENOLCK: "its file system has no locks. Set TAXPOYNT_HOME to a folder on a local disk.",
}


class EmbeddedServerError(RuntimeError):
    """The embedded servers cannot run; the text says what happened and what to do."""


def explain(error: OSError, home: Path) -> EmbeddedServerError:
    """Say in a sentence what the operating system refused, and what to do about it."""
    subject = error.filename or home
    advice = _ADVICE.get(error.errno or 0, f"{error.strerror or error}. {_elsewhere(home)}")
    return EmbeddedServerError(f"The embedded servers cannot use {subject}: {advice}")


def _elsewhere(home: Path) -> str:
    """Where to look further; a home that can't be made has no logs."""
    logs = home / "logs"
    # What can't be entered can't be looked at either.
    with suppress(OSError):
        if logs.is_dir():
            return f"Look at {logs}."
    return "Set TAXPOYNT_HOME to another folder."


def with_log(sentence: str, log: Path, start: int = 0) -> str:
    """Add the last lines that a server logged since position ``start``, in bytes, and advice."""
    try:
        with log.open("rb") as file:
            file.seek(start)
            lines = file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
    except OSError:
        lines = []
    text = "\n".join(lines)
    advice = [_ADVICE[number] for number in _ADVICE if os.strerror(number) in text]
    sentence = f"{sentence} It seems that {advice[0]}" if advice else sentence
    return "\n".join([sentence, f"The end of {log}:", *(f"  {line}" for line in lines)])
