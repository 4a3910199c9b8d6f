"""Where a connection's access token is kept, and who renews it: one caller at a time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from connectors.base.contract import Tokens

# Renewed this long before it ends: longer than any one call takes (10 s to read), and within the
# last minute, the only time some platforms hand out another one.
RENEW_BEFORE = timedelta(seconds=45)


def is_due(tokens: Tokens, now: datetime) -> bool:
    """Whether a token should be renewed before it is used once more."""
    return tokens.expires_at is not None and now >= tokens.expires_at - RENEW_BEFORE


class TokenStore(Protocol):
    """Keeps the token of one connection."""

    def current(self) -> Tokens | None:
        """The token in use; None before the first login."""

    def refreshed(
        self, stale: Tokens | None, login: Callable[[], Tokens], now: datetime | None = None
    ) -> Tokens:
        """A token other than `stale`: another caller's newer one, or else what `login` gives.

        A newer one that is due `now`, by the platform's clock, is renewed, too.

        Single flight: while one caller logs in, the others wait and take its token. The new token
        is kept before anyone uses it.
        """


class MemoryTokens:
    """Tokens of this process alone: for tests, and for credentials not stored yet."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = Lock()

    def current(self) -> Tokens | None:
        """The token in use; None before the first login."""
        return self._tokens

    def refreshed(
        self, stale: Tokens | None, login: Callable[[], Tokens], _now: datetime | None = None
    ) -> Tokens:
        """A token other than `stale`, from one login at a time."""
        with self._lock:
            if self._tokens is None or self._tokens == stale:
                self._tokens = login()
            return self._tokens
