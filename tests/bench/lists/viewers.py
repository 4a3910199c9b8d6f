"""Fifty people with a page open: what that costs the server and its database each second."""

import threading
from collections.abc import Iterator

import requests

from config import clock
from tests.bench import contest, cpu
from tests.bench.contest import Row
from tests.bench.ground import Ground
from tests.bench.lists import visits
from tests.bench.lists.routes import PAGE
from tests.children import Child

OPEN = 50
_SECONDS = 10.0
_COST = "CPU ms a second and open page"
_LIVE = ("/live/home", "/live/orders", "/live/invoices", "/live/events", "/live/sync-runs")


def rows(on: Ground, url: str, server: Child, orders: int, rounds: int) -> Iterator[Row]:
    """Against the same server with one page open."""
    cookies = visits.callers(on, url)[PAGE].cookies

    def watched(count: int) -> dict[str, float]:
        ends = threading.Event()
        watching = [
            threading.Thread(target=_watch, args=(url + _LIVE[n % len(_LIVE)], cookies, ends))
            for n in range(count)
        ]
        for one in watching:
            one.start()
        with cpu.metered(server.pid, on.pid("postgres")) as spent_s:
            began = clock.monotonic()
            ends.wait(_SECONDS)
            lasted = clock.monotonic() - began
            spent = spent_s()
        ends.set()
        for one in watching:
            one.join()
        return {_COST: spent * 1000 / lasted / count}

    samples = contest.run(
        {contest.OURS: lambda: watched(OPEN), "one page open": lambda: watched(1)}, rounds
    )
    yield contest.row(samples, f"{OPEN} pages open, {orders:,} orders", _COST, "one page open")


def _watch(url: str, cookies: requests.cookies.RequestsCookieJar, ends: threading.Event) -> None:
    """As a browser's EventSource does: read on, and come back when the stream ends."""
    seen = ""
    while not ends.is_set():
        with requests.get(
            url, cookies=cookies, headers={"Last-Event-ID": seen}, stream=True, timeout=60
        ) as answer:
            wait_s = 1.0
            for line in answer.iter_lines():
                text = line.decode()
                if text.startswith("id: "):
                    seen = text[4:]
                elif text.startswith("retry: "):
                    wait_s = int(text[7:]) / 1000
                if ends.is_set():
                    return
        ends.wait(wait_s)
