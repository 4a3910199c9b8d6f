"""A database whose every call can be cut off."""

import pytest

from tests.faults import points


@pytest.fixture(scope="module")
def watched(database: str) -> str:
    """The database of a module; each statement and commit of this process is a point."""
    points.watch_engine()
    return database
