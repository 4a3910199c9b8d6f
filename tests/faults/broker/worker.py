"""`taxpoynt worker`, whose patience a test may shorten by a JSON map in its environment."""

import json
import os
import sys
from typing import Any

from celery.signals import worker_init

from cli import main
from tasks import app

_GIVEN: dict[str, Any] = json.loads(os.environ.pop("BROKER_TEST_SETTINGS", "{}"))


# After the worker has looked at what it stands on, which the real settings are.
@worker_init.connect
def _shorten(**_: Any) -> None:
    app.conf.broker_transport_options.update(_GIVEN)


if __name__ == "__main__":
    main.run(["worker", *sys.argv[1:]])
