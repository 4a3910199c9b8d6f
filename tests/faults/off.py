"""`taxpoynt beat` on a host whose clock is off by as many seconds as the first argument says.

Told so by `SIGUSR1`, its clock jumps back an hour, as often as it is told.
"""

import sys
from datetime import UTC, datetime, timedelta
from signal import SIGUSR1, signal
from typing import Any

from celery import Celery

from cli import main
from config import clock

_HOUR = timedelta(hours=1)
_off = timedelta(seconds=float(sys.argv[1]))


def _now(*_: Any) -> datetime:
    return datetime.now(UTC) + _off  # noqa: TID251 - the clock that is off


def _jump(*_: Any) -> None:
    global _off
    _off -= _HOUR


if __name__ == "__main__":
    # All that rings are timed by, and what they say of time, comes from one of these.
    Celery.now = _now  # type: ignore[method-assign]
    clock._source = _now
    signal(SIGUSR1, _jump)
    main.run(["beat"])
