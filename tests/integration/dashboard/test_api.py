"""The JSON API."""

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest
from flask.testing import FlaskClient

from config import clock
from documents import figures
from models import ApiToken, InboxEvent, event_list, invoice_list, order, order_list, sync_run_list
from models.session import unit_of_work
from tests import factories, merchants, telling
from tests.guests import match_all
from tests.merchants import Merchant

LISTS = (
    *("connections", "sync-runs", "parked-records", "events", "orders", "invoices"),
    *("locations", "customers", "persons", "stock", "stock-changes", "configured", "cash"),
    "analytics/days",
    *("analytics/rollup?since=2026-01-01", "analytics/tenders?location={place}&date=2026-03-01"),
)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_items_and_next(script: FlaskClient, owner: Merchant, name: str) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    merchants.invoice(order_id)
    merchants.deliver(owner)
    merchants.pulled(owner)
    merchants.parked_record(owner)
    telling.furnish(owner.connection)
    place = merchants.tallied(owner)
    match_all(owner.organization_id)
    found = script.get(f"/api/v1/{name.format(place=place)}").json
    assert found is not None
    assert set(found) == {"items", "next"}
    assert len(found["items"]) == 1
    assert found["next"] is None


@pytest.mark.parametrize(
    "name", ["orders", "invoices", "events", "sync-runs", "parked-records", "customers"]
)
def test_pages_hold_everything_once(script: FlaskClient, owner: Merchant, name: str) -> None:
    ids = merchants.take_orders(
        owner,
        *(merchants.rich_order(f"o{n}", customer=factories.guest(f"g{n}")) for n in range(5)),
    )
    merchants.invoice(*ids)
    for _ in range(5):
        merchants.deliver(owner)
        merchants.pulled(owner)
        merchants.parked_record(owner)
    seen: list[int] = []
    after = ""
    for _ in range(3):
        found = script.get(f"/api/v1/{name}?limit=2{after}").json
        assert found is not None
        seen += [item["id"] for item in found["items"]]
        after = f"&after={found['next']}"
    assert found["next"] is None
    assert len(set(seen)) == len(seen) == 5


def test_money_is_text_with_its_currency_and_instants_are_utc(
    script: FlaskClient, owner: Merchant
) -> None:
    merchants.take_orders(owner, merchants.rich_order())
    found = json.loads(script.get("/api/v1/orders").text)["items"][0]
    assert (found["total"], found["currency"]) == ("26.65", "GBP")
    assert (found["net"], found["tax"], found["gratuities"]) == ("21.50", "2.15", "3.00")
    assert found["paid_at"] == "2026-03-01T11:58:00.000000Z"
    assert found["business_date"] == "2026-03-01"
    assert "vendor" not in found


def test_a_connection_says_when_its_newest_delivery_came(
    script: FlaskClient, owner: Merchant, other: Merchant
) -> None:
    assert newest_delivery(script) is None
    merchants.deliver(owner, state="parked")
    newest = merchants.deliver(owner, state="done")
    merchants.deliver(other)
    with unit_of_work() as session:
        came = session.get_one(InboxEvent, newest).received_at
    assert newest_delivery(script) == figures.instant(came)


def newest_delivery(script: FlaskClient) -> str | None:
    [connection] = json.loads(script.get("/api/v1/connections").text)["items"]
    found: str | None = connection["last_delivery_at"]
    return found


def test_amounts_follow_the_currency(app: object, script: FlaskClient, owner: Merchant) -> None:
    from models import Location

    with unit_of_work() as session:
        session.query(Location).update({"currency": "JPY"})
    merchants.take_orders(owner, factories.order(lines=(factories.line(amount="3200"),)))
    found = script.get("/api/v1/orders").json
    assert found is not None
    assert found["items"][0]["total"] == "3200"


def test_an_order_with_its_parts(script: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    found = script.get(f"/api/v1/orders/{order_id}").json
    assert found is not None
    assert [line["name"] for line in found["lines"]] == ["Jollof rice", "Plantain", "Lemonade"]
    assert found["lines"][1]["parent_external_id"] == "l1"
    assert found["lines"][0]["quantity"] == "1"
    assert found["discount_lines"][0]["amount"] == "1.00"
    assert [charge["gratuity"] for charge in found["charge_lines"]] == [False, True]
    assert found["tax_lines"][0]["rate"] == "0.1"
    assert found["payments"][0]["tip"] == "2.00"
    assert found["refunds"][0]["amount"] == "5.00"
    assert found["customer"]["first_name"] == "Ada"


def test_an_invoice_with_its_parts(script: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    [number] = merchants.invoice(order_id)
    found = script.get(f"/api/v1/invoices/{number}").json
    assert found is not None
    assert [line["kind"] for line in found["lines"]] == ["item", "charge", "gratuity"]
    assert found["lines"][0]["modifiers"][0]["amount"] == "1.50"
    assert found["taxes"][0]["amount"] == "2.15"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("since=2026-03-02", ["o2"]),
        ("until=2026-03-01", ["o1"]),
        ("invoice_state=issued", ["o1"]),
        ("search=o2", ["o2"]),
        ("sort=business_date", ["o1", "o2"]),
        ("connection=nobody's", []),
    ],
)
def test_filters(script: FlaskClient, owner: Merchant, query: str, expected: list[str]) -> None:
    later = factories.NOON.date() + timedelta(days=1)
    first, _ = merchants.take_orders(
        owner, merchants.rich_order("o1"), merchants.rich_order("o2", business_date=later)
    )
    merchants.invoice(first)
    found = script.get(f"/api/v1/orders?{query}").json
    assert found is not None
    assert [item["external_id"] for item in found["items"]] == expected


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("limit=0", 422, "limit"),
        ("limit=501", 422, "limit"),
        ("limit=x", 422, "limit"),
        ("since=tomorrow", 422, "since"),
        ("invoice_state=lost", 422, "invoice_state"),
        ("after=zzz", 400, "no such page"),
        ("statee=done", 422, "statee"),
        ("search=%00", 422, "search"),
        ("location=99999999999999999999", 422, "location"),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    script: FlaskClient, owner: Merchant, query: str, status: int, said: str
) -> None:
    response = script.get(f"/api/v1/orders?{query}")
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    found = json.loads(response.text)
    assert said in found["detail"]
    assert found["code"]
    assert found["next_step"]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("events?state=bogus", event_list.STATES),
        ("sync-runs?status=bogus", sync_run_list.STATES),
        ("orders?invoice_state=bogus", order.STATES),
        ("orders?sort=bogus", tuple(order_list.SORTS)),
        ("invoices?status=bogus", invoice_list.STATES),
        ("invoices?sort=bogus", tuple(invoice_list.SORTS)),
    ],
)
def test_a_value_that_no_record_has_is_refused_with_those_that_some_have(
    script: FlaskClient, address: str, allowed: tuple[str, ...]
) -> None:
    response = script.get(f"/api/v1/{address}")
    assert response.status_code == 422
    assert ", ".join(allowed) in json.loads(response.text)["detail"]


