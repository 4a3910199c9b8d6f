"""Counting against fixed time slices, as platforms that count per second or per quarter do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """One limit on one key: so many calls in each slice, slices starting at multiples of it."""

    scope: str
    key: tuple[str, ...]
    limit: int
    slice_s: int


@dataclass(frozen=True)
class Reading:
    """What one bucket says: calls left in this slice and the UNIX second of the next one."""

    bucket: Bucket
    remaining: int
    reset_s: int


@dataclass(frozen=True)
class Verdict:
    """Whether a call may pass, and the bucket that the answer speaks for."""

    passed: bool
    reading: Reading


class SliceLimiter:
    """Counts per (bucket, slice); a refused call takes nothing from any bucket."""

    # Old slices are dropped once this many are held; a busy second uses a handful.
    _KEPT = 2_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[tuple[Bucket, int], int] = {}

    def take(self, buckets: Sequence[Bucket], now_s: float) -> Verdict:
        """Count one call against all buckets, or none when one of them is spent.

        The answer speaks for the first spent bucket, otherwise for the one with the least left;
        buckets come in order of priority and the earlier wins a tie.
        """
        with self._lock:
            readings = [self._read(bucket, now_s) for bucket in buckets]
            for reading in readings:
                if reading.remaining <= 0:
                    return Verdict(passed=False, reading=reading)
            left = [self._count(reading, now_s) for reading in readings]
            self._forget(now_s)
        return Verdict(passed=True, reading=min(left, key=lambda reading: reading.remaining))

    def _read(self, bucket: Bucket, now_s: float) -> Reading:
        start = int(now_s) // bucket.slice_s
        used = self._used.get((bucket, start), 0)
        return Reading(bucket, bucket.limit - used, (start + 1) * bucket.slice_s)

    def _count(self, reading: Reading, now_s: float) -> Reading:
        key = (reading.bucket, int(now_s) // reading.bucket.slice_s)
        self._used[key] = self._used.get(key, 0) + 1
        return Reading(reading.bucket, reading.remaining - 1, reading.reset_s)

    def _forget(self, now_s: float) -> None:
        if len(self._used) <= self._KEPT:
            return
        self._used = {
            (bucket, start): used
            for (bucket, start), used in self._used.items()
            if start >= int(now_s) // bucket.slice_s
        }
