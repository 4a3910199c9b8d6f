"""What is set up at a restaurant and named on its orders.

Source: Toast API reference, "Configuration" (openapi toast-config-api 2.5.0),
    https://doc.toasttab.com/openapi/configuration/overview/, read 2026-12-01.
    A header gives the token of the next page. 409 says that the configuration was published while
    it was being paged through: the list is to be read from its first page again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from config.errors import PermanentError, TransientError
from connectors.base.contract import Cursor, Http, Page, Record, Response
from connectors.base.errors import WindowExpiredError
from connectors.base.platform import Deletes, Stream
from connectors.toast import asking, limits, pages
from connectors.toast.configured import RESOURCES
from connectors.toast.timestamps import instant, timestamp

CONFIGURATION = Stream(
    name="configuration",
    version_of="the instant of the list",
    hold_back=asking.LAG,
    every=timedelta(hours=1),
    deletes=Deletes.IN_FEED,
    per_location=True,
    listed=True,
)
PATH = "/config/v2/"
_NEXT = "toast-next-page-token"
_VERSION = 1
# Nobody publishes every few seconds; what goes on longer is left for later.
_MOST_RESTARTS = 3
_LATER_S = 60.0
# A token that has had its day isn't documented to be told apart from one that never was.
_TOKEN_REFUSED = frozenset({"toast.refused_400", "toast.refused_410"})
_NAMES = tuple(RESOURCES)


@dataclass(frozen=True)
class Place:
    """A place in a listing that began at `began`: the list to read on, and from which page."""

    began: datetime
    resource: int = 0
    token: str = ""

    @classmethod
    def of(cls, cursor: Cursor | None) -> "Place | None":
        """The place that a cursor names; None when a listing is to begin."""
        if not cursor or cursor.get("v") != _VERSION or "began" not in cursor:
            return None
        began, resource = instant(str(cursor["began"])), int(cursor["resource"])
        return cls(began, resource, str(cursor["token"])) if resource < len(_NAMES) else None

    @property
    def is_end(self) -> bool:
        """Whether every list was read."""
        return self.resource >= len(_NAMES)

    def cursor(self) -> Cursor:
        """This place as a flat map; after the end the next listing begins."""
        if self.is_end:
            return {"v": _VERSION}
        began = timestamp(self.began)
        return {"v": _VERSION, "began": began, "resource": self.resource, "token": self.token}


def changes(http: Http, location: str, cursor: Cursor | None, now: datetime) -> Iterator[Page]:
    """Every list page by page, as of one instant.

    Raises: TransientError when one is published again and again while it is being read.
    """
    reading, place = _Reading(http, location), Place.of(cursor)
    while place is None or not place.is_end:
        records, place = reading.page(place, now)
        watermark = now - CONFIGURATION.hold_back if place.is_end else None
        yield Page(records, place.cursor(), place.is_end, watermark, listed_at=place.began)


class _Reading:
    """One turn of reading a restaurant's lists."""

    def __init__(self, http: Http, location: str) -> None:
        self._http = http
        self._location = location
        self._restarts = 0
        self._tokens: set[str] = set()

    def page(self, place: Place | None, now: datetime) -> tuple[list[Record], Place]:
        """The records of the page at `place`, and the place after it."""
        name, token = (_NAMES[place.resource], place.token) if place else (_NAMES[0], "")
        while (response := _page(self._http, self._location, name, token)) is None:
            self._restart()
            token = ""
        began = place.began if place else asking.as_of(response, now)
        resource = place.resource if place else 0
        records = [_record(name, raw, self._location) for raw in pages.elements(response.body)]
        return records, self._after(Place(began, resource, response.headers.get(_NEXT, "")))

    def _restart(self) -> None:
        self._tokens.clear()
        self._restarts += 1
        if self._restarts > _MOST_RESTARTS:
            raise _published_again()

    def _after(self, place: Place) -> Place:
        if not place.token:
            self._tokens.clear()
            return Place(place.began, place.resource + 1)
        if place.token in self._tokens:
            raise _same_page_twice()
        self._tokens.add(place.token)
        return place


def fetch(http: Http, location: str, ids: Sequence[str]) -> Iterator[Record]:
    """Single things, by list and guid."""
    for name in ids:
        response = asking.get(http, PATH + quote(name), location, limits.CONFIG)
        if response.status == 200:
            yield Record(CONFIGURATION.name, name, response.body, location)


def _page(http: Http, location: str, name: str, token: str) -> Response | None:
    """One page of a list; None when it is to be read from its first page on."""
    query = {"pageToken": token} if token else {}
    try:
        response = asking.get(http, PATH + name, location, limits.CONFIG, **query)
    except WindowExpiredError:
        return None
    except PermanentError as refused:
        if token and refused.code in _TOKEN_REFUSED:
            return None
        raise
    if response.status != 200 and token:
        return None
    return asking.found(response, "configuration")


def _record(name: str, raw: bytes, location: str) -> Record:
    return Record(CONFIGURATION.name, f"{name}/{pages.identity(raw)[0]}", raw, location)


def _published_again() -> TransientError:
    return TransientError(
        "toast.changed_meanwhile",
        "The restaurant's configuration was published again and again while it was being read.",
        next_step="Nothing to do: it is tried again by itself.",
        retry_after_s=_LATER_S,
    )


def _same_page_twice() -> PermanentError:
    return PermanentError(
        "toast.same_page_twice",
        "Toast sent the same page of its configuration twice, so its pages can't be told apart.",
        next_step="Report this to support; orders still arrive meanwhile, without these names.",
    )
