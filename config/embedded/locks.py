"""File locks that end with their process, however it ends, and never leak into its children."""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self


class FileLock:
    """One open lock file; closing it, or the death of the process, lets go."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        _open_locks.add(self)

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the lock at ``path``, not yet held."""
        return cls(path.open("ab"))

    @classmethod
    def inherited(cls, descriptor: int) -> Self:
        """Take over a lock that the starting process holds already."""
        os.set_inheritable(descriptor, False)
        return cls(os.fdopen(descriptor, "ab"))

    @contextmanager
    def for_child(self) -> Iterator[int]:
        """Yield a descriptor to pass to a child that shall hold the lock as long as it lives."""
        # Of its own, since those of this class are closed in a forked child.
        descriptor = os.dup(self._file.fileno())
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def share(self) -> None:
        """Wait until nobody holds it exclusively, then hold it together with others."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def take(self) -> None:
        """Wait until nobody else holds it, then hold it alone."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Hold it alone if that is possible at once."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Let go and stay open."""
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go, unless a child was given the lock: then it is the child's."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_open_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _close_in_child() -> None:
    for lock in list(_open_locks):
        lock.close()


# A forked child shares its parent's locks and would keep the servers up after the parent is gone.
os.register_at_fork(after_in_child=_close_in_child)
