"""A process that `tests.nursery` started: what tests use of `subprocess.Popen`."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import TextIOWrapper
from types import TracebackType
from typing import Self

_POLL_S = 0.01


class Forked:
    """A process by its number; `pipes`, if any, are those of its input, output and errors."""

    def __init__(
        self, pid: int, code_of: Callable[[int], int | None], pipes: Sequence[int] = ()
    ) -> None:
        self._code_of = code_of
        self.pid = pid
        self.returncode: int | None = None
        opened = [os.fdopen(*each) for each in zip(pipes, ("w", "r", "r"), strict=False)]
        self.stdin, self.stdout, self.stderr = opened or (None, None, None)

    def poll(self) -> int | None:
        """Its exit code once it has ended, as `Popen` has it: minus the signal that ended it."""
        if self.returncode is None:
            self.returncode = self._code_of(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises: subprocess.TimeoutExpired."""
        began = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(_POLL_S)
        return code

    def communicate(self, given: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Give it its input; what it wrote until its end. Raises: subprocess.TimeoutExpired."""
        with ThreadPoolExecutor(2) as readers:
            said = [readers.submit(_rest, each) for each in (self.stdout, self.stderr)]
            try:
                _give(self.stdin, given)
                self.wait(timeout)
            except BaseException:
                self.kill()
                raise
            out, err = (each.result() for each in said)
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in (self.stdin, self.stdout, self.stderr):
            if each is not None:
                each.close()
        self.wait()


def _rest(pipe: TextIOWrapper | None) -> str:
    return "" if pipe is None or pipe.closed else pipe.read()


def _give(pipe: TextIOWrapper | None, text: str) -> None:
    if pipe is not None and not pipe.closed:
        try:
            pipe.write(text)
            pipe.close()
        except BrokenPipeError:
            pass
