"""Orders that are new to the books are stored straight away; how, nobody can tell afterwards."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from connectors.base.contract import Record
from models import Connection
from models.locations import locations_of
from models.order_row import Arrival
from models.order_write import write_orders
from models.session import unit_of_work
from tasks import apply
from tasks.understanding import Understood
from tests.copying import copying
from tests.factories import arrival, at, connected, guest, store
from tests.integration.models.books import PARTS, fresh, full_order, row_of
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")

_OURS = ("id", "order_id", "external_id", "fingerprint", "first_seen_at", "applied_at", "vendor")


@pytest.fixture(scope="module")
def connection(database: str) -> Connection:
    return connected()


def _everything(connection: Connection, external_id: str) -> list[dict[str, Any]]:
    """An order and its parts without what differs from order to order."""
    row = row_of(connection, external_id)
    found = [row]
    with unit_of_work() as session:
        for table in PARTS:
            query = text(f"SELECT * FROM {table} WHERE order_id = :id ORDER BY position, id")
            found += map(dict, session.execute(query, {"id": row["id"]}).mappings())
    for one in found[1:]:
        one["external_id_of_part"] = one.get("external_id")
    return [{key: one[key] for key in one if key not in _OURS} for one in found]


def test_an_order_stored_straight_away_is_as_one_that_was_merged(connection: Connection) -> None:
    straight, merged = fresh(), fresh()
    who = guest("same", email="same@x")
    store(connection, full_order(straight, 2, "Soup", customer=who, display_number="7"))
    # Known already, so that the next copy is merged.
    store(connection, full_order(merged, 1, "Salad", state="open"))
    store(connection, full_order(merged, 2, "Soup", customer=who, display_number="7"))
    assert _everything(connection, straight) == _everything(connection, merged)


def test_one_known_order_among_new_ones_has_the_batch_merged(connection: Connection) -> None:
    known, new = fresh(), fresh()
    store(connection, full_order(known, 2))
    written = store(connection, full_order(known, 1), full_order(new, 1))
    assert (written.stored, written.ignored, len(written.due)) == (1, 1, 1)
    assert row_of(connection, known)["version"] == at(2)


@pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
def test_two_batches_that_bring_the_same_new_order_at_once_end_as_one_after_the_other(
    connection: Connection, versions: tuple[int, int]
) -> None:
    name = fresh()
    first, second = (full_order(name, version, f"Soup {version}") for version in versions)
    with copying(), ThreadPoolExecutor(1) as other:
        with unit_of_work() as session:
            places = locations_of(session, connection, [first.location_id])
            write_orders(session, connection, places, [arrival(first)])
            both = [arrival(second), arrival(full_order(fresh(), 1))]
            waiting = other.submit(_applied, connection, both)
            until(_somebody_waits, what="the second batch to meet the first")
        assert waiting.result().stored == (2 if versions == (1, 2) else 1)
    assert row_of(connection, name)["version"] == at(2)
    lines = [one["name"] for one in _everything(connection, name) if "unit_price" in one]
    assert lines == ["Soup 2", "Item l2"]


def _applied(connection: Connection, arrivals: list[Arrival]) -> apply.Applied:
    record = Record("orders", "any", b"", "")
    understood = Understood([(record, one) for one in arrivals])
    with unit_of_work() as session:
        return apply.store(session, connection, understood)


def _somebody_waits() -> bool:
    query = text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
        "AND datname = current_database())"
    )
    with unit_of_work() as session:
        return bool(session.scalar(query))
