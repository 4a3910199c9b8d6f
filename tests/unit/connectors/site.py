"""A restaurant that answers calls by their path, and remembers them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.base.contract import Cursor, Page, Request, Response
from connectors.base.errors import fault
from connectors.toast.client import Toast
from connectors.toast.outcomes import classify

NOW = datetime(2026, 3, 6, 18, 30, tzinfo=UTC)
PLACE = "22222222-2222-4222-8222-222222222222"
CONNECTOR = Toast({"api_url": "http://localhost", "client_id": "us", "client_secret": "s"})


@dataclass
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    at: datetime = NOW


@dataclass
class Site:
    """Implements `Http`: what its status means is up to the connector, as in the real client."""

    answer: Callable[[Request], Answer]
    asked: list[Request] = field(default_factory=list)

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        given = self.answer(request)
        body = given.body if isinstance(given.body, bytes) else json.dumps(given.body).encode()
        response = Response(given.status, given.headers, body, given.at)
        outcome = classify(request, response)
        if outcome.do.value in ("ok", "missing"):
            return response
        raise fault(outcome)

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]


def changes(
    site: Site, stream: str, cursor: Cursor | None = None, now: datetime = NOW
) -> Iterator[Page]:
    """As the runtime asks, which keeps a cursor as JSON."""
    kept = None if cursor is None else json.loads(json.dumps(dict(cursor)))
    return CONNECTOR.changes(site, stream, PLACE, kept, now)
