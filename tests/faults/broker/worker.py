"""`taxpoynt worker`, shorter of patience or of memory where a test says so in its environment."""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from celery.signals import worker_init, worker_process_init
from sqlalchemy import Engine

from cli import main
from models import session
from tasks import app

# A JSON map of how it is to speak to the broker.
_GIVEN: dict[str, Any] = json.loads(os.environ.pop("BROKER_TEST_SETTINGS", "{}"))
# After how long the database ends a transaction of its that does nothing: two minutes otherwise.
_IDLE_MS = int(os.environ.pop("BROKER_TEST_IDLE_MS", "0"))
# How many bytes each child may take beyond those that it begins with.
_ROOM = int(os.environ.pop("BROKER_TEST_ROOM", "0"))


# After the worker has looked at what it stands on, which the real settings are.
@worker_init.connect
def _shorten(**_: Any) -> None:
    app.conf.broker_transport_options.update(_GIVEN)


@worker_process_init.connect
def _confine(**_: Any) -> None:
    if _ROOM:
        most = _data() + _ROOM
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _engine(options: str, **pool: Any) -> Engine:
    return _MADE(options.replace(f"{_IDLE}=120000", f"{_IDLE}={_IDLE_MS}"), **pool)


_MADE, _IDLE = session._engine, "idle_in_transaction_session_timeout"
if _IDLE_MS:
    session._engine = _engine


def _data() -> int:
    """Bytes that this process may write to: what the limit is counted in."""
    told = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in told if line.startswith("VmData"))


if __name__ == "__main__":
    main.run(["worker", *sys.argv[1:]])
