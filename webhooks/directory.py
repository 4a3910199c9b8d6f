"""Who lives behind a webhook address, remembered for a moment so that a flood costs no queries."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from config import clock
from connectors import platforms
from connectors.base.contract import Webhook
from models import connections, deadline
from models.session import away, unit_of_work

# A secret that was taken back is accepted nowhere this many seconds later.
_REMEMBERED_S = 5.0
# However many bad signatures come to an address, they cause no more than one look-up in so long.
_ANEW_S = 1.0
_MOST = 10_000


@dataclass(frozen=True)
class Address:
    """What the door needs to know of a connection."""

    organization_id: int
    connection_id: int
    platform: str
    webhook: Webhook
    settings: Mapping[str, Any]


class Directory:
    """Addresses by platform and key; `tick` gives seconds on a clock that never goes back."""

    def __init__(self, tick: Callable[[], float] = clock.monotonic) -> None:
        self._tick = tick
        self._known: dict[tuple[str, str], tuple[float, Address]] = {}
        self._anew: dict[tuple[str, str], float] = {}
        self._lock = Lock()
        self._asking = Lock()

    def find(self, platform: str, key: str) -> Address | None:
        """The connection at an address. Raises: DatabaseAwayError when it can't be looked up."""
        return self.remembered(platform, key) or self._ask(platform, key)

    def remembered(self, platform: str, key: str) -> Address | None:
        """The connection at an address if that is known without asking."""
        known = self._known.get((platform, key))
        fresh = known is not None and self._tick() - known[0] < _REMEMBERED_S
        return known[1] if known is not None and fresh else None

    def find_anew(self, platform: str, key: str) -> Address | None:
        """The connection as it is now, for a signature that fits nothing remembered.

        Raises: DatabaseAwayError when it can't be looked up.
        """
        # One asks and the others wait for what it finds: a new secret's first deliveries come
        # together, and none of them may be refused.
        with self._alone():
            if self._tick() - self._anew.get((platform, key), float("-inf")) < _ANEW_S:
                return self.find(platform, key)
            found = self._ask(platform, key)
            self._anew[platform, key] = self._tick()
            return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._asking.acquire(timeout=deadline.left()):
            raise away()
        try:
            yield
        finally:
            self._asking.release()

    def _ask(self, platform: str, key: str) -> Address | None:
        found = _look_up(platform, key)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
                self._anew.clear()
            if found is None:
                self._known.pop((platform, key), None)
            else:
                self._known[platform, key] = (self._tick(), found)
        return found


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


@cache
def directory() -> Directory:
    """This process's directory."""
    return Directory()
