"""Nothing of one merchant is shown to another, or changed by it, through any door."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models import ApiToken, DeadMessage, InboxEvent, Location, ParkedRecord, Person, api_tokens
from models.session import unit_of_work
from tasks import match
from tests import merchants, telling
from tests.merchants import Merchant

# Whatever of the other merchant turns up shows this.
THEIRS = "theirs-and-theirs-alone"
NUMBER = "INV-000001"
LEADS_TO_ONE = re.compile(r'href="/(orders|invoices|guests|events|parked|days|locations)/(\d|INV)')
OF_PLACES = ("stock", "stock-changes", "menu-items", "configured", "cash")
DATE = "2026-03-01"
PARAMETERS = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")


@dataclass(frozen=True)
class Planted:
    """What the other merchant has."""

    order_id: int
    event_id: int
    record_id: int
    token_id: int
    message_id: int
    person_id: int
    location_id: int


@pytest.fixture
def planted(other: Merchant) -> Planted:
    merchants.operates(other)
    record = merchants.rich_order(
        THEIRS,
        display_number=THEIRS,
        customer=merchants.factories.guest(THEIRS, first_name=THEIRS),
    )
    [order_id] = merchants.take_orders(other, record)
    assert merchants.invoice(order_id) == [NUMBER]
    event_id = merchants.deliver(other, state="parked", record=THEIRS)
    merchants.pulled(other, error=THEIRS)
    record_id = merchants.parked_record(other, error=THEIRS, external_id=THEIRS)
    merchants.standing(other, "delayed", merchants.factories.NOON, status_reason=THEIRS)
    with unit_of_work() as session:
        session.execute(
            update(Location)
            .where(Location.organization_id == other.organization_id)
            .values(name=THEIRS, brand=THEIRS, group_external_id=THEIRS)
        )
        api_tokens.make(session, other.organization_id, THEIRS)
        token_id = session.scalars(select(ApiToken.id).where(ApiToken.name == THEIRS)).one()
    location_id = merchants.tallied(other)
    message_id = merchants.dead_message(error=THEIRS)
    match.match(other.organization_id, budget_s=5)
    with unit_of_work() as session:
        person_id = session.scalars(select(Person.id)).one()
    telling.furnish(other.connection, THEIRS)
    return Planted(order_id, event_id, record_id, token_id, message_id, person_id, location_id)


def addresses(app: Flask, planted: Planted, method: str) -> list[str]:
    """Every address there is, with the other merchant's ids filled in."""
    values = {
        "order_id": planted.order_id,
        "event_id": planted.event_id,
        "record_id": planted.record_id,
        "token_id": planted.token_id,
        # Of the installation, which the other merchant operates.
        "message_id": planted.message_id,
        "person_id": planted.person_id,
        "location_id": planted.location_id,
        "business_date": DATE,
        "number": NUMBER,
        "form": "html",
        "token": "none",
        "name": "home",
    }
    # What can't be asked for without saying of which place and date.
    queries = {"/api/v1/analytics/tenders": f"?location={planted.location_id}&date={DATE}"}
    found = [
        PARAMETERS.sub(lambda part: str(values[part[1]]), rule.rule) + queries.get(rule.rule, "")
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ()) and rule.endpoint not in {"static", "assets.asset"}
    ]
    shown = ("orders", "invoices", "guests", "events", "sync-runs", "stock", "locations")
    lives = [f"/live/{name}" for name in (*shown, "days", "rollup")]
    lives.append(f"/live/day?location={planted.location_id}&date={DATE}")
    lives.append(f"/live/parked-record?record={planted.record_id}&tried=1")
    lives.append(f"/live/event?event={planted.event_id}")
    return found + lives if method == "GET" else found


def test_the_test_would_notice(app: Flask, planted: Planted, other: Merchant) -> None:
    browser = app.test_client()
    with unit_of_work() as session:
        token = api_tokens.make(session, other.organization_id, "for this test")
    browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    for name in ("orders", "analytics/days", "analytics/rollup?since=2026-01-01"):
        assert THEIRS in browser.get(f"/api/v1/{name}").text
    tenders = f"analytics/tenders?location={planted.location_id}&date={DATE}"
    assert "26.65" in browser.get(f"/api/v1/{tenders}").text
    assert THEIRS in browser.get(f"/api/v1/persons/{planted.person_id}").text


