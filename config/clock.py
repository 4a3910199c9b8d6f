"""The only clock: every other file takes time as an argument or asks here."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _source() if _source else datetime.now(UTC)  # noqa: TID251 - the one place


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


@contextmanager
def frozen(instant: datetime) -> Iterator[Callable[[timedelta], None]]:
    """Hold this process's clock at `instant`; yields a function that moves it on."""
    global _source
    held = [instant]

    def advance(by: timedelta) -> None:
        held[0] += by

    before, _source = _source, lambda: held[0]
    try:
        yield advance
    finally:
        _source = before
