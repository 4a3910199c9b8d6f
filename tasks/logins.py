"""Logs in no more often than a platform wants: its limit is on a client, whoever that serves."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from config import clock
from config.errors import TransientError
from connectors.base.contract import Connector, Tokens
from connectors.base.errors import LimitedError
from models import client_logins
from models.session import unit_of_work

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)
# How the codes end of what never got to the platform.
_NEVER_LEFT = (".unreachable", ".used_up")


class Logins:
    """The logins of one client at a platform: one at a time, `an_hour` of them at most."""

    def __init__(self, client: str, an_hour: int | None) -> None:
        self._client = client
        self._an_hour = an_hour

    @classmethod
    def of(cls, platform: str, made: Connector) -> "Logins":
        """Those of a connector's client."""
        client = client_logins.client_of(platform, made.base_url, made.credentials)
        return cls(client, made.logins_an_hour)

    def take_turn(self, session: Session) -> None:
        """Until the transaction ends, nobody else logs in."""
        # A login may take longer than a row is waited for elsewhere.
        session.execute(text("SET LOCAL lock_timeout = 30000"))
        client_logins.take_turn(session, self._client)

    def in_turn(self, login: Callable[[], Tokens]) -> Tokens:
        """Log in when nobody else does. Raises: as `spared`."""
        with unit_of_work() as session:
            self.take_turn(session)
            return self.spared(login)

    def spared(self, login: Callable[[], Tokens]) -> Tokens:
        """Log in, in the caller's turn. Raises: LimitedError beyond the limit.

        Each attempt is noted before it is made. One that never got to the platform counts for a
        minute, so that nobody hammers at a line that is down. Any other counts whole, answered or
        not: the platform counts it, too.
        """
        recent, now = self._recent(), clock.now()
        self._note([*recent, now])
        try:
            return login()
        except TransientError as fault:
            if fault.code.endswith(_NEVER_LEFT):
                self._note([*recent, now - _HOUR + _MINUTE])
            raise

    def _note(self, attempts: list[datetime]) -> None:
        """In a transaction of its own: a login that fails takes its caller's back."""
        with unit_of_work() as session:
            client_logins.note(session, self._client, attempts)

    def _recent(self) -> list[datetime]:
        """The attempts of the last hour. Raises: LimitedError when no other is allowed."""
        now = clock.now()
        with unit_of_work() as session:
            attempts = client_logins.attempts(session, self._client)
        recent = sorted(at for at in attempts if now - _HOUR < at <= now)
        if self._an_hour is None or len(recent) < self._an_hour:
            return recent
        raise _used_up(self._an_hour, recent[-self._an_hour] + _HOUR, now)


def _used_up(an_hour: int, again_at: datetime, now: datetime) -> LimitedError:
    return LimitedError(
        "logins.used_up",
        f"The platform allows {an_hour} logins an hour, and these were made. The next one is"
        # The minute that has begun by then.
        f" possible at {again_at + _MINUTE:%H:%M} UTC.",
        next_step="Nothing to do: it is made by itself then. If it lasts, check that the platform"
        " doesn't refuse or revoke the tokens that it gives out.",
        retry_after_s=(again_at - now).total_seconds(),
    )
