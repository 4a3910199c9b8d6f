"""A restaurant's published menus, as a whole.

Source: Toast API reference, "Menus V2" (openapi toast-menus-api 2.4.1),
    https://doc.toasttab.com/openapi/menus/overview/, and developer guide, "Rate limiting",
    https://doc.toasttab.com/doc/devguide/apiRateLimiting.html, read 2026-12-01.
    They may be fetched once a second a restaurant, and only once the metadata say that they were
    published anew.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec

from config.errors import TransientError
from connectors.base.contract import Cursor, Http, Page, Record
from connectors.base.platform import Stream
from connectors.toast import asking, limits
from connectors.toast.bodies import UNREADABLE, answered
from connectors.toast.timestamps import instant, timestamp

MENUS = Stream(
    name="menus",
    key="restaurantGuid",
    version_of="lastUpdated",
    hold_back=asking.LAG,
    every=timedelta(minutes=30),
    per_location=True,
    listed=True,
)
METADATA = "/menus/v2/metadata"
WHOLE = "/menus/v2/menus"
_VERSION = 1


class _Published(msgspec.Struct):
    lastUpdated: str | None = None


_published = msgspec.json.Decoder(_Published)


def changes(http: Http, location: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
    """The menus, if they were published since `cursor`; an empty listing where none are."""
    known = _known(cursor)
    response = asking.get(http, METADATA, location, limits.MENU_METADATA)
    if response.status != 200:
        # What was known is forgotten: it may be published again as it was.
        at = asking.as_of(response, now)
        yield Page((), {"v": _VERSION}, True, now - MENUS.hold_back, listed_at=at)
        return
    published = _instant(answered(response, _published))
    records: Sequence[Record] = ()
    if published is not None and (known is None or published > known):
        records = list(fetch(http, location, (location,)))
        # What was fetched may be newer than what was announced, or older, from a cache of theirs.
        known = (_stated(records[0]) or published) if records else known
    ahead: Cursor = {"v": _VERSION, **({"published": timestamp(known)} if known else {})}
    yield Page(records, ahead, done=True, watermark=now - MENUS.hold_back)


def fetch(http: Http, location: str, _: Sequence[str]) -> Iterator[Record]:
    """The menus as they are now; nothing where none are published."""
    response = asking.get(http, WHOLE, location, limits.MENUS)
    if response.status == 200:
        yield Record(MENUS.name, location, response.body, location)


def _known(cursor: Cursor | None) -> datetime | None:
    if not cursor or cursor.get("v") != _VERSION or "published" not in cursor:
        return None
    return instant(str(cursor["published"]))


def _instant(published: _Published) -> datetime | None:
    try:
        return instant(published.lastUpdated) if published.lastUpdated else None
    except ValueError:
        raise TransientError("toast.garbled", "Toast's date of its menus can't be read.") from None


def _stated(record: Record) -> datetime | None:
    """When the menus themselves say that they were published; nothing if that can't be read."""
    try:
        return _instant(_published.decode(record.raw))
    except (*UNREADABLE, TransientError):
        return None