def test_a_cursor_belongs_to_its_order(script: FlaskClient, owner: Merchant) -> None:
    merchants.take_orders(owner, *(merchants.rich_order(f"o{n}") for n in range(3)))
    found = script.get("/api/v1/orders?limit=1&sort=id").json
    assert found is not None
    assert script.get(f"/api/v1/orders?limit=1&sort=-id&after={found['next']}").status_code == 400


@pytest.mark.parametrize("path", ["orders", "orders/1", "invoices/x", "connections"])
def test_nobody_is_refused(client: FlaskClient, path: str) -> None:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic eDp5", "nonsense"])
def test_a_wrong_token_is_refused_even_beside_a_session(page: FlaskClient, header: str) -> None:
    response = page.get("/api/v1/orders", headers={"Authorization": header})
    assert response.status_code == 401


def test_use_of_a_token_is_noted(script: FlaskClient, owner: Merchant) -> None:
    script.get("/api/v1/orders")
    with unit_of_work() as session:
        used = session.query(ApiToken).one().last_used_at
    assert used is not None
    assert clock.now() - used < timedelta(minutes=1)


def test_replay(script: FlaskClient, owner: Merchant, rung: Mock) -> None:
    event_id = merchants.deliver(owner, state="parked")
    response = script.post(f"/api/v1/events/{event_id}/replay")
    assert (response.status_code, response.json) == (202, {"id": event_id, "state": "pending"})
    with unit_of_work() as session:
        assert session.get_one(InboxEvent, event_id).state == "pending"
    rung.assert_called_once_with(owner.connection.id, "toast")
    assert script.post("/api/v1/events/987654/replay").status_code == 404
    [item] = json.loads(script.get("/api/v1/events").text)["items"]
    assert item["received_at"] < item["replayed_at"]
    assert (item["attempts"], item["error"], item["error_code"]) == (0, None, None)
    described = json.loads(script.get("/api/v1/openapi.json").text)["components"]["schemas"]
    assert "replayed_at" in described["Event"]["properties"]


def test_a_session_changes_nothing_without_its_word(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner, state="parked")
    address = f"/api/v1/events/{event_id}/replay"
    assert page.post(address).status_code == 403
    with unit_of_work() as session:
        assert session.get_one(InboxEvent, event_id).state == "parked"
    page.get("/")
    with page.session_transaction() as session_:
        word = session_["csrf"]
    assert page.post(address, headers={"X-CSRF-Token": word}).status_code == 202


def test_it_describes_itself(client: FlaskClient) -> None:
    found = json.loads(client.get("/api/v1/openapi.json").text)
    assert found["openapi"].startswith("3.")
    promised = {name.partition("?")[0] for name in LISTS}
    promised |= {"orders/{order_id}", "invoices/{number}", "events/{event_id}/replay"}
    promised |= {"parked-records/{record_id}/retry", "orders/{order_id}/invoice"}
    promised |= {"persons/{person_id}"}
    promised |= {"dead-messages", "dead-messages/{message_id}/retry"}
    promised |= {"dead-messages/{message_id}/dismiss", "menu-items", "menus/{location_id}"}
    promised |= {"locations/{location_id}", "locations/{location_id}/cash-day"}
    promised |= {"persons", "persons/{person_id}"}
    assert set(found["paths"]) == {f"/api/v1/{path}" for path in promised}
    total = found["components"]["schemas"]["Order"]["properties"]["total"]
    assert total["type"] == "string"


def test_answers_are_as_described(script: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    described = json.loads(script.get("/api/v1/openapi.json").text)["components"]["schemas"]
    found = json.loads(script.get(f"/api/v1/orders/{order_id}").text)
    assert set(found) == set(described["OrderDetail"]["properties"])
    for name, shape in described["OrderDetail"]["properties"].items():
        if shape.get("type") == "string" and found[name] is not None:
            assert isinstance(found[name], str), name


def test_an_address_that_is_not_there(script: FlaskClient, owner: Merchant) -> None:
    for path in ("nothing", "orders/987654", "orders/0", "invoices/none"):
        response = script.get(f"/api/v1/{path}")
        assert response.status_code == 404
        assert response.content_type == "application/problem+json"
    assert script.delete("/api/v1/orders").status_code == 405
