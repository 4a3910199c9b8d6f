"""Names of workers: the same again after a restart, never two alike in one home."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from config.embedded.locks import FileLock


@contextmanager
def worker_name(home: Path) -> Iterator[str]:
    """The lowest `worker-N` that is free, held as long as the body runs."""
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        with FileLock.at(folder / f"worker-{number}.lock") as lock:
            if lock.try_take():
                yield f"worker-{number}"
                return
