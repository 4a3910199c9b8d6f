"""The contract between the runtime and a platform.

A connector is frozen facts (`connectors.base.platform`) plus a few methods. It receives transport
and time, and imports no HTTP library, no database and no settings; it never sleeps or stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from config.errors import PermanentError
    from connectors.base.platform import Bucket
    from rules.facts import Noun
    from rules.records import LocationRecord

# Hints of this stream say that the list of locations changed.
LOCATIONS = "locations"

Cursor = Mapping[str, str | int | bool]
"""Where reading resumes: flat, JSON-safe, opaque to everything but its connector."""


@dataclass(frozen=True)
class Request:
    """One call to make. `path` is appended to the connection's base address.

    `buckets` are charged one each; `location` scopes per-location buckets.
    """

    method: str
    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    auth: bool = True
    buckets: Sequence[str] = ()
    location: str = ""


@dataclass(frozen=True)
class Response:
    """What came back: header names lower-cased, the body untouched, the server's time."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    server_time: datetime


class UnreachableError(ConnectionError):
    """Nobody took the call: no such host, nobody who listens there, or no way to it.

    `at` is host and port, never more of an address: the rest may hold secrets.
    """

    def __init__(self, at: str) -> None:
        super().__init__(at)
        self.at = at


class Do(Enum):
    """What the runtime does about a response."""

    OK = "ok"
    MISSING = "missing"
    RETRY = "retry"
    WAIT = "wait"
    REFRESH = "refresh"
    REAUTHORISE = "reauthorise"
    CONFIG = "config"
    NOT_GRANTED = "not_granted"
    RESTART_WINDOW = "restart_window"
    BUG = "bug"


@dataclass(frozen=True)
class Outcome:
    """A verdict on a response: what to do, how long to wait, and a sentence fit to show."""

    do: Do
    wait_s: float | None = None
    bucket: str | None = None
    code: str = ""
    sentence: str = ""
    next_step: str = ""
    trace: str = ""


@dataclass(frozen=True)
class Tokens:
    """What a login gave. `expires_at` is None where the platform doesn't say."""

    access: str
    expires_at: datetime | None = None
    refresh: str | None = None
    base_url: str | None = None
    account: str = ""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Health:
    """What `probe` found out: whose account this is and what it lacks."""

    account: str
    name: str = ""
    scopes: frozenset[str] = frozenset()
    missing_scopes: frozenset[str] = frozenset()
    limits: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Listing:
    """The till sites that were read; why others weren't, or in how many seconds they can be."""

    sites: Sequence[LocationRecord]
    unread: Mapping[str, PermanentError] = field(default_factory=dict)
    limited: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the vendor sent it, its JSON untouched; `at` is the version it doesn't hold."""

    stream: str
    id: str
    raw: bytes
    location: str = ""
    partial: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """Records and where to resume once they are stored.

    `done` says that the window is fully read; only then may the watermark move, to `watermark`.
    `listed_at` marks a page of a listing of all there is, begun at that instant by the platform's
    clock: once done, what it didn't hold is gone.
    """

    records: Sequence[Record]
    next: Cursor
    done: bool
    watermark: datetime | None = None
    listed_at: datetime | None = None


@dataclass(frozen=True)
class Period:
    """Business dates `since` to `until` of a location, both included; `[start, end)` holds them."""

    since: date
    until: date
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Window:
    """A half-open span of history `[start, end)` of one location, read as one slice.

    `mode` is the connector's own word for how the span is asked for; empty is its usual way.
    """

    stream: str
    location: str
    start: datetime
    end: datetime
    mode: str = ""


@dataclass(frozen=True)
class Hint:
    """What a delivery points at; it carries the record itself when the vendor sends it whole.

    `location` is where to fetch it from when it doesn't. `LOCATIONS` points at their list.
    """

    stream: str
    id: str
    record: Record | None = None
    location: str = ""


@dataclass(frozen=True)
class Delivery:
    """One webhook as it came in: header names lower-cased, the body raw."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Verdict:
    """Whether a delivery is authentic, and if not, why."""

    ok: bool
    reason: str = ""


@dataclass(frozen=True)
class Envelope:
    """What identifies a delivery: unique per connection, for accepting it once."""

    delivery_id: str
    event_type: str


class Webhook(Protocol):
    """The receiving side of a platform: pure functions of the delivery."""

    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> Verdict:
        """Check the signature over the raw body against every active secret; fail closed."""

    def identify(self, delivery: Delivery) -> Envelope:
        """Name an authentic delivery; never raises, whatever the body holds."""

    def parse(self, delivery: Delivery) -> Sequence[Hint]:
        """What an authentic delivery points at, maybe nothing.

        Raises: SkippedRecord when it can't be understood or is of an unknown kind.
        """

    def secrets(self, settings: Mapping[str, Any], delivery: Delivery) -> Sequence[str]:
        """The secrets that may have signed this delivery."""


class Http(Protocol):
    """The one way out: sends a request, acts on the outcome."""

    def send(self, request: Request) -> Response:
        """The response of an OK or MISSING outcome. Raises: TransientError, PermanentError."""


class Connector(Protocol):
    """A platform as the runtime sees it, for one connection."""

    base_url: str
    buckets: Mapping[str, Bucket]
    # What it logs in with: a token is good for the same. Logins are counted by the first.
    credentials: Sequence[str]
    logins_an_hour: int | None

    def login(self, http: Http) -> Tokens:
        """Ask for an access token. Sends one request with `auth=False`; stores nothing."""

    def sign(self, request: Request, tokens: Tokens) -> Mapping[str, str]:
        """The headers that authenticate and address `request`."""

    def probe(self, http: Http) -> Health:
        """One cheap call that proves the credentials."""

    def locations(self, http: Http) -> Listing:
        """Every till site that is named in the settings or listed by the platform.

        One left out is taken for gone. Raises: PermanentError when none can be read.
        """

    def changes(
        self, http: Http, stream: str, location: str, cursor: Cursor | None, now: datetime
    ) -> Iterator[Page]:
        """Pages of what changed since `cursor`; `now` is the server's time.

        `cursor` is what an earlier page's `next` was. Each page can be resumed from after a kill.
        """

    def windows(
        self, stream: str, location: str, period: Period, now: datetime
    ) -> Sequence[Window]:
        """Slices that hold every record of `period`, however late it was changed.

        Each is no longer than the vendor allows, oldest first; they may hold more than asked.
        """

    def history(self, http: Http, window: Window, resume: Cursor | None) -> Iterator[Page]:
        """Pages of one window; the last is `done`."""

    def fetch(self, http: Http, stream: str, location: str, ids: Sequence[str]) -> Iterator[Record]:
        """Records by identity; an id the vendor says is gone yields nothing."""

    def bundle(
        self, http: Http, stream: str, location: str, ids: Sequence[str]
    ) -> Iterator[tuple[str, Sequence[Record]]]:
        """For each id, everything an invoice of it needs, freshly read."""

    def read(self, record: Record) -> Noun:
        """A record in our words. Raises SkippedRecord with the reason when it can't be."""

    def classify(self, request: Request, response: Response | Exception) -> Outcome:
        """What a response or a failed call means; the only place that knows the vendor's errors."""

    def readings(self, response: Response) -> Mapping[str, tuple[int, datetime]]:
        """Per bucket: calls left and when the slice resets, as the vendor's headers say."""
