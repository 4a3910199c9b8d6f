"""One restaurant's past for everybody: the same pages over the same HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import requests

from config import clock
from connectors.toast.pages import PAGE_SIZE
from sandbox.base.server import Server
from tests.bench.ground import Ground
from tests.bench.history.source import _ROWS, Replay
from tests.shop import Shop, open_shop

_AGO = timedelta(days=40)


@dataclass(frozen=True)
class Pages:
    """What there is to read: for our connection, and as a peer is told of it."""

    connection_id: int
    since: date
    until: date
    orders: int
    told: dict[str, Any]

    def env(self, on: Ground, **more: str) -> dict[str, str]:
        """What a peer's program is told."""
        said = {**self.told, "dsn": on.dsn, "folder": str(on.home / "peers"), **more}
        return {"BENCH_SOURCE": json.dumps(said)}

    def forget_rows(self, on: Ground) -> None:
        """As if we had imported nothing yet."""
        on.sql(f"TRUNCATE {_ROWS} CASCADE")
        on.forget_messages()


@contextmanager
def pages(orders: int) -> Iterator[Pages]:
    """So many orders behind a server that replays its answers."""
    from tasks import connect

    anchor_ms = int((clock.now() - _AGO).timestamp() * 1000)
    with open_shop(orders=orders, anchor_ms=anchor_ms) as shop:
        place = shop.till.platform.merchant.restaurants[0].guid
        with Server(Replay(shop.till.app)) as server:
            config = {**shop.config, "api_url": server.url, "restaurants": [place]}
            connection_id, _ = connect.connect(shop.organization_id, "toast", "one place", config)
            held = shop.till.platform.book.all(place)
            days = [datetime.fromtimestamp(one.modified_ms / 1000, UTC).date() for one in held]
            since, until = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
            told = {
                "url": server.url,
                "headers": _headers(shop, server.url, place),
                "page_size": PAGE_SIZE,
                "windows": list(_windows(since, until + timedelta(days=1))),
            }
            yield Pages(connection_id, since, until, len(held), told)


def _headers(shop: Shop, url: str, place: str) -> dict[str, str]:
    asked = {
        "clientId": shop.config["client_id"],
        "clientSecret": shop.config["client_secret"],
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    path = "/authentication/v1/authentication/login"
    answer = requests.post(url + path, json=asked, timeout=10)
    token = answer.json()["token"]["accessToken"]
    return {"Authorization": f"Bearer {token}", "Toast-Restaurant-External-ID": place}


def _windows(since: date, until: date) -> Iterator[dict[str, str]]:
    while since < until:
        end = min(until, since + timedelta(days=28))
        yield {"start": f"{since}T00:00:00.000+0000", "end": f"{end}T00:00:00.000+0000"}
        since = end
