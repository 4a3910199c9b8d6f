"""What a worker stands on, and the four findings on which it refuses to run.

Each is a way in which Celery on Redis loses work without a word; `taxpoynt doctor` says the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from kombu.transport.redis import Channel
from redis import Redis
from redis.exceptions import RedisError

from config import clock
from config.settings import settings
from tasks import app

OLDEST_KOMBU = (5, 7)
# Redis and workers compare times to decide what is overdue.
CLOCK_TOLERANCE_S = 2.0
# Of the broker's memory: time enough to act, even in a storm.
FULL_SOON = 0.7


class Level(StrEnum):
    """How a finding weighs."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what it is about, how it is, and what to do."""

    subject: str
    level: Level
    sentence: str
    next_step: str = ""


def insist(found: Iterable[Finding]) -> None:
    """Refuse to run where work would be lost. Raises: SystemExit with the reasons."""
    if failed := failures(found):
        raise SystemExit("\n".join(f"{f.sentence} {f.next_step}".strip() for f in failed))


def failures(found: Iterable[Finding]) -> list[Finding]:
    """The findings on which a worker refuses to run."""
    return [each for each in found if each.level is Level.FAIL]


def findings() -> Iterator[Finding]:
    """Look at library, limits and broker; one that is away is looked at once it is there."""
    yield of_kombu(version("kombu"))
    if not (settings().broker_url or "").startswith("redis"):
        return
    options = app.conf.broker_transport_options
    returns_after_s = options.get("visibility_timeout", Channel.visibility_timeout)
    yield of_limits(app.conf.task_time_limit, returns_after_s)
    with suppress(RedisError):
        yield from of_broker()


def of_broker() -> Iterator[Finding]:
    """What another server at the same address may not share. Raises: RedisError."""
    if not (settings().broker_url or "").startswith("redis"):
        return
    with connected(settings().broker()) as redis:
        yield of_eviction(_policy(redis.info("memory")))
        yield of_clock("Redis", redis_clock_offset_s(redis))


def connected(url: str) -> Redis:
    """A client that gives up soon."""
    return Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, decode_responses=True)


def redis_clock_offset_s(redis: Redis) -> float:
    """How far this machine's clock is ahead of the server's, in seconds."""
    asked = clock.now().timestamp()
    seconds, microseconds = redis.time()
    theirs = seconds + microseconds / 1e6
    # However long the answer took: theirs was some moment between.
    return min(max(theirs, asked), clock.now().timestamp()) - theirs


def of_kombu(installed: str) -> Finding:
    """Older ones go deaf after the broker was away."""
    if tuple(int(part) for part in installed.split(".")[:2]) >= OLDEST_KOMBU:
        return Finding("kombu", Level.OK, f"kombu {installed} hears the broker again after a loss.")
    return Finding(
        "kombu",
        Level.FAIL,
        f"kombu {installed} goes deaf when the broker was away for a while.",
        "Install what requirements.lock names: 'make up' does.",
    )


def of_limits(time_limit_s: float, visibility_timeout_s: float) -> Finding:
    """A task that outlives its message starts a second time beside itself."""
    if time_limit_s < visibility_timeout_s:
        return Finding(
            "time limit",
            Level.OK,
            f"A task ends within {time_limit_s:g} s, its message returns after "
            f"{visibility_timeout_s:g} s.",
        )
    return Finding(
        "time limit",
        Level.FAIL,
        f"A task may take {time_limit_s:g} s but its message returns after "
        f"{visibility_timeout_s:g} s.",
        "Lower task_time_limit in celeryconfig.py below visibility_timeout.",
    )


def of_eviction(policy: str) -> Finding:
    """Any other policy drops accepted work without an error."""
    if policy == "noeviction":
        return Finding("eviction", Level.OK, "The broker never throws work away (noeviction).")
    return Finding(
        "eviction",
        Level.FAIL,
        f"The broker throws work away when its memory is full (maxmemory-policy is {policy}).",
        "Set maxmemory-policy noeviction in its configuration; don't share it with a cache.",
    )


def of_memory_and_eviction(info: Mapping[str, Any]) -> Iterator[Finding]:
    """What may change while workers run, from what the broker says of its memory."""
    yield of_eviction(_policy(info))
    yield of_memory(memory_share(info))


def memory_share(info: Mapping[str, Any]) -> float | None:
    """How full the broker is, 1 for full; None when it has no limit."""
    limit = int(info.get("maxmemory", 0))
    return int(info.get("used_memory", 0)) / limit if limit else None


def of_memory(share: float | None) -> Finding:
    """A full broker takes no signal: sweeps make them good, seconds later. It stops no worker."""
    if share is None:
        return Finding("broker memory", Level.OK, "The broker's memory has no limit of its own.")
    sentence = f"The broker's memory is {min(share, 1):.0%} full."
    if share < FULL_SOON:
        return Finding("broker memory", Level.OK, sentence)
    return Finding(
        "broker memory",
        Level.WARN,
        f"{sentence} When it is full, work waits for the sweeps.",
        "Raise maxmemory, or start more workers if queues are long; nothing stored is lost.",
    )


def _policy(info: Mapping[str, Any]) -> str:
    return str(info.get("maxmemory_policy", "unknown"))


def of_clock(server: str, offset_s: float) -> Finding:
    """Clocks apart start work twice, or late."""
    if abs(offset_s) <= CLOCK_TOLERANCE_S:
        return Finding("clock", Level.OK, f"This clock and {server}'s agree.")
    direction = "ahead of" if offset_s > 0 else "behind"
    return Finding(
        "clock",
        Level.FAIL,
        f"This machine's clock is {abs(offset_s):.1f} s {direction} {server}'s.",
        "Have both machines keep time with NTP.",
    )
