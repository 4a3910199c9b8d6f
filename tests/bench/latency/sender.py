"""An open loop in a process of its own: deliveries leave at fixed instants whatever is answered.

Reads messages as JSON, a list of [headers, body]; prints the instant the first was to leave, and
the answers by their status.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.receiver.traffic import Load

_LINES = 16
_ANSWERED_S = 30.0
_AHEAD_S = 0.3


async def send(url: str, requests: Sequence[bytes], rate: float) -> tuple[float, dict[str, int]]:
    """Send them all; returns the epoch instant of the first, and how many were answered what."""
    load = Load(url, iter(()), None)
    await asyncio.gather(*(load.open() for _ in range(_LINES)))
    start = time.perf_counter() + _AHEAD_S
    started_at = time.time() + start - time.perf_counter()
    for number, request in enumerate(requests):
        intended = start + number / rate
        await asyncio.sleep(max(0.0, intended - time.perf_counter()))
        load.due(request, intended)
    deadline = time.perf_counter() + _ANSWERED_S
    while len(load.latencies) < len(requests) and time.perf_counter() < deadline:
        await asyncio.sleep(0.01)
    return started_at, dict(load.statuses)


def _wire(url: str, headers: Mapping[str, str], body: str) -> bytes:
    parts = urlsplit(url)
    kept = {name: said for name, said in headers.items() if name.lower() != "connection"}
    fixed = {"Host": parts.netloc, "Content-Length": str(len(body.encode()))}
    head = "".join(f"{name}: {said}\r\n" for name, said in {**kept, **fixed}.items())
    return f"POST {parts.path or '/'} HTTP/1.1\r\n{head}\r\n{body}".encode()


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("rate", type=float)
    asked = parser.parse_args()
    messages = json.loads(asked.file.read_text())
    ready = [_wire(asked.url, headers, body) for headers, body in messages]
    sys.stdout.write(json.dumps(asyncio.run(send(asked.url, ready, asked.rate))))


if __name__ == "__main__":
    main()
