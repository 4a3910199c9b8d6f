"""Records that a pull set aside: listed with their reason, and what becomes of a retry."""

from collections.abc import Iterator

import pytest
import requests

from dashboard.api.schemas import ParkedRecordSchema
from models import Order, Organization, ParkedRecord, api_tokens
from models.session import unit_of_work
from tests.children import TAXPOYNT, child, free_port
from tests.integration.cli.helping import helping
from tests.integration.cli.typed import typed
from tests.shop import Shop, open_shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(name: str) -> Iterator[Shop]:
    with open_shop(name=name) as opened:
        yield opened


def parked(shop: Shop, count: int = 1, *, broken: bool = False) -> list[int]:
    """Orders that a pull set aside; unless broken, for a reason since mended."""
    rows = []
    for held in shop.till.platform.book.all()[:count]:
        rows.append(
            ParkedRecord(
                organization_id=shop.organization_id,
                connection_id=shop.connection_id,
                stream="orders",
                location_external_id=held.restaurant.guid,
                external_id=held.guid,
                body=b"{" if broken else held.body(),
                error_code="test.reason",
                error="It came too early.",
                next_step="Try it again.",
            )
        )
    with unit_of_work() as session:
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def orders(shop: Shop) -> int:
    with unit_of_work() as session:
        return session.query(Order).filter_by(connection_id=shop.connection_id).count()


def test_they_are_listed_with_their_reason(shop: Shop, name: str) -> None:
    ids = parked(shop, 3)
    found = typed("parked", name, "--json").document
    assert [each["id"] for each in found["items"]] == ids[::-1]
    assert set(found["items"][0]) == set(ParkedRecordSchema().fields)
    assert (found["items"][0]["error"], found["next"]) == ("It came too early.", None)
    first = typed("parked", name, "--json", "--limit", "2").document
    rest = typed("parked", name, "--json", "--after", first["next"]).document
    assert [each["id"] for each in first["items"] + rest["items"]] == ids[::-1]
    assert "It came too early." in typed("parked", name).out
    assert f"taxpoynt parked {name}" in typed("connections").out


def test_one_is_applied(shop: Shop, name: str) -> None:
    ids = parked(shop, 2)
    said = typed("retry", str(ids[0]), "--json")
    assert said.code == 0, said.err
    assert [(each["id"], each["state"]) for each in said.document["items"]] == [(ids[0], "applied")]
    assert orders(shop) == 1
    assert [each["id"] for each in typed("parked", name, "--json").document["items"]] == ids[1:]


def test_all_of_a_connection_are_tried(shop: Shop, name: str) -> None:
    ids = parked(shop, 3)
    said = typed("retry", "--all", name, "--json")
    assert said.code == 0, said.err
    assert [each["id"] for each in said.document["items"]] == ids
    assert orders(shop) == 3
    again = typed("retry", "--all", name)
    assert again.code == 0
    assert "nothing to try again" in again.out


def test_one_that_is_still_broken_says_why(shop: Shop, name: str) -> None:
    [record_id] = parked(shop, broken=True)
    said = typed("retry", str(record_id), "--json")
    assert said.code == 1
    [became] = said.document["items"]
    assert became["state"] == "parked"
    assert became["error_code"].startswith("toast.")
    [listed] = typed("parked", name, "--json").document["items"]
    assert (listed["id"], listed["error"]) == (record_id, became["error"])


def test_an_unknown_id_tries_none(shop: Shop) -> None:
    [record_id] = parked(shop)
    said = typed("retry", str(record_id), "987654", "--json")
    assert said.code == 1
    assert "987654" in said.document["error"]["sentence"]
    assert orders(shop) == 0


def test_another_organizations_is_unknown(shop: Shop, name: str) -> None:
    [record_id] = parked(shop)
    with unit_of_work() as session:
        session.add(Organization(name="The other one"))
    try:
        theirs = ("--organization", "The other one")
        assert typed("retry", str(record_id), *theirs).code == 1
        assert typed("retry", "--all", name, *theirs).code == 1
        assert typed("parked", name, *theirs).code == 1
        assert orders(shop) == 0
    finally:
        with unit_of_work() as session:
            session.query(Organization).filter_by(name="The other one").delete()


def test_neither_ids_nor_a_connection_is_wrong_use(shop: Shop) -> None:
    assert typed("retry").code == 2
    assert typed("retry", "1", "--all", "till").code == 2


def test_workers_do_it_when_some_are_up(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good, bad = parked(shop, 2)
    with unit_of_work() as session:
        session.get_one(ParkedRecord, bad).body = b"{"
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with helping(log, "toast.sync", "retry.record") as worker:
        said = typed("retry", str(good), str(bad), "--json")
        assert worker.says("record retried")
    assert said.code == 1
    states = {each["id"]: each["state"] for each in said.document["items"]}
    assert states == {good: "applied", bad: "parked"}
    assert said.document["items"][1]["error_code"].startswith("toast.")
    assert orders(shop) == 1


def test_the_real_web_has_a_real_worker_do_it(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    good, bad = parked(shop, 2)
    with unit_of_work() as session:
        session.get_one(ParkedRecord, bad).body = b"{"
        token = api_tokens.make(session, shop.organization_id, "script")
    logs, port = tmp_path_factory.mktemp("web"), free_port()
    web = f"http://127.0.0.1:{port}"
    with (
        helping(logs / "worker.log", "toast.sync", "retry.record"),
        child([*TAXPOYNT, "web", "--port", str(port)], log=logs / "web.log"),
    ):
        until(lambda: answers(f"{web}/healthz"), timeout_s=60, what="a web that answers")
        for each in (good, bad):
            said = requests.post(
                f"{web}/api/v1/parked-records/{each}/retry",
                headers={"Authorization": f"Bearer {token}"},
                timeout=5,
            )
            assert said.status_code == 202, said.text
        until(lambda: reasons(shop) == {bad: "toast.order_unreadable"}, what="what became of both")
    assert orders(shop) == 1


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.ConnectionError:
        return False


def reasons(shop: Shop) -> dict[int, str]:
    with unit_of_work() as session:
        rows = session.query(ParkedRecord).filter_by(connection_id=shop.connection_id)
        return {row.id: row.error_code for row in rows}
