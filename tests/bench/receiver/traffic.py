"""A load generator in a process of its own: signed deliveries, each with an identity of its own.

Closed loop (`--rate 0`): each connection sends its next request when the last one was answered.
Open loop: requests leave at fixed instants whatever the answers do, and each latency counts from
the instant the request should have left, so that a stall is charged in full.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.bench.receiver import requests

# What a door of 2 cores can't take in; closed loops sign this many a second in advance.
_MOST_A_SECOND = 4000


class Line(asyncio.Protocol):
    """One kept connection; `load` is told of every answer."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._intended = 0.0
        self._received = b""
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._load.free(self)

    def send(self, request: bytes, intended: float) -> None:
        self._intended, self._busy = intended, True
        self._transport.write(request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, gap, rest = self._received.partition(b"\r\n\r\n")
        if gap and len(rest) >= _length(head):
            self._received, self._busy = b"", False
            self._load.answered(head[9:12].decode(), self._intended)
            self._load.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._busy:
            self._load.answered("cut", self._intended)
        self._load.lost(self)


class Load:
    """Hands requests to connections that are free, and notes what came of them."""

    def __init__(self, url: str, pending: Iterator[bytes], closed_until: float | None) -> None:
        parts = urlsplit(url)
        self._at = parts.hostname or "", parts.port or 80
        self._pending = pending
        self._closed_until = closed_until
        self._free: list[Line] = []
        self._waiting: deque[tuple[bytes, float]] = deque()
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.last = 0.0

    async def open(self) -> None:
        """One more connection."""
        await asyncio.get_running_loop().create_connection(lambda: Line(self), *self._at)

    def due(self, request: bytes, intended: float) -> None:
        """A request whose time has come; without a free connection it waits, and that counts."""
        if self._free:
            self._free.pop().send(request, intended)
        else:
            self._waiting.append((request, intended))

    def free(self, line: Line) -> None:
        """A connection without a request."""
        now = time.perf_counter()
        if self._waiting:
            line.send(*self._waiting.popleft())
        elif self._closed_until is not None and now < self._closed_until:
            request = next(self._pending, None)
            if request is not None:
                line.send(request, now)
        else:
            self._free.append(line)

    def answered(self, status: str, intended: float) -> None:
        """Note one answer."""
        self.last = time.perf_counter()
        self.statuses[status] += 1
        self.latencies.append(self.last - intended)

    def lost(self, line: Line) -> None:
        """The server closed a connection: open another."""
        if line in self._free:
            self._free.remove(line)
        asyncio.get_running_loop().create_task(self.open())


async def drive(
    url: str, secret: str, rate: float, seconds: float, lines: int, size: int
) -> dict[str, Any]:
    """Send for `seconds`; the figures, with latencies in milliseconds."""
    count = int((rate or _MOST_A_SECOND) * seconds)
    ready = iter(requests.signed(url, secret, count, size))
    start = time.perf_counter() + 0.2
    load = Load(url, ready, None if rate else start + seconds)
    if rate:
        await asyncio.gather(*(load.open() for _ in range(lines)))
        for number, request in enumerate(ready):
            intended = start + number / rate
            await asyncio.sleep(max(0.0, intended - time.perf_counter()))
            load.due(request, intended)
    else:
        start = time.perf_counter()
        await asyncio.gather(*(load.open() for _ in range(lines)))
        await asyncio.sleep(seconds)
    deadline = time.perf_counter() + 10
    while rate and len(load.latencies) < count and time.perf_counter() < deadline:
        await asyncio.sleep(0.01)
    return _figures(load, start)


def _figures(load: Load, start: float) -> dict[str, Any]:
    ranked = sorted(load.latencies)
    if not ranked:
        raise SystemExit("Not one request was answered.")

    def at(share: float) -> float:
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] * 1000

    return {
        "statuses": dict(load.statuses),
        "requests/s": len(ranked) / (load.last - start),
        "p50 ms": at(0.50),
        "p95 ms": at(0.95),
        "p99 ms": at(0.99),
    }


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("secret")
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--lines", type=int, default=16)
    parser.add_argument("--size", type=int, default=4096)
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(drive(**vars(asked)))))


if __name__ == "__main__":
    main()
