"""Work that is due at some moment, done by a few threads."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)

Job = Callable[[], None]


class Agenda:
    """Jobs by due time; threads start with the first job and end with `stop`.

    With no threads at all, `run_due` does the due jobs where it is called: for tests.
    """

    def __init__(self, threads: int = 8, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.now = monotonic
        self._threads = threads
        self._jobs: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._pool: ThreadPoolExecutor | None = None
        self._loop: threading.Thread | None = None
        self._stopping = False
        self._running = 0

    def add(self, job: Job, after_s: float = 0.0) -> None:
        """Have a job done, that many seconds from now at the earliest."""
        with self._changed:
            if self._stopping:
                return
            heapq.heappush(self._jobs, (self.now() + after_s, next(self._order), job))
            self._start()
            self._changed.notify()

    @property
    def pending(self) -> int:
        """Jobs waiting or under way."""
        with self._changed:
            return len(self._jobs) + self._running

    def run_due(self) -> int:
        """Do everything that is due, here and now; how many jobs that was."""
        done = 0
        while (job := self._next_due()) is not None:
            self._do(job)
            done += 1
        return done

    def stop(self) -> None:
        """Give up what is waiting and end the threads."""
        with self._changed:
            self._stopping = True
            self._jobs.clear()
            self._changed.notify()
        if self._loop is not None:
            self._loop.join()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _start(self) -> None:
        if self._threads and self._loop is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="webhook")
            self._loop = threading.Thread(target=self._serve, name="webhooks", daemon=True)
            self._loop.start()

    def _serve(self) -> None:
        while not self._stopping:
            job = self._next_due()
            if job is not None and self._pool is not None:
                self._pool.submit(self._do, job)
                continue
            with self._changed:
                if not self._stopping:
                    self._changed.wait(self._pause_s())

    def _pause_s(self) -> float | None:
        # Checked again under the lock: a job may have come since the last look.
        return max(0.0, self._jobs[0][0] - self.now()) if self._jobs else None

    def _next_due(self) -> Job | None:
        with self._changed:
            if not self._jobs or self._jobs[0][0] > self.now():
                return None
            self._running += 1
            return heapq.heappop(self._jobs)[2]

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception:
            # One bad message must not end the thread, nor go unseen.
            log.exception("a webhook could not be sent")
        finally:
            with self._changed:
                self._running -= 1
