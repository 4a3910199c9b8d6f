"""A till in memory that lists orders as Toast documents, and changes while it is being read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.base.contract import Request, Response
from connectors.toast.timestamps import instant, timestamp

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Till:
    """Implements `Http` for orders. `between` runs before each call and may edit orders."""

    now: datetime = NOON
    modified: dict[str, datetime] = field(default_factory=dict)
    rank: Callable[[str], object] = str
    between: Callable[["Till"], None] = lambda _: None
    links: bool = True
    asked: list[Request] = field(default_factory=list)

    def edit(self, guid: str) -> None:
        self.modified[guid] = self.now

    def send(self, request: Request) -> Response:
        self.between(self)
        self.asked.append(request)
        query = request.query
        start, end = instant(str(query["startDate"])), instant(str(query["endDate"]))
        found = [guid for guid, at in self.modified.items() if start <= at < end]
        found.sort(key=self.rank)
        size, page = int(query["pageSize"]), int(query["page"])
        shown = found[(page - 1) * size : page * size]
        headers = {}
        if self.links:
            more = page * size < len(found)
            headers["link"] = '<http://x>; rel="self"' + (', <http://x>; rel="next"' * more)
        return Response(200, headers, self.body(shown), self.now)

    def body(self, guids: Sequence[str]) -> bytes:
        orders = [
            {"guid": guid, "modifiedDate": timestamp(self.modified[guid]), "checks": []}
            for guid in guids
        ]
        return json.dumps(orders).encode()


def filled(count: int, *, ago: timedelta = timedelta(hours=1)) -> Till:
    """A till with orders a second apart, the first of them `ago`."""
    start = NOON - ago
    return Till(modified={f"o{n:05}": start + timedelta(seconds=n) for n in range(count)})
