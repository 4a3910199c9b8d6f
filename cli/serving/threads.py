"""Threads that wait for work; the process ends without waiting for them."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from config.logging import logger

log = logger(__name__)


class Threads:
    """So many threads, started when they are first needed."""

    def __init__(self, name: str, most: int, *, waiting: int | None = None) -> None:
        self._name = name
        self._most = most
        # How many jobs may wait for a thread; None for as many as come.
        self._waiting = waiting
        self._begun = 0
        self._idle = threading.Semaphore(0)
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def do(self, job: Callable[[], None]) -> bool:
        """Have a thread do it; false when too many wait. Only ever called from one thread."""
        if self._waiting is not None and self._jobs.qsize() >= self._waiting:
            return False
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False) and self._begun < self._most:
            self._begun += 1
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        return True

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception as error:
                log.exception("request failed", error=type(error).__name__)
            self._idle.release()
