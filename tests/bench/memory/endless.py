"""A merchant's past as long as it is asked to be, made up as it is read.

One page of the stand-in is sent over and over, with every identity in it changed: so neither side
holds more than a page of it.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from config import clock
from connectors.toast.pages import PAGE_SIZE
from sandbox.base.server import Server
from tests.shop import open_shop

_GUID = re.compile(rb"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-)([0-9a-f]{12})")
_MASK = (1 << 48) - 1
_BULK = "/orders/v2/ordersBulk"
_AGO = timedelta(days=40)


class Endless:
    """In front of the stand-in's application: so many pages in the first window asked for."""

    def __init__(self, app: Any, pages: int) -> None:
        self._app = app
        self._pages = pages
        self._window: str | None = None
        self._pieces: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """A page of orders of our own making, or the stand-in's answer to anything else."""
        if environ["PATH_INFO"] != _BULK:
            return self._app(environ, start_response)
        asked = parse_qs(environ["QUERY_STRING"])
        window, number = asked["startDate"][0], int(asked["page"][0])
        self._window = self._window or window
        if not self._pieces:
            self._pieces = _GUID.split(self._template(environ, asked))
        there = window == self._window and number <= self._pages
        more = there and number < self._pages
        body = b"".join(self._page(number)) if there else b"[]"
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        headers.append(("Link", f'<{_BULK}>; rel="{"next" if more else "self"}"'))
        start_response("200 OK", headers)
        return [body]

    def _page(self, number: int) -> Iterator[bytes]:
        texts = iter(self._pieces)
        for text in texts:
            yield text
            head, tail = next(texts, b""), next(texts, b"")
            if head:
                yield head + b"%012x" % ((int(tail, 16) ^ (number * 0x9E3779B1)) & _MASK)

    def _template(self, environ: dict[str, Any], asked: dict[str, list[str]]) -> bytes:
        """A full page of the stand-in, of a time at which it has one."""
        end = clock.now() - _AGO
        span = {"startDate": _toast(end - timedelta(days=20)), "endDate": _toast(end)}
        query = {**{k: v[0] for k, v in asked.items()}, **span, "page": "1"}
        said = self._app({**environ, "QUERY_STRING": urlencode(query)}, lambda *_: None)
        return b"".join(said)


@contextmanager
def endless(orders: int) -> Iterator[tuple[int, date, date]]:
    """A connection to it, and the dates to import."""
    from tasks import connect

    anchor = clock.now() - _AGO
    with open_shop(orders=4 * PAGE_SIZE, anchor_ms=int(anchor.timestamp() * 1000)) as shop:
        place = shop.till.platform.merchant.restaurants[0].guid
        with Server(Endless(shop.till.app, orders // PAGE_SIZE)) as server:
            config = {**shop.config, "api_url": server.url, "restaurants": [place]}
            connection_id, _ = connect.connect(shop.organization_id, "toast", "endless", config)
            yield connection_id, anchor.date() - timedelta(days=30), anchor.date()


def _toast(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
