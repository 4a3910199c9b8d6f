"""Lists: the JSON API's fields, a page at a time, of one organization."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema

from config import clock
from dashboard.api import buyers, place_schemas, schemas
from models import Connection, Organization, site_list
from models.session import unit_of_work
from tests import telling
from tests.integration.cli.typed import run, typed
from tests.shop import Shop, open_shop


@pytest.fixture(scope="module")
def shop(database: str) -> Iterator[Shop]:
    with open_shop(orders=6) as opened:
        opened.take_in(opened.messages(3))
        assert typed("sync", "till").code == 0
        stock_told(opened)
        yield opened


def stock_told(shop: Shop) -> None:
    """What is out and what is low at the till's first place."""
    with unit_of_work() as session:
        till = session.get_one(Connection, shop.connection_id)
        [place, *_] = site_list.of_connection(session, till.id)
    # After the reading that found all in stock.
    now = clock.now()
    out = telling.stock(now, place=place.external_id)
    low = telling.stock(now, "low", "3", item="yam", place=place.external_id)
    telling.tell(till, low, out)


def test_stock_shows_what_is_out_first(shop: Shop) -> None:
    assert [each["status"] for each in items("stock", "till")][:2] == ["out of stock", "low"]
    found = items("stock", "till", "--status", "low")
    assert [(each["item_external_id"], each["quantity"]) for each in found] == [("yam", "3")]
    assert "Left" in typed("stock", "till").out


def items(*arguments: str) -> list[dict[str, Any]]:
    said = typed(*arguments, "--json")
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = said.document["items"]
    return found


@pytest.mark.parametrize(
    ("arguments", "schema", "more"),
    [
        (("connections",), schemas.ConnectionSchema, {"lag_s", "silent"}),
        (("orders", "till"), schemas.OrderSchema, set()),
        (("locations", "till"), schemas.LocationSchema, set()),
        (("stock", "till"), place_schemas.StockSchema, set()),
        (("customers", "till"), buyers.CustomerSchema, set()),
        (("events", "till"), schemas.EventSchema, set()),
        (("invoices",), schemas.InvoiceSchema, set()),
    ],
)
def test_fields_are_those_of_the_json_api(
    shop: Shop, arguments: tuple[str, ...], schema: type[Schema], more: set[str]
) -> None:
    found = items(*arguments)
    assert found
    assert set(found[0]) == set(schema().fields) | more


@pytest.mark.parametrize("arguments", [("orders", "till"), ("invoices",), ("customers", "till")])
def test_pages_follow_each_other_without_gap_or_repeat(
    shop: Shop, arguments: tuple[str, ...]
) -> None:
    everything = [each["id"] for each in items(*arguments, "--limit", "1000")]
    seen: list[int] = []
    after: tuple[str, ...] = ()
    while True:
        page = typed(*arguments, "--limit", "2", "--json", *after).document
        assert len(page["items"]) <= 2
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        after = ("--after", page["next"])
    assert seen == everything
    assert len(seen) > 2


def test_more_than_a_page_of_the_database_is_gathered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = items("orders", "till")
    monkeypatch.setattr("models.listing.MOST", 3)
    assert items("orders", "till") == everything
    assert items("orders", "till", "--limit", "4") == everything[:4]


def test_orders_since_a_date_leave_out_those_before(shop: Shop) -> None:
    dates = sorted({each["business_date"] for each in items("orders", "till")})
    since = dates[len(dates) // 2]
    found = items("orders", "till", "--since", since)
    assert {each["business_date"] for each in found} == {day for day in dates if day >= since}


def test_people_see_a_table_and_where_more_is(shop: Shop) -> None:
    said = typed("orders", "till", "--limit", "1")
    assert "Invoice number" in said.out
    assert "--after" in said.err


def test_a_cursor_of_no_list_is_refused(shop: Shop) -> None:
    said = typed("orders", "till", "--after", "nonsense", "--json")
    assert said.code == 1
    assert said.document["error"]["code"] == "cursor.unknown"


@pytest.mark.parametrize(
    "command", ["orders", "locations", "stock", "customers", "events", "parked", "sync"]
)
def test_an_unknown_connection_gets_a_suggestion(shop: Shop, command: str) -> None:
    said = typed(command, "tlil")
    assert said.code == 1
    assert "Did you mean 'till'?" in said.err


def test_connections_say_how_they_are_and_what_to_do(shop: Shop) -> None:
    said = typed("connections")
    assert "connected" in said.out
    assert "nothing" in said.out
    assert items("connections")[0]["lag_s"] >= 60


def test_a_process_answers_one_document(shop: Shop) -> None:
    said = run("connections", "--json")
    assert said.code == 0
    assert [each["name"] for each in said.document["items"]] == ["till"]


def test_of_two_organizations_one_must_be_named(shop: Shop) -> None:
    with unit_of_work() as session:
        session.add(Organization(name="The other one"))
    try:
        unclear = typed("orders", "till")
        assert unclear.code == 2
        assert "--organization" in unclear.err
        assert typed("orders", "till", "--organization", "The other one").code == 1
        assert typed("orders", "till", "--organization", "My organization").code == 0
        assert items("invoices", "--organization", "The other one") == []
    finally:
        with unit_of_work() as session:
            session.query(Organization).filter_by(name="The other one").delete()
