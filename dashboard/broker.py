"""How the broker is, for Home and the metrics: looked at beside the request, never within a page.

A broker whose memory is full, or that was set to throw work away while workers ran, loses signals;
what is stored is swept up all the same, but somebody should know.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import redis

from config import clock
from config.logging import logger
from config.settings import settings
from tasks import dead, preflight
from tasks.preflight import Finding, Level

log = logger(__name__)

_ANSWER_S = 0.5
_KEPT_S = 5.0


@dataclass(frozen=True)
class Reading:
    """What one look found. Shares are of one; None where the broker sets no limit or isn't Redis.

    `set_aside`: dead messages that aren't rows yet. `faults`: what somebody should do.
    """

    up: bool | None = None
    memory_share: float | None = None
    evicts: bool | None = None
    set_aside: int = 0
    faults: Sequence[Finding] = ()


def look() -> Reading:
    """Ask it now; half a second at most for each answer."""
    url = settings().broker_url or ""
    if not url.startswith("redis"):
        return Reading()
    try:
        with redis.Redis.from_url(
            url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S
        ) as asked:
            info = asked.info("memory")
            waiting = asked.llen(dead.LIST)
    except redis.RedisError as error:
        log.debug("broker not looked at", error=type(error).__name__)
        return Reading(up=False)
    found = list(preflight.of_memory_and_eviction(info))
    return Reading(
        up=True,
        memory_share=preflight.memory_share(info),
        evicts=info.get("maxmemory_policy") != "noeviction",
        set_aside=int(waiting),
        faults=[each for each in found if each.level is not Level.OK],
    )


class Watch:
    """The last reading; an old one is renewed by a thread, so that nobody waits for a broker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = Reading()
        self._looked_at = float("-inf")

    def last(self) -> Reading:
        """What was found a few seconds ago; nothing at all the first time."""
        with self._lock:
            stale = clock.monotonic() - self._looked_at >= _KEPT_S
            if stale:
                self._looked_at = clock.monotonic()
        if stale:
            threading.Thread(target=self._renew, name="broker watch", daemon=True).start()
        return self._last

    def _renew(self) -> None:
        self._last = look()


watch = Watch()
