"""Who lives behind a webhook address, remembered for a moment so that a flood costs no queries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from config import clock
from connectors import platforms
from connectors.base.contract import Webhook
from models import connections
from models.session import unit_of_work

# A new secret is known everywhere this many seconds after it was stored.
_REMEMBERED_S = 5.0
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
        self._lock = Lock()

    def find(self, platform: str, key: str) -> Address | None:
        """The connection at an address. Raises: DatabaseAwayError when it can't be looked up."""
        remembered = self._known.get((platform, key))
        if remembered is not None and self._tick() - remembered[0] < _REMEMBERED_S:
            return remembered[1]
        found = _look_up(platform, key)
        with self._lock:
            if len(self._known) >= _MOST:
                self._known.clear()
            if found is not None:
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
