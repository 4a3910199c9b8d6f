"""Who lives behind a webhook address, remembered for a moment so that a flood costs no queries."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock, Semaphore
from typing import Any

from config import clock
from config.errors import TransientError
from connectors import platforms
from connectors.base.contract import Webhook
from models import connections, deadline
from models.session import away, unit_of_work

# A secret that was taken back is accepted nowhere this many seconds later.
_REMEMBERED_S = 5.0
# However many bad signatures come to an address, they cause no more than one look-up in so long,
_ANEW_S = 1.0
# but for a few in a row after a quiet time.
_AT_ONCE = 8
# So many may wait for the next look-up, each holding a thread of the door's.
_WAITING = 4
_MOST = 10_000


@dataclass(frozen=True)
class Address:
    """What the door needs to know of a connection."""

    organization_id: int
    connection_id: int
    platform: str
    webhook: Webhook
    settings: Mapping[str, Any]


class UnjudgedError(TransientError):
    """Whether a delivery is authentic can't be told at this moment."""


class Directory:
    """Addresses by platform and key; `tick` gives seconds on a clock that never goes back."""

    def __init__(
        self,
        tick: Callable[[], float] = clock.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._tick = tick
        # Few threads of the door's own at a time; no other delivery waits behind them.
        self._wait = wait or Event().wait
        # What was found, and when that was asked for.
        self._known: dict[tuple[str, str], tuple[float, Address]] = {}
        self._anew: dict[tuple[str, str], tuple[float, Address | None]] = {}
        # When the next look-up anew would be due, were there none in a row.
        self._due: dict[tuple[str, str], float] = {}
        self._lock = Lock()
        self._asking = Lock()
        self._places = Semaphore(_WAITING)

    def find(self, platform: str, key: str) -> Address | None:
        """The connection at an address. Raises: DatabaseAwayError when it can't be looked up."""
        return self.remembered(platform, key) or self._ask(platform, key)[1]

    def remembered(self, platform: str, key: str) -> Address | None:
        """The connection at an address if that is known without asking."""
        known = self._known.get((platform, key))
        fresh = known is not None and self._tick() - known[0] < _REMEMBERED_S
        return known[1] if known is not None and fresh else None

    def knew(self, platform: str, key: str) -> bool:
        """Whether a connection was found at an address before, however long ago."""
        return (platform, key) in self._known

    def find_anew(self, platform: str, key: str) -> Address | None:
        """The connection as it is now, for a signature that fits nothing remembered.

        Never what was asked for before this call: a secret may have been stored since. Raises:
        DatabaseAwayError when it can't be looked up, UnjudgedError when too many ask for that.
        """
        came = self._tick()
        wait_s, found = self._newer(platform, key, came)
        if wait_s and wait_s <= deadline.left() and self._places.acquire(blocking=False):
            try:
                self._wait(wait_s)
                wait_s, found = self._newer(platform, key, came)
            finally:
                self._places.release()
        if wait_s:
            raise _unjudged()
        return found

    def _newer(self, platform: str, key: str, came: float) -> tuple[float, Address | None]:
        """What was looked up since; or, where it isn't yet, how long until it may be."""
        name = platform, key
        # One asks and the others wait for what it finds: a new secret's first deliveries come
        # together, and none of them may be refused.
        with self._alone():
            asked_at, found = self._anew.get(name, (float("-inf"), None))
            if asked_at >= came:
                return 0.0, found
            now = self._tick()
            due = self._due.get(name, now)
            if (wait_s := due - now - _ANEW_S * (_AT_ONCE - 1)) > 0:
                return wait_s, None
            self._due[name] = max(due, now) + _ANEW_S
            self._anew[name] = asked = self._ask(platform, key)
            return 0.0, asked[1]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._asking.acquire(timeout=deadline.left()):
            raise away()
        try:
            yield
        finally:
            self._asking.release()

    def _ask(self, platform: str, key: str) -> tuple[float, Address | None]:
        """When it was asked for, and what was found."""
        name, began = (platform, key), self._tick()
        found = _look_up(platform, key)
        with self._lock:
            if len(self._known) >= _MOST:
                for kept in (self._known, self._anew, self._due):
                    kept.clear()
            known = self._known.get(name)
            # Whoever asked later may have been answered sooner.
            if known is None or known[0] <= began:
                if found is None:
                    self._known.pop(name, None)
                else:
                    self._known[name] = began, found
        return began, found


def _look_up(platform: str, key: str) -> Address | None:
    card = platforms().get(platform)
    # Keys of ours are plain; the database refuses to be asked for a NUL.
    if card is None or card.webhook is None or not (key.isascii() and key.isprintable()):
        return None
    with unit_of_work() as session:
        row = connections.by_key(session, platform, key)
        if row is None:
            return None
        settings = connections.full_settings(row)
        return Address(row.organization_id, row.id, platform, card.webhook, settings)


def _unjudged() -> UnjudgedError:
    return UnjudgedError(
        "webhook.unjudged",
        "Too many deliveries with bad signatures come to this address to look at each.",
        next_step="Nothing to do: the platform sends it again.",
        retry_after_s=1,
    )


@cache
def directory() -> Directory:
    """This process's directory."""
    return Directory()
