"""What a platform declares about itself: frozen facts, read by runtime, docs and tests alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marshmallow import Schema

    from connectors.base.contract import Connector, Webhook


class Deletes(Enum):
    """How a platform tells that a record is gone."""

    IN_FEED = "in_feed"
    SEPARATE = "separate"
    NEVER = "never"


@dataclass(frozen=True)
class Source:
    """Where a fact comes from: the vendor's page and the date it was read (ISO)."""

    title: str
    url: str
    read_on: str


@dataclass(frozen=True)
class Stream:
    """One kind of record: how it is keyed, ordered and read.

    `overlap` + `hold_back` must cover the vendor's worst lateness. `first_reach` is how far back
    the first delta goes when nothing was read yet. `every` is how often the delta runs. `sales`
    says that its records are sales, so that its watermark says how far the books are complete.
    `listed` is one of which only the present state can be read: it has no history.
    """

    name: str
    version_of: str
    key: str = "id"
    overlap: timedelta = timedelta()
    hold_back: timedelta = timedelta()
    max_window: timedelta | None = None
    first_reach: timedelta = timedelta(days=1)
    retention: timedelta | None = None
    every: timedelta = timedelta(minutes=1)
    deletes: Deletes = Deletes.NEVER
    per_location: bool = False
    page_size: int = 100
    sales: bool = False
    listed: bool = False


@dataclass(frozen=True)
class Bucket:
    """One rate limit: `capacity` calls per `window`, in fixed slices of the vendor's clock.

    `per` names what shares it: `connection`, `location` or `host`. `share` is the part we use.
    A `spaced` one also keeps a whole `window` between any two calls.
    """

    name: str
    per: str
    capacity: int
    window: timedelta
    share: float = 1.0
    spaced: bool = False


@dataclass(frozen=True)
class Platform:
    """The visiting card of a platform: data only, read by runtime, docs and tests alike.

    `settings` validates what `taxpoynt connect` is given; fields named in `secret_settings` are
    encrypted at rest. `connect` makes a connector from the loaded settings (secrets included).
    """

    name: str
    title: str
    kind: str
    api_version: str
    streams: Mapping[str, Stream]
    buckets: Mapping[str, Bucket]
    settings: type[Schema]
    secret_settings: frozenset[str]
    connect: Callable[[Mapping[str, Any]], Connector]
    webhook: Webhook | None
    sources: Sequence[Source] = ()
