"""What this process stands on: the database, its tables, the broker, and the beat."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import kombu
import redis
from sqlalchemy.exc import SQLAlchemyError

from config.errors import TransientError
from config.logging import logger
from config.settings import settings
from documents import figures
from models import migrations, vital_signs
from models.session import takes_changes, unit_of_work

log = logger(__name__)

# A probe waits no longer than this for the broker.
_BROKER_S = 0.5
_LATE = "late"
_READ_ONLY = "read only: it takes no changes, so deliveries are not stored"


@dataclass(frozen=True)
class Readiness:
    """One word on each part. Without the broker deliveries are still taken in, so that is ready."""

    database: str
    migrations: str
    broker: str
    beat: str
    beat_heard_at: datetime | None = None

    @property
    def ready(self) -> bool:
        """Whether deliveries can be stored."""
        return self.database == "reachable" and self.migrations == "current"

    def as_json(self) -> dict[str, Any]:
        """For the answer."""
        status = "ready" if self.ready else "not ready"
        if self.ready and self.broker != "reachable":
            status = "degraded: deliveries are stored and handled once the broker is back"
        elif self.ready and self.beat == _LATE:
            status = "degraded: deliveries are stored, but no worker has heard beat for a minute"
        heard = self.beat_heard_at
        return {
            "status": status,
            "database": self.database,
            "migrations": self.migrations,
            "broker": self.broker,
            "beat": self.beat,
            "beat_heard_at": figures.instant(heard) if heard else None,
        }


def check(now: datetime) -> Readiness:
    """Look at each part once."""
    broker = "reachable" if _broker_answers() else "unreachable"
    try:
        behind = migrations.current() != _head()
        if behind:
            return Readiness("reachable", "behind: run 'taxpoynt migrate'", broker, "unknown")
        with unit_of_work() as session:
            heard = vital_signs.beat_heard_at(session)
            only_reads = not takes_changes(session)
    except (TransientError, SQLAlchemyError) as error:
        log.warning("database not ready", error=type(error).__name__)
        return Readiness("unreachable", "unknown", broker, "unknown")
    database = _READ_ONLY if only_reads else "reachable"
    return Readiness(database, "current", broker, _beat(heard, now), heard)


def _beat(heard: datetime | None, now: datetime) -> str:
    if heard is None:
        return "never heard"
    return _LATE if vital_signs.is_silent(heard, now) else "heard"


@cache
def _head() -> str:
    return migrations.head()


def _broker_answers() -> bool:
    url = settings().broker_url
    if url is None:
        return False
    try:
        if url.startswith("redis"):
            _ping_redis(url)
        else:
            with kombu.Connection(url, connect_timeout=_BROKER_S) as found:
                # `connect` would try again two seconds later.
                found.ensure_connection(max_retries=0)
    except Exception:  # noqa: BLE001 - each transport raises errors of its own; all mean no
        return False
    return True


def _ping_redis(url: str) -> None:
    with redis.Redis.from_url(
        url, socket_timeout=_BROKER_S, socket_connect_timeout=_BROKER_S
    ) as found:
        found.ping()
