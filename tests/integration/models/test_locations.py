"""Where records belong: what a batch of a few looks at of a chain's many locations."""

import pytest

from models.locations import locations_of
from models.session import unit_of_work
from tests.factories import connected

pytestmark = pytest.mark.usefixtures("database")


def test_a_batch_reads_the_locations_that_it_names_and_no_others() -> None:
    connection = connected(places=["one", "two", "three"])
    connected(places=["two"])
    with unit_of_work() as session:
        # One that no column takes is nobody's.
        found = locations_of(session, connection, {"two", "nowhere", "one\0"})
    assert [(name, row.connection_id) for name, row in found.items()] == [("two", connection.id)]
