"""`taxpoynt worker`, whose patience a test may shorten by a JSON map in its environment."""

import json
import os
import resource
import sys
from typing import Any

import psutil
from celery.signals import worker_init, worker_process_init

from cli import main
from tasks import app

_GIVEN: dict[str, Any] = json.loads(os.environ.pop("BROKER_TEST_SETTINGS", "{}"))

_MAY_GROW = int(os.environ.pop("BROKER_TEST_MAY_GROW", "0"))


# After the worker has looked at what it stands on, which the real settings are.
@worker_init.connect
def _shorten(**_: Any) -> None:
    app.conf.broker_transport_options.update(_GIVEN)


@worker_process_init.connect
def _limit(**_: Any) -> None:
    """A child that may grow by so many bytes, and gets no more from the system."""
    if _MAY_GROW:
        now = psutil.Process().memory_info().vms
        resource.setrlimit(resource.RLIMIT_AS, (now + _MAY_GROW, now + _MAY_GROW))


if __name__ == "__main__":
    main.run(["worker", *sys.argv[1:]])