def test_reading(
    app: Flask, planted: Planted, owner: Merchant, page: FlaskClient, script: FlaskClient
) -> None:
    looked_at = addresses(app, planted, "GET")
    assert len(looked_at) > 25
    for address in looked_at:
        if address.startswith(("/sign-in", "/metrics")):
            continue
        if address.endswith("/cash-day"):
            address += "?date=2026-03-01"
        asker = script if address.startswith("/api/") else page
        response = asker.get(address, buffered=False)
        text = b"".join(_first_parts(response)).decode()
        assert THEIRS not in text, address
        ids = (
            *(planted.order_id, planted.event_id, planted.record_id, planted.person_id),
            planted.location_id,
        )
        its_own_record = address == f"/days/{planted.location_id}/{DATE}" or any(
            part in address for part in (*(f"/{id_}" for id_ in ids), NUMBER)
        )
        operators = address.endswith(("/dead", "/dead-messages"))
        assert response.status_code == (404 if its_own_record or operators else 200), address


def test_filters_and_search_find_nothing_of_theirs(
    planted: Planted, other: Merchant, page: FlaskClient, script: FlaskClient
) -> None:
    name = other.connection.name
    for address in (
        f"/orders?search={THEIRS}",
        f"/orders?connection={name}",
        f"/orders.csv?search={THEIRS}",
        f"/guests?search={THEIRS}",
        f"/guests.csv?search={THEIRS}",
        f"/invoices?search={NUMBER}",
        f"/invoices.csv?connection={name}",
        f"/events?connection={name}",
        f"/sync-runs?connection={name}",
        f"/parked?connection={name}",
        f"/stock?connection={name}",
        f"/stock?location={planted.location_id}",
        f"/stock.csv?location={planted.location_id}",
        f"/stock/changes?location={planted.location_id}&item=rice",
        f"/locations?connection={name}",
        f"/days?connection={name}",
        f"/days?brand={THEIRS}",
        f"/days?location={planted.location_id}",
        f"/days.csv?connection={name}",
        f"/rollup?connection={name}&since={DATE}",
    ):
        text = page.get(address).text
        assert not LEADS_TO_ONE.search(text), address
        assert "26.65" not in text, address
    for address in (
        "orders",
        "invoices",
        "events",
        "sync-runs",
        "locations",
        "customers",
        "parked-records",
        *OF_PLACES,
        "analytics/days",
        "analytics/rollup",
    ):
        found = script.get(f"/api/v1/{address}?connection={name}").json
        assert found == {"items": [], "next": None}, address
    for address in OF_PLACES:
        found = script.get(f"/api/v1/{address}?location={planted.location_id}").json
        assert found == {"items": [], "next": None}, address


@pytest.mark.parametrize(
    "path",
    [
        *("orders", "invoices", "events", "sync-runs", "parked", "days", "rollup"),
        *("stock", "stock/changes", "locations"),
    ],
)
def test_filters_offer_nothing_of_theirs(
    planted: Planted, owner: Merchant, other: Merchant, page: FlaskClient, path: str
) -> None:
    text = page.get(f"/{path}").text
    assert f">{owner.connection.name}</option>" in text
    assert f">{other.connection.name}</option>" not in text


def test_changing(app: Flask, planted: Planted, page: FlaskClient, script: FlaskClient) -> None:
    page.get("/")
    with page.session_transaction() as session:
        word = session["csrf"]
    for address in addresses(app, planted, "POST"):
        if address in {"/sign-out", "/tokens"}:
            continue
        page.post(address, data={"csrf": word})
        answer = script.post(address)
        if address.startswith("/api/"):
            assert answer.status_code == 404, address
    with unit_of_work() as session:
        assert session.get_one(InboxEvent, planted.event_id).state == "parked"
        assert session.get_one(ParkedRecord, planted.record_id).error == THEIRS
        assert session.get(ApiToken, planted.token_id) is not None
        assert session.get_one(DeadMessage, planted.message_id).state == "waiting"


def test_the_probes_name_no_secret(planted: Planted, client: FlaskClient) -> None:
    text = client.get("/metrics").text
    assert THEIRS not in text
    assert merchants.SECRET not in text


def _first_parts(response: object) -> list[bytes]:
    """All of an answer; of a stream that goes on, what comes first."""
    parts: list[bytes] = []
    for part in response.response:  # type: ignore[attr-defined]
        parts.append(part if isinstance(part, bytes) else part.encode())
        if len(parts) == 2 and response.mimetype == "text/event-stream":  # type: ignore[attr-defined]
            break
    response.close()  # type: ignore[attr-defined]
    return parts
