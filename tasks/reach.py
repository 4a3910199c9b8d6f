"""Reaches a platform on behalf of a stored connection."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any

import redis

from config import clock
from config.settings import settings
from connectors import platforms
from connectors.base.budget import Budget
from connectors.base.contract import Connector, Tokens
from connectors.base.http import Client
from connectors.base.tokens import TokenStore, is_due
from models import Connection, connections
from models.session import unit_of_work
from tasks.logins import Logins

# What else a token holds (account, address, scopes) is no secret, and logs speak of it.
_SECRET_MEMBERS = frozenset({"access", "refresh"})
_MOMENT_S = 5.0


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
    tokens = StoredTokens(connection, Logins.of(connection.platform, made))
    with client(made, tokens, connection.key, hurried=hurried) as http:
        yield Line(made, http)


def client(made: Connector, tokens: TokenStore, key: str, *, hurried: bool = False) -> Client:
    """The outbound client of a connector, on the budget that all workers share."""
    budget = Budget(_redis())
    return Client(made, tokens=tokens, budget=budget, connection_key=key, hurried=hurried)


class StoredTokens:
    """A connection's token in its row: sealed, renewed by one process at a time.

    What a login with credentials gives that were replaced meanwhile is not kept.
    """

    def __init__(self, connection: Connection, logins: Logins) -> None:
        self._id = connection.id
        self._logins = logins
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
                kept = opened(session.get_one(Connection, self._id).tokens)
            self._read = now, kept
        return kept

    def refreshed(
        self, stale: Tokens | None, login: Callable[[], Tokens], now: datetime | None = None
    ) -> Tokens:
        """A token other than `stale`: another process's newer one, or else what `login` gives."""
        self._read = float("-inf"), None
        with unit_of_work() as session:
            self._logins.take_turn(session)
            row = session.get_one(Connection, self._id)
            kept = opened(row.tokens)
            due = kept is not None and now is not None and is_due(kept, now)
            if kept is not None and kept != stale and not due:
                return kept
            fresh = self._logins.spared(login)
            session.refresh(row, with_for_update={"key_share": True})
            if row.secrets == self._sealed:
                row.tokens = connections.seal(plain(fresh))
                row.account = fresh.account or row.account
            return fresh


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


def opened(sealed: bytes | None) -> Tokens | None:
    """A token that was sealed. Raises: PermanentError when none of our keys opens it."""
    if sealed is None:
        return None
    plain = connections.unseal(sealed, secret=_SECRET_MEMBERS)
    at = plain["expires_at"]
    expires_at = datetime.fromisoformat(at) if at else None
    return Tokens(**{**plain, "expires_at": expires_at, "scopes": frozenset(plain["scopes"])})
