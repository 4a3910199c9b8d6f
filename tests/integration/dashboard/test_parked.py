"""Records that a pull set aside: why, as they came, and trying them again."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import Order, ParkedRecord, connections
from models.session import unit_of_work
from tasks import ring
from tests import factories, merchants
from tests.merchants import Merchant

GOOD = (files("connectors.toast") / "samples/orders/plain.wire.json").read_bytes()
GUID = "0000000d-0000-4000-8000-000000000014"


@pytest.fixture(autouse=True)
def signals() -> Iterator[list[str]]:
    """The tasks that were signalled; none runs."""
    found: list[str] = []
    with ring.inline(lambda name, _: found.append(name)):
        yield found


@pytest.fixture
def owner(owner: Merchant) -> Merchant:
    """A merchant whose connection can be opened."""
    secret = {"client_id": "i", "client_secret": merchants.SECRET}
    with unit_of_work() as session:
        row = session.get_one(type(owner.connection), owner.connection.id)
        row.secrets = connections.seal(secret)
    return owner


def rows() -> list[Any]:
    with unit_of_work() as session:
        return session.query(ParkedRecord).all()


def orders() -> list[str]:
    with unit_of_work() as session:
        return [row.external_id for row in session.query(Order)]


def word_of(page: FlaskClient, address: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', page.get(address).text)[0]


def test_nothing_is_set_aside(page: FlaskClient, owner: Merchant) -> None:
    assert "Nothing is parked" in page.get("/parked").text


def test_the_list_says_why_and_what_to_do(page: FlaskClient, owner: Merchant) -> None:
    first = merchants.parked_record(owner)
    second = merchants.parked_record(owner, external_id="theirs", location_external_id="site-9")
    text = page.get("/parked").text
    assert re.findall(r'/parked/(\d+)"', text) == [str(second), str(first)]
    for word in ("It has no checks.", "Report it.", "theirs", "site-9", owner.connection.name):
        assert word in text
    assert 'href="/parked"' in page.get("/events").text


def test_pages_follow_each_other(page: FlaskClient, owner: Merchant) -> None:
    ids = [merchants.parked_record(owner) for _ in range(60)]
    text = page.get(f"/parked?connection={owner.connection.name}").text
    [following] = re.findall(r'href="([^"]+)" rel="next"', text)
    text += page.get(f"/parked{following}".replace("&amp;", "&")).text
    assert re.findall(r'/parked/(\d+)"', text) == [str(n) for n in reversed(ids)]


def test_one_shows_its_json_without_secrets(page: FlaskClient, owner: Merchant) -> None:
    body = f'{{"total": 26.650, "apiKey": "hush", "note": "{merchants.SECRET}"}}'.encode()
    text = page.get(f"/parked/{merchants.parked_record(owner, body=body)}").text
    assert "26.650" in text
    assert "It has no checks." in text
    assert "Report it." in text
    assert "hush" not in text
    assert merchants.SECRET not in text


def test_it_is_applied_once_the_cause_is_gone(
    page: FlaskClient, owner: Merchant, signals: list[str]
) -> None:
    record_id = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    word = word_of(page, f"/parked/{record_id}")
    response = page.post(f"/parked/{record_id}/retry", data={"csrf": word})
    assert (response.status_code, response.headers["Location"]) == (303, "/parked")
    assert (rows(), orders()) == ([], [GUID])
    assert signals == ["invoice.order"]
    assert page.get(f"/parked/{record_id}").status_code == 404
    assert page.post(f"/parked/{record_id}/retry", data={"csrf": word}).status_code == 404


def test_it_stays_with_a_fresh_reason_while_it_is_broken(
    page: FlaskClient, owner: Merchant
) -> None:
    record_id = merchants.parked_record(owner)
    word = word_of(page, f"/parked/{record_id}")
    response = page.post(f"/parked/{record_id}/retry", data={"csrf": word})
    assert response.headers["Location"] == f"/parked/{record_id}"
    text = page.get(f"/parked/{record_id}").text
    assert "It has no checks." not in text
    assert rows()[0].error_code in text


def test_a_form_that_is_not_ours_changes_nothing(
    page: FlaskClient, client: FlaskClient, owner: Merchant
) -> None:
    record_id = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    for data in ({}, {"csrf": "guessed"}):
        assert page.post(f"/parked/{record_id}/retry", data=data).status_code == 403
    assert page.post(f"/api/v1/parked-records/{record_id}/retry").status_code == 403
    client.post(f"/parked/{record_id}/retry")
    assert client.post(f"/api/v1/parked-records/{record_id}/retry").status_code == 401
    assert len(rows()) == 1


def test_by_the_api(script: FlaskClient, owner: Merchant) -> None:
    good = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    bad = merchants.parked_record(owner, external_id="bad")
    listed: Any = script.get("/api/v1/parked-records").json
    assert [item["id"] for item in listed["items"]] == [bad, good]
    told = listed["items"][1]
    assert (told["error"], told["next_step"]) == ("It has no checks.", "Report it.")
    assert (told["external_id"], told["location"]) == (GUID, factories.PLACE)
    response = script.post(f"/api/v1/parked-records/{good}/retry")
    assert response.status_code == 200
    assert response.json == {
        **{"id": good, "external_id": GUID, "state": "applied"},
        **{"error_code": None, "error": None, "next_step": None},
    }
    still: Any = script.post(f"/api/v1/parked-records/{bad}/retry").json
    assert (still["state"], still["error_code"]) == ("parked", rows()[0].error_code)
    assert script.post(f"/api/v1/parked-records/{good}/retry").status_code == 404
