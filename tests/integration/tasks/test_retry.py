"""What a pull set aside, read again from the copy that was kept."""

import json
from typing import Any

import pytest

import celeryconfig
from connectors.base.contract import Connector, Record
from models import Connection, ParkedRecord, parked_list
from models.session import unit_of_work
from tasks import apply, reach, retry
from tests.busy import busy, busy_once
from tests.integration.tasks.asked import ask, control, one, orders
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


def parked(shop: Shop, **change: Any) -> tuple[int, str]:
    """An order of the till that was set aside; returns our id and theirs."""
    held = shop.till.platform.book.all()[0]
    body = control(shop, f"orders/{held.guid}", method="GET")
    with unit_of_work() as session:
        row = ParkedRecord(
            organization_id=shop.organization_id,
            connection_id=shop.connection_id,
            stream="orders",
            location_external_id=held.restaurant.guid,
            external_id=held.guid,
            body=json.dumps({**body, **change}).encode(),
            error_code="old.reason",
            error="The old reason.",
            next_step="The old step.",
        )
        session.add(row)
        session.flush()
        return row.id, held.guid


def row_of(record_id: int) -> Any:
    return one("SELECT * FROM parked_records WHERE id = :id", id=record_id)


def test_it_is_applied_and_its_invoice_signalled(shop: Shop, signals: Signals) -> None:
    record_id, guid = parked(shop)
    became = retry.again(shop.organization_id, record_id)
    assert became == retry.Retried(record_id, guid, retry.APPLIED)
    assert not ask("SELECT 1 FROM parked_records WHERE id = :id", id=record_id)
    assert list(orders(shop)) == [guid]
    [invoicing] = signals.take_invoicing()
    invoicing()
    assert {row.invoice_state for row in orders(shop).values()} == {"issued"}
    assert retry.again(shop.organization_id, record_id) is None


def test_the_task_may_come_twice(shop: Shop, signals: Signals) -> None:
    record_id, guid = parked(shop)
    signal = {"organization_id": shop.organization_id, "record_id": record_id, "platform": "toast"}
    assert celeryconfig.route("retry.record", (), signal, {}) == {"queue": "toast.sync"}
    assert retry.record(**signal) == {"state": retry.APPLIED}
    assert retry.record(**signal) == {"state": None}
    assert list(orders(shop)) == [guid]
    assert len(signals.take_invoicing()) == 1


def test_a_database_that_is_busy_for_a_moment_is_tried_again(shop: Shop) -> None:
    record_id, guid = parked(shop)
    with busy_once("orders"):
        assert _worked(shop, record_id) == {"state": retry.APPLIED}
    assert guid in orders(shop)


def test_a_database_that_stays_busy_is_told_on_the_record(shop: Shop) -> None:
    record_id, _ = parked(shop)
    before = row_of(record_id)
    with busy("orders"):
        assert _worked(shop, record_id) == {"state": retry.PARKED}
    told = row_of(record_id)
    assert (told.error_code, told.error) == (before.error_code, before.error)
    assert told.next_step == (
        "It could not be tried again: The database is busy with what others do. Try it again."
    )


def _worked(shop: Shop, record_id: int) -> Any:
    """What the task comes to as a worker runs it, waits left out."""
    about = {"organization_id": shop.organization_id, "record_id": record_id, "platform": "toast"}
    return retry.record.apply(kwargs=about).get()


def test_each_try_is_noticed_though_the_reason_stays(shop: Shop) -> None:
    record_id, _ = parked(shop, openedDate="lately")
    seen = set()
    for _ in range(3):
        with unit_of_work() as session:
            rows = parked_list.by_ids(session, shop.organization_id, [record_id])
        seen.add(rows[record_id]["version"])
        retry.again(shop.organization_id, record_id)
    assert len(seen) == 3


def test_it_is_applied_once_its_location_is_known(shop: Shop) -> None:
    record_id, guid = parked(shop)
    renamed = "UPDATE locations SET external_id = :to WHERE connection_id = :c AND external_id = :e"
    place = row_of(record_id).location_external_id
    ask(renamed, to="away", e=place, c=shop.connection_id)
    became = retry.again(shop.organization_id, record_id)
    assert became is not None
    assert (became.state, became.error_code) == (retry.PARKED, "location.unknown")
    ask(renamed, to=place, e="away", c=shop.connection_id)
    retry.again(shop.organization_id, record_id)
    assert guid in orders(shop)


@pytest.mark.parametrize("cause", ["unreadable", "refused"])
def test_while_it_is_broken_it_stays_with_a_fresh_reason(shop: Shop, cause: str) -> None:
    line = {"guid": "l", "quantity": 1, "price": 999_999_999_999}
    change: dict[str, Any] = {
        "unreadable": {"openedDate": "lately"},
        # Each is an amount; a hundred and fifty of them are more than a column holds.
        "refused": {"checks": [{"guid": "c", "selections": [line] * 150}]},
    }[cause]
    record_id, _ = parked(shop, **change)
    became = retry.again(shop.organization_id, record_id)
    row = row_of(record_id)
    assert became is not None
    assert became.state == retry.PARKED
    assert (became.error_code, became.error, became.next_step) == (
        *(row.error_code, row.error, row.next_step),
    )
    assert row.error_code != "old.reason"
    assert (row.error_code == "record.refused") is (cause == "refused")
    assert orders(shop) == {}


def test_a_newer_copy_that_comes_meanwhile_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id, _ = parked(shop, openedDate="lately")
    connector = reach.connector

    def late(connection: Connection) -> Connector:
        ask("UPDATE parked_records SET body = 'newer' WHERE id = :id", id=record_id)
        return connector(connection)

    monkeypatch.setattr(reach, "connector", late)
    retry.again(shop.organization_id, record_id)
    assert (bytes(row_of(record_id).body), row_of(record_id).error_code) == (b"newer", "old.reason")


def test_another_organizations_is_unknown(shop: Shop) -> None:
    record_id, _ = parked(shop)
    assert retry.again(shop.organization_id + 1, record_id) is None
    assert row_of(record_id).error_code == "old.reason"


@pytest.mark.parametrize("guid", ["odd \x00", "long" * 200])
def test_it_is_found_again_by_an_id_that_no_index_holds(shop: Shop, guid: str) -> None:
    held = shop.till.platform.book.all()[0]
    place = held.restaurant.guid
    body = {**control(shop, f"orders/{held.guid}", method="GET"), "guid": guid}
    kept = "SELECT 1 FROM parked_records WHERE connection_id = :c"
    _pulled(shop, place, {**body, "openedDate": "lately"})
    assert ask(kept, c=shop.connection_id)
    _pulled(shop, place, body)
    assert not ask(kept, c=shop.connection_id)
    assert len(orders(shop)) == 1


def _pulled(shop: Shop, place: str, body: dict[str, Any]) -> None:
    record = Record("orders", body["guid"], json.dumps(body).encode(), place)
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        applied = apply.apply(session, row, reach.connector(row), [(record, "c")])
        apply.park(session, row, applied.parked)
