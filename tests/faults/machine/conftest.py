"""The ground that the machine runs on."""

from collections.abc import Iterator

import psycopg2
import pytest
import structlog

from connectors.toast import pages
from tasks import reach
from tests.faults import points
from tests.faults.machine import world


@pytest.fixture(scope="module")
def ground(database: str) -> Iterator[None]:
    """A database whose every call is a point, and tills in memory in place of HTTP."""
    plain = psycopg2.connect(database.replace("+psycopg2", ""))
    with plain, plain.cursor() as cursor:
        # No crash here is the server's: what it says is committed stays so all the same.
        cursor.execute(f"ALTER DATABASE {plain.info.dbname} SET synchronous_commit = off")
    plain.close()
    points.watch_engine()
    with pytest.MonkeyPatch.context() as patched:
        # Several pages even of five orders.
        patched.setattr(pages, "PAGE_SIZE", 2)
        # A line a step costs more than the step.
        patched.setattr(structlog.stdlib.BoundLogger, "info", lambda *_, **__: None)
        patched.setattr(reach, "client", lambda made, tokens, key, **_: world.till_of(key))
        yield
