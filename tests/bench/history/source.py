"""A merchant's past, served from memory: each answer of the stand-in is made once and replayed.

So the source is never what limits. Toast's own limits on calls are lifted on both sides too:
they say nothing about us.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import formatdate
from typing import Any

from config import clock
from sandbox.base.server import Server
from tests.bench.books import BOOKS
from tests.bench.ground import Ground
from tests.shop import open_shop

Question = tuple[str, str, str, str]
# A delta's last window ends now, which is another instant each time.
_ENDS_NOW = re.compile("&endDate=[^&]*|endDate=[^&]*&")

_DAY_MS = 86_400_000
# Windows that ended long ago are the same in each round, so that answers can be replayed.
_AGO_MS = 40 * _DAY_MS
_ROWS = f"sync_runs, sync_slices, parked_records, {', '.join(BOOKS)}"


@dataclass(frozen=True)
class History:
    """What there is to read, and for which connection."""

    connection_id: int
    url: str
    questions: Callable[[], Collection[Question]]
    since: date
    until: date
    orders: int

    def forget_rows(self, on: Ground) -> None:
        """As if nothing had been imported yet."""
        on.sql(f"TRUNCATE {_ROWS} CASCADE")
        on.forget_messages()


class Replay:
    """A WSGI application that asks another one each question only once."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._known: dict[Question, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer as before, but at the present time."""
        names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING")
        method, path, query = (environ[name] for name in names)
        restaurant = environ.get("HTTP_TOAST_RESTAURANT_EXTERNAL_ID", "")
        question = (method, path, _ENDS_NOW.sub("", query), restaurant)
        if question not in self._known:
            self._known[question] = self._ask(environ)
        status, headers, body = self._known[question]
        start_response(status, [*headers, ("Date", formatdate(usegmt=True))])
        return [body]

    def questions(self) -> Collection[Question]:
        """Method, path, query and restaurant of everything asked so far."""
        return list(self._known)

    def _ask(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        said: list[Any] = []
        body = b"".join(self._app(environ, lambda *head: said.extend(head)))
        headers = [(name, value) for name, value in said[1] if name.lower() != "date"]
        return said[0], headers, body


@contextmanager
def source(orders: int) -> Iterator[History]:
    """So many past orders at two restaurants, behind a replaying server."""
    from tasks import connect

    anchor_ms = int(clock.now().timestamp() * 1000) - _AGO_MS
    with open_shop(orders=orders // 2, anchor_ms=anchor_ms) as shop:
        platform = shop.till.platform
        replay = Replay(shop.till.app)
        with Server(replay) as server:
            config = {**shop.config, "api_url": server.url}
            connection_id, _ = connect.connect(shop.organization_id, "toast", "past", config)
            held = platform.book.all()
            days = [datetime.fromtimestamp(one.modified_ms / 1000, UTC).date() for one in held]
            margin = timedelta(days=1)
            yield History(
                connection_id=connection_id,
                url=server.url,
                questions=replay.questions,
                since=min(days) - margin,
                until=max(days) + margin,
                orders=len(held),
            )
