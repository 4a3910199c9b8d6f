"""Children that end with the process that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

_PR_SET_PDEATHSIG = 1

# Loaded here, since between fork and exec a child must not load anything.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Account(NamedTuple):
    """The numbers of the user and the group that a process runs as."""

    uid: int
    gid: int


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    log: Path | int | None,
    user: Account | None = None,
    death_signal: signal.Signals | None = signal.SIGTERM,
    cwd: Path | None = None,
    stdin: Path | None = None,
    pass_fds: Sequence[int] = (),
    own_group: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a child that receives ``death_signal`` when its parent dies, even by kill -9.

    ``log`` is a file to append to, ``subprocess.PIPE``, or None to write where the parent writes.
    The signal is Linux's alone; elsewhere the child lives on. It comes when the *thread* that
    called this ends, so call it from a thread that lives as long as the child shall.
    With ``own_group`` a Ctrl-C at the terminal reaches the parent alone.
    """
    with ExitStack() as opened:
        source = opened.enter_context(stdin.open("rb")) if stdin else subprocess.DEVNULL
        output = opened.enter_context(log.open("ab")) if isinstance(log, Path) else log
        return subprocess.Popen(  # noqa: S603 - callers pass commands of their own making
            argv,
            env=env,
            cwd=cwd,
            stdin=source,
            stdout=output,
            stderr=None if output is None else subprocess.STDOUT,
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
            pass_fds=pass_fds,
            process_group=0 if own_group else None,
            preexec_fn=_bind_to_parent(death_signal) if death_signal else None,
        )


def end_with_parent(death_signal: signal.Signals = signal.SIGKILL) -> None:
    """Have this process receive ``death_signal`` when the one that started it dies."""
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def _bind_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    prctl, parent = _prctl, os.getpid()
    if prctl is None:
        return None

    def bind() -> None:
        # Runs after the change of user, which would clear the setting.
        prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), death_signal)

    return bind


def works_in(pid: int, folder: Path) -> bool:
    """Whether a process was started for ``folder`` or is in it."""
    try:
        if Path(f"/proc/{pid}/cwd").readlink() == folder:
            return True
    except OSError:
        pass  # no such process, or a system that does not tell
    return str(folder) in command_line(pid)


def command_line(pid: int) -> str:
    """Return what a process was started as; empty when there is none."""
    if Path("/proc/self").exists():
        try:
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return raw.replace(b"\0", b" ").decode(errors="replace").strip()
    found = subprocess.run(  # noqa: S603 - a number is the only argument
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()
