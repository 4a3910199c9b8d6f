"""A till in memory: what Toast would say of its orders, every version that there ever was."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import NAMESPACE_OID, uuid5

from config import clock
from connectors.base.contract import Request, Response
from connectors.toast import pages
from connectors.toast.orders import BULK
from connectors.toast.timestamps import instant, timestamp

HERE, THERE = "here", "there"
_TICK = timedelta(milliseconds=1)
KINDS = ("closed", "closed", "closed", "open", "voided", "deleted", "unreadable")


@dataclass(frozen=True)
class Version:
    """An order as it stood from `at` on, until the next version."""

    guid: str
    place: str
    at: datetime
    kind: str
    pence: int

    @property
    def ms(self) -> int:
        return round(self.at.timestamp() * 1000)

    @property
    def readable(self) -> bool:
        return self.kind != "unreadable"

    @property
    def body(self) -> dict[str, Any]:
        price = self.pence / 100 if self.readable else "NaN"
        line = {
            **{"guid": f"{self.guid}-line", "displayName": "Meal", "quantity": 1, "tax": 0},
            **{"price": price, "preDiscountPrice": price, "receiptLinePrice": price},
        }
        check = {
            "guid": f"{self.guid}-check",
            "paymentStatus": "OPEN" if self.kind == "open" else "CLOSED",
            "selections": [line],
        }
        return {
            "guid": self.guid,
            "modifiedDate": timestamp(self.at),
            "businessDate": 20260301,
            "approvalStatus": "APPROVED",
            "voided": self.kind == "voided",
            "deleted": self.kind == "deleted",
            "checks": [check],
        }


@dataclass
class Till:
    """Implements `Http` of one connection; `granted` are the places that it may read."""

    versions: dict[str, list[Version]] = field(default_factory=dict)
    granted: set[str] = field(default_factory=lambda: {HERE})
    _last: datetime = field(default_factory=clock.now)

    def change(self, guid: str, place: str, kind: str, pence: int) -> Version:
        """Make an order, or its next version."""
        self._last = max(self._last + _TICK, clock.now())
        at = self._last.replace(microsecond=self._last.microsecond // 1000 * 1000)
        version = Version(guid, place, at, kind, pence)
        self.versions.setdefault(guid, []).append(version)
        return version

    def server_now(self) -> datetime:
        """The platform's clock; it never shows less than what it stamped."""
        return max(clock.now(), self._last + _TICK)

    def send(self, request: Request) -> Response:
        if request.path == BULK:
            return self._bulk(request)
        guid = request.path.rsplit("/", 1)[-1]
        if "/restaurants/" in request.path:
            return self._restaurant(guid)
        found = self.versions.get(guid)
        if not found or found[-1].place not in self.granted:
            return self._answer(None)
        return self._answer(found[-1].body)

    def _restaurant(self, guid: str) -> Response:
        general = {"name": guid, "timeZone": "Europe/London", "currencyCode": "GBP"}
        return self._answer({"guid": guid, "general": general} if guid in self.granted else None)

    def _bulk(self, request: Request) -> Response:
        query = request.query
        newest = [found[-1] for found in self.versions.values()]
        listed = [each for each in newest if each.place == request.location]
        if "businessDate" not in query:
            start, end = instant(str(query["startDate"])), instant(str(query["endDate"]))
            listed = [each for each in listed if start <= each.at < end]
        # In no order of dates, but the same from call to call.
        listed.sort(key=lambda each: uuid5(NAMESPACE_OID, each.guid).hex)
        first = (int(query["page"]) - 1) * pages.PAGE_SIZE
        shown = listed[first : first + pages.PAGE_SIZE]
        more = '; rel="next"' if first + pages.PAGE_SIZE < len(listed) else '; rel="self"'
        return self._answer([each.body for each in shown], link=f"<http://till>{more}")

    def _answer(self, document: Any, **headers: str) -> Response:
        status = 404 if document is None else 200
        return Response(status, headers, json.dumps(document).encode(), self.server_now())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""
