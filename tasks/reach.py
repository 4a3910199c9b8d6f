"""Reaches a platform on behalf of a stored connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import redis
from sqlalchemy import text

from config import clock
from config.errors import TransientError
from config.settings import settings
from connectors import platforms
from connectors.base.budget import Budget
from connectors.base.contract import Connector, Tokens
from connectors.base.errors import LimitedError
from connectors.base.http import Client
from connectors.base.tokens import TokenStore, is_due
from models import Connection, connections
from models.session import unit_of_work

# What else a token holds (account, address, scopes) is no secret, and logs speak of it.
_SECRET_MEMBERS = frozenset({"access", "refresh"})
# A lock class of its own, so that a connection's id can't meet another use of advisory locks.
_LOGIN_LOCK = 7_203_116
_MOMENT_S = 5.0
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
# How the codes end of what never got to the platform.
_NEVER_LEFT = (".unreachable", ".used_up")


@dataclass(frozen=True)
class Line:
    """An open line to a platform: its connector and the client that speaks for it."""

    connector: Connector
    http: Client


def connector(connection: Connection) -> Connector:
    """The connector of a stored connection."""
    return platforms()[connection.platform].connect(connections.full_settings(connection))


@contextmanager
def line(connection: Connection, *, hurried: bool = False) -> Iterator[Line]:
    """A line to the platform for as long as the body runs.

    A `hurried` one raises LimitedError where another waits a moment for its turn to call.
    """
    made = connector(connection)
    tokens = StoredTokens(connection, made.logins_an_hour)
    with client(made, tokens, connection.key, hurried=hurried) as http:
        yield Line(made, http)


def client(made: Connector, tokens: TokenStore, key: str, *, hurried: bool = False) -> Client:
    """The outbound client of a connector, on the budget that all workers share."""
    budget = Budget(_redis())
    return Client(made, tokens=tokens, budget=budget, connection_key=key, hurried=hurried)


class StoredTokens:
    """A connection's token in its row: sealed, renewed by one process at a time.

    What a login with credentials gives that were replaced meanwhile is not kept. Each attempt is
    noted before it is made: beyond `logins_an_hour` none is, by whomever.
    """

    def __init__(self, connection: Connection, logins_an_hour: int | None = None) -> None:
        self._id = connection.id
        self._logins_an_hour = logins_an_hour
        # Sealed anew whenever settings are stored, whether or not they differ.
        self._sealed = connection.secrets
        self._read: tuple[float, Tokens | None] = float("-inf"), None

    def current(self) -> Tokens | None:
        """The stored token, as it was a moment ago at most: a reader asks for it at each page.

        One that was replaced meanwhile is refused at worst, and then renewed.
        """
        read_at, kept = self._read
        now = clock.monotonic()
        if kept is None or now - read_at > _MOMENT_S:
            with unit_of_work() as session:
                kept = _opened(session.get_one(Connection, self._id).tokens)
            self._read = now, kept
        return kept

    def refreshed(
        self, stale: Tokens | None, login: Callable[[], Tokens], now: datetime | None = None
    ) -> Tokens:
        """A token other than `stale`: another process's newer one, or else what `login` gives."""
        self._read = float("-inf"), None
        with unit_of_work() as session:
            # A login may take longer than a row is waited for elsewhere.
            session.execute(text("SET LOCAL lock_timeout = 30000"))
            session.execute(
                text("SELECT pg_advisory_xact_lock(:kind, :id)"),
                {"kind": _LOGIN_LOCK, "id": self._id},
            )
            row = session.get_one(Connection, self._id)
            kept = _opened(row.tokens)
            due = kept is not None and now is not None and is_due(kept, now)
            if kept is not None and kept != stale and not due:
                return kept
            fresh = self._spared(login)
            session.refresh(row, with_for_update={"key_share": True})
            if row.secrets == self._sealed:
                row.tokens = connections.seal(plain(fresh))
                row.account = fresh.account or row.account
            return fresh

    def _spared(self, login: Callable[[], Tokens]) -> Tokens:
        """Log in, and note the attempt before. Raises: LimitedError beyond the limit.

        One that never got to the platform counts for a minute, so that nobody hammers at a line
        that is down. Any other counts whole, answered or not: the platform counts it, too.
        """
        recent, now = self._recent(), clock.now()
        self._note([*recent, now])
        try:
            return login()
        except TransientError as fault:
            if fault.code.endswith(_NEVER_LEFT):
                self._note([*recent, now - _HOUR + _MINUTE])
            raise

    def _note(self, logins: list[datetime]) -> None:
        """In a transaction of its own: a login that fails takes its caller's back."""
        with unit_of_work() as session:
            connections.note_login(session, self._id, logins)

    def _recent(self) -> list[datetime]:
        """The attempts of the last hour. Raises: LimitedError when no other is allowed."""
        now = clock.now()
        with unit_of_work() as session:
            row = session.get_one(Connection, self._id)
        recent = sorted(at for at in row.logins or () if now - _HOUR < at <= now)
        if self._logins_an_hour is None or len(recent) < self._logins_an_hour:
            return recent
        raise LimitedError(
            "logins.used_up",
            f"The platform allows {self._logins_an_hour} logins an hour, and these were made.",
            next_step="Nothing to do: the next one is made in time. If it lasts, check that the"
            " platform doesn't refuse or revoke the tokens that it gives out.",
            retry_after_s=(recent[-self._logins_an_hour] + _HOUR - now).total_seconds(),
        )


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings().redis(), socket_timeout=2, socket_connect_timeout=2)


def plain(tokens: Tokens) -> dict[str, Any]:
    """A token as a map fit for sealing."""
    at = tokens.expires_at
    return {
        **asdict(tokens),
        "expires_at": at.isoformat() if at else None,
        "scopes": sorted(tokens.scopes),
    }


def _opened(sealed: bytes | None) -> Tokens | None:
    if sealed is None:
        return None
    plain = connections.unseal(sealed, secret=_SECRET_MEMBERS)
    at = plain["expires_at"]
    expires_at = datetime.fromisoformat(at) if at else None
    return Tokens(**{**plain, "expires_at": expires_at, "scopes": frozenset(plain["scopes"])})
