"""Where the processes of a web add up their metrics: a folder that no other web touches."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from config.embedded.locks import FileLock


@contextmanager
def folder(home: Path) -> Iterator[Path]:
    """The lowest `web-N` that is free, emptied, and held as long as the body runs.

    Held by a lock rather than named by a process id: ids come again, in containers at every start.
    """
    run = home / "run"
    run.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        with FileLock.at(run / f"web-{number}.lock") as lock:
            if lock.try_take():
                yield _emptied(run / "metrics" / f"web-{number}")
                return


def _emptied(found: Path) -> Path:
    """What an earlier web left there is dropped."""
    shutil.rmtree(found, ignore_errors=True)
    found.mkdir(parents=True)
    return found
