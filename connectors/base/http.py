"""The one outbound HTTP client: takes the budget, signs, calls and acts on the outcome.

It renews a refused token once and waits for a full bucket briefly; every other repeat belongs to
the task that called.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from config import clock
from config.errors import Fault
from connectors.base.budget import Budget, Limit
from connectors.base.contract import Connector, Do, Outcome, Request, Response, Tokens
from connectors.base.errors import LimitedError, fault
from connectors.base.exchange import Exchange, stamped
from connectors.base.server_clock import ServerClock, last_known, remember
from connectors.base.tokens import TokenStore, is_due

_log = logging.getLogger(__name__)

# How long a bucket stays shut when the platform says that it is full, but not for how long.
_UNKNOWN_WAIT_S = 30.0


class Client:
    """Sends the requests of one connection; one thread uses it at a time.

    `patience_s` is the longest that one `send` waits in all, through `wait`, for its budget. Calls
    that must be spaced wait for their turn besides, unless it is `hurried`: then whoever calls has
    other work to do meanwhile.
    """

    def __init__(
        self,
        connector: Connector,
        *,
        tokens: TokenStore,
        budget: Budget,
        connection_key: str,
        patience_s: float = 2.0,
        hurried: bool = False,
        wait: Callable[[float], None] | None = None,
    ) -> None:
        self._connector = connector
        self._tokens = tokens
        self._budget = budget
        self._key = connection_key
        self._patience_s = 0.0 if hurried else patience_s
        self._hurried = hurried
        self._wait = time.sleep if wait is None else wait
        self._clock = ServerClock()
        self._exchange = Exchange(connector.base_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up the kept connections."""
        self._exchange.close()

    def server_now(self) -> datetime:
        """The present instant by the platform's clock, as far as its replies tell."""
        return self._clock.now()

    def send(self, request: Request) -> Response:
        """The response of an OK or MISSING outcome.

        Raises: TransientError, WindowExpiredError, PermanentError, AccessRefusedError.
        """
        patience = _Patience(self._patience_s + self._courtesy_s(request), self._wait)
        tokens = self._token() if request.auth else None
        response, outcome = self._call(request, tokens, patience)
        if outcome.do is Do.REFRESH and tokens is not None:
            tokens = self._tokens.refreshed(tokens, self._login, self._measured_now())
            response, outcome = self._call(request, tokens, patience)
        if response is not None and outcome.do in (Do.OK, Do.MISSING):
            return response
        raise _told(request, outcome)

    def _courtesy_s(self, request: Request) -> float:
        """The space that such calls keep between them: it is part of the call, not a shortage."""
        if self._hurried:
            return 0.0
        buckets = (self._connector.buckets[name] for name in request.buckets)
        return sum(bucket.window.total_seconds() for bucket in buckets if bucket.spaced)

    def _token(self) -> Tokens:
        tokens, now = self._tokens.current(), self._measured_now()
        if tokens is None or (now is not None and is_due(tokens, now)):
            return self._tokens.refreshed(tokens, self._login, now)
        return tokens

    def _measured_now(self) -> datetime | None:
        """By the platform's clock, once a reply has told it.

        Until then a token is used as it is: one that has ended is refused, and then renewed. Ours
        may be an hour ahead, and would have every client log in anew in each token's last hour.
        """
        return self.server_now() if self._clock.measured else None

    def _login(self) -> Tokens:
        return self._connector.login(self)

    def _call(
        self, request: Request, tokens: Tokens | None, patience: "_Patience"
    ) -> tuple[Response | None, Outcome]:
        """One call, and one more when the platform's own wait fits into our patience."""
        self._take(request, patience)
        response, outcome = self._attempt(request, tokens)
        if outcome.do is not Do.WAIT:
            return response, outcome
        wait_s = _UNKNOWN_WAIT_S if outcome.wait_s is None else outcome.wait_s
        self._block(request, outcome.bucket, wait_s)
        if not patience.covers(wait_s):
            return response, replace(outcome, wait_s=wait_s)
        patience.spend(wait_s)
        self._take(request, patience)
        return self._attempt(request, tokens)

    def _attempt(self, request: Request, tokens: Tokens | None) -> tuple[Response | None, Outcome]:
        base_url = (tokens and tokens.base_url) or self._connector.base_url
        headers = self._connector.sign(request, tokens) if tokens else {}
        sent = clock.now()
        try:
            response = self._exchange.call(base_url.rstrip("/"), request, headers)
        except (TimeoutError, ConnectionError) as cut:
            return None, self._connector.classify(request, cut)
        self._learn(request, response, sent)
        return response, self._connector.classify(request, response)

    def _learn(self, request: Request, response: Response, sent: datetime) -> None:
        if (at := stamped(response.headers)) is not None:
            self._clock.measure(sent=sent, received=clock.now(), stamped=at)
            remember(self._connector.base_url, self._clock.offset)
        for name, (remaining, resets_at) in self._connector.readings(response).items():
            if name in request.buckets:
                self._budget.observe(self._limit(name, request), remaining, resets_at)

    def _take(self, request: Request, patience: "_Patience") -> None:
        limits = [self._limit(name, request) for name in request.buckets]
        while wait_s := self._budget.take(limits, self._sliced_by(), clock.now()):
            if not patience.covers(wait_s):
                raise LimitedError(
                    "budget.used_up",
                    "The calls that the platform allows are used up for the moment.",
                    next_step="Nothing to do: reading goes on by itself.",
                    retry_after_s=wait_s,
                )
            patience.spend(wait_s)

    def _sliced_by(self) -> datetime:
        """The platform's present, before our own first reply as others here know it.

        A call that counts in another slice than the platform's is all that comes of a mistake.
        """
        own = self._clock
        return own.now() if own.measured else clock.now() + last_known(self._connector.base_url)

    def _block(self, request: Request, bucket: str | None, wait_s: float) -> None:
        here = clock.now()
        for name in [bucket] if bucket else request.buckets:
            self._budget.block(self._limit(name, request), here + timedelta(seconds=wait_s), here)

    def _limit(self, name: str, request: Request) -> Limit:
        bucket = self._connector.buckets[name]
        if bucket.per == "host":
            return Limit(bucket, urlsplit(self._connector.base_url).hostname or "")
        owner = f"{self._key}:{request.location}" if bucket.per == "location" else self._key
        return Limit(bucket, owner)


class _Patience:
    """What is left of the time that one `send` may wait."""

    def __init__(self, left_s: float, wait: Callable[[float], None]) -> None:
        self._left_s = left_s
        self._wait = wait

    def covers(self, wait_s: float) -> bool:
        return wait_s <= self._left_s

    def spend(self, wait_s: float) -> None:
        self._left_s -= wait_s
        self._wait(wait_s)


def _told(request: Request, outcome: Outcome) -> Fault:
    """The error of a call that failed, noted in the log with the vendor's own id for it."""
    _log.warning(
        "%s %s: %s, vendor's request id %s",
        request.method,
        request.path,
        outcome.code,
        outcome.trace or "unknown",
    )
    return fault(outcome)
