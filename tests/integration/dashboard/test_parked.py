"""Records that a pull set aside: why, as they came, and trying them again."""

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from unittest.mock import Mock

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import ProgrammingError

from models import Order, ParkedRecord, bulk, connections
from models.session import unit_of_work
from tasks import retry, ring
from tests import factories, merchants
from tests.copying import copying
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


def ask_again(page: FlaskClient, record_id: int) -> str:
    """Press the button; returns the address that the browser is sent to."""
    word = word_of(page, f"/parked/{record_id}")
    response = page.post(f"/parked/{record_id}/retry", data={"csrf": word})
    assert response.status_code == 303
    return response.headers["Location"]


def work(owner: Merchant, record_id: int) -> None:
    """What a worker does with the signal."""
    with copying():
        retry.record(organization_id=owner.organization_id, record_id=record_id, platform="toast")


def live_of(page: FlaskClient, address: str) -> str:
    """Where the page follows its record."""
    [live] = re.findall(r'data-live="([^"]+)"', page.get(address).text)
    return live.replace("&amp;", "&")


def following(page: FlaskClient, live: str) -> str:
    """What the page is sent then."""
    response = page.get(live, buffered=False)
    parts = [next(response.response) for _ in range(2)]
    response.close()
    return "".join(p.decode() if isinstance(p, bytes) else p for p in parts)


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


def test_it_is_of_the_navigation_s_pulls(page: FlaskClient, owner: Merchant) -> None:
    record_id = merchants.parked_record(owner)
    for address in ("/parked", f"/parked/{record_id}"):
        assert '<a href="/sync-runs" aria-current="page">' in page.get(address).text
    assert 'href="/parked"' in page.get("/sync-runs").text


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


def test_it_is_tried_again_by_workers_alone(
    page: FlaskClient, owner: Merchant, rung_for_records: Mock, signals: list[str]
) -> None:
    record_id = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    address = ask_again(page, record_id)
    rung_for_records.assert_called_once_with(owner.organization_id, record_id, "toast")
    assert (len(rows()), orders(), signals) == (1, [], [])
    text = page.get(address).text
    assert "Trying again" in text
    assert 'data-live="/live/parked-record?' in text
    assert "It has no checks." in text
    # Nobody who comes without having asked reads that something is going on.
    assert "Trying again" not in page.get(f"/parked/{record_id}").text


def test_its_page_says_that_it_was_applied(
    page: FlaskClient, owner: Merchant, signals: list[str]
) -> None:
    record_id = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    word = word_of(page, f"/parked/{record_id}")
    address = ask_again(page, record_id)
    live = live_of(page, address)
    work(owner, record_id)
    assert (rows(), orders(), signals) == ([], [GUID], ["invoice.past"])
    assert "no longer parked" in following(page, live)
    assert "no longer parked" in page.get(address).text
    assert page.get(f"/parked/{record_id}").status_code == 404
    assert page.post(f"/parked/{record_id}/retry", data={"csrf": word}).status_code == 404


def test_nothing_is_said_of_a_record_that_nobody_tried(
    page: FlaskClient, owner: Merchant, other: Merchant
) -> None:
    """Neither of an invented id nor of another merchant's, whatever the address claims."""
    ours, theirs = merchants.parked_record(owner), merchants.parked_record(other)
    genuine = ask_again(page, ours).partition("tried=")[2]
    for record_id in (987654321, theirs):
        for tried in ("1", genuine, "1-é", f"{genuine}0"):
            address = f"/parked/{record_id}?tried={tried}"
            assert page.get(address).status_code == 404, address
            told = following(page, f"/live/parked-record?record={record_id}&tried={tried}")
            assert "no such parked record" in told
            assert "applied</h1>" not in told
    # Of one that is there, an address can't claim a try either.
    for tried in ("1", genuine.partition("-")[0]):
        assert not re.search("Trying|Tried again", page.get(f"/parked/{ours}?tried={tried}").text)


def test_it_stays_with_a_fresh_reason_while_it_is_broken(
    page: FlaskClient, owner: Merchant
) -> None:
    record_id = merchants.parked_record(owner)
    for _ in range(2):
        # The second time it is refused for the very same reason, and the page tells it, too.
        address = ask_again(page, record_id)
        live = live_of(page, address)
        work(owner, record_id)
        for text in (following(page, live), page.get(address).text):
            assert "still refused" in text
            assert "Trying again" not in text
            assert "It has no checks." not in text
            assert rows()[0].error_code in text


def test_a_worker_that_comes_twice_or_late_changes_nothing_more(
    page: FlaskClient, owner: Merchant, signals: list[str]
) -> None:
    record_id = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    ask_again(page, record_id)
    work(owner, record_id)
    work(owner, record_id)
    assert (rows(), orders(), signals) == ([], [GUID], ["invoice.past"])


def test_the_web_itself_can_copy_nothing(owner: Merchant) -> None:
    """Its deadline rules COPY out, here as in the real one: else no test of it would notice."""
    with pytest.raises(ProgrammingError, match="asynchronous"), unit_of_work() as session:
        bulk.copy(session, "organizations", ("name",), [("copied",)])


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


def test_by_the_api(script: FlaskClient, owner: Merchant, rung_for_records: Mock) -> None:
    good = merchants.parked_record(owner, body=GOOD, external_id=GUID)
    bad = merchants.parked_record(owner, external_id="bad")
    listed: Any = script.get("/api/v1/parked-records").json
    assert [item["id"] for item in listed["items"]] == [bad, good]
    told = listed["items"][1]
    assert (told["error"], told["next_step"]) == ("It has no checks.", "Report it.")
    assert (told["external_id"], told["location"]) == (GUID, factories.PLACE)
    address = f"/api/v1/parked-records/{good}/retry"
    response = script.post(address)
    assert (response.status_code, response.json) == (202, {"id": good, "state": "trying again"})
    rung_for_records.assert_called_once_with(owner.organization_id, good, "toast")
    assert len(rows()) == 2
    work(owner, good)
    work(owner, bad)
    still: Any = script.get("/api/v1/parked-records").json
    assert [(item["id"], item["error_code"]) for item in still["items"]] == [
        (bad, rows()[0].error_code)
    ]
    assert script.post(address).status_code == 404
