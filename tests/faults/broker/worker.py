"""`taxpoynt worker`, whose patience a test may shorten by a JSON map in its environment."""

import json
import os
import sys

from cli import main
from tasks import app

if __name__ == "__main__":
    given = json.loads(os.environ.pop("BROKER_TEST_SETTINGS", "{}"))
    app.conf.broker_transport_options.update(given.pop("broker_transport_options", {}))
    app.conf.update(given)
    main.run(["worker", *sys.argv[1:]])
