"""Whether a restaurant takes orders from outside just now.

Source: Toast API reference, "Restaurant availability",
    https://doc.toasttab.com/openapi/rx.availability.service/overview/, read 2026-12-01.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from connectors.base.contract import Cursor, Http, Page, Record, Response
from connectors.base.platform import Stream
from connectors.toast import asking, limits
from connectors.toast.bodies import decoded, incomplete
from rules.facts import OpeningRecord

AVAILABILITY = Stream(
    name="availability",
    version_of="the instant of the answer, or of the event",
    hold_back=asking.LAG,
    every=timedelta(minutes=15),
    per_location=True,
    listed=True,
)
PATH = "/restaurant-availability/v1/availability"
_OPEN = {"ONLINE": True, "OFFLINE": False}


class _State(msgspec.Struct):
    """The same in an answer and in an event."""

    status: str | None = None
    reasonKey: str | None = None
    reason: str | None = None


_states = msgspec.json.Decoder(_State)


def changes(http: Http, location: str, _: Cursor | None, now: datetime) -> Iterator[Page]:
    """The present state, in one page; no page without one."""
    response = asking.get(http, PATH, location, limits.AVAILABILITY)
    records = _records(response, location, asking.as_of(response, now))
    yield Page(records, {"v": 1}, done=True, watermark=now - AVAILABILITY.hold_back)


def fetch(http: Http, location: str, _: Sequence[str]) -> Iterator[Record]:
    """The present state of the one restaurant that can be meant."""
    response = asking.get(http, PATH, location, limits.AVAILABILITY)
    yield from _records(response, location, response.server_time - asking.LAG)


def read(record: Record) -> OpeningRecord:
    """Whether it is open. Raises: SkippedRecord."""
    state = decoded(record, _states)
    if record.at is None or not record.location:
        raise incomplete(record, "time" if record.location else "restaurant")
    if not state.status:
        raise incomplete(record, "status")
    return OpeningRecord(
        location_id=record.location,
        version=record.at,
        open=_OPEN.get(state.status),
        reason=_reason(state.status, state.reason or state.reasonKey),
    )


def _reason(status: str, reason: str | None) -> str | None:
    """Why it is closed; of a status that isn't known that too, as it came."""
    return reason if status in _OPEN else ": ".join(filter(None, (status, reason)))


def _records(response: Response, location: str, at: datetime) -> list[Record]:
    if response.status != 200:
        return []
    return [Record(AVAILABILITY.name, location, response.body, location, at=at)]
