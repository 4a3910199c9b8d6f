"""Deliveries: the list, one as it came, and replaying it."""

import re
from unittest.mock import Mock

from flask.testing import FlaskClient

from models import InboxEvent, connections
from models.session import unit_of_work
from tests import merchants
from tests.merchants import Merchant


def word_of(page: FlaskClient, address: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', page.get(address).text)[0]


def state_of(event_id: int) -> str:
    with unit_of_work() as session:
        return session.get_one(InboxEvent, event_id).state


def test_the_list_by_state(page: FlaskClient, owner: Merchant) -> None:
    ids = {state: merchants.deliver(owner, state=state) for state in ("pending", "parked", "done")}
    assert re.findall(r'/events/(\d+)"', page.get("/events").text) == [
        str(ids[state]) for state in ("done", "parked", "pending")
    ]
    for state, event_id in ids.items():
        text = page.get(f"/events?state={state}").text
        assert re.findall(r'/events/(\d+)"', text) == [str(event_id)]


def test_pages_of_several_connections_follow_each_other(page: FlaskClient, owner: Merchant) -> None:
    with unit_of_work() as session:
        second = connections.store(session, owner.organization_id, "toast", "second", {}, {})
    twin = merchants.Merchant(owner.organization_id, second, owner.user)
    ids = [merchants.deliver(owner if n % 3 else twin) for n in range(60)]
    text = page.get("/events").text
    [following] = re.findall(r'href="([^"]+)" rel="next"', text)
    text += page.get(f"/events{following}").text
    assert re.findall(r'/events/(\d+)"', text) == [str(n) for n in reversed(ids)]


def test_a_parked_delivery_says_why_and_what_to_do(page: FlaskClient, owner: Merchant) -> None:
    text = page.get(f"/events/{merchants.deliver(owner, state='parked')}").text
    assert "This delivery can&#39;t be read as an order." in text
    assert "Replay it once the till&#39;s software is updated." in text
    assert "toast.unreadable" in text


def test_secrets_are_hidden_in_headers_and_body(page: FlaskClient, owner: Merchant) -> None:
    sealed = connections.seal({"webhook_secret": merchants.SECRET})
    with unit_of_work() as session:
        session.get_one(type(owner.connection), owner.connection.id).secrets = sealed
    text = page.get(f"/events/{merchants.deliver(owner)}").text
    assert merchants.SECRET not in text
    assert "hush" not in text
    assert "[hidden]" in text
    assert "toast-timestamp" in text


def test_it_leads_to_its_order(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order("o1"))
    event_id = merchants.deliver(owner, record="o1")
    assert f"/orders/{order_id}" in page.get(f"/events/{event_id}").text


def test_replay_puts_it_back_in_line_and_rings(
    page: FlaskClient, owner: Merchant, rung: Mock
) -> None:
    event_id = merchants.deliver(owner, state="parked")
    word = word_of(page, f"/events/{event_id}")
    response = page.post(f"/events/{event_id}/replay", data={"csrf": word})
    assert response.headers["Location"] == f"/events/{event_id}"
    assert state_of(event_id) == "pending"
    rung.assert_called_once_with(owner.connection.id, "toast")


def test_replay_needs_a_form_of_ours(page: FlaskClient, owner: Merchant, rung: Mock) -> None:
    event_id = merchants.deliver(owner, state="parked")
    for data in ({}, {"csrf": ""}, {"csrf": "guessed"}):
        response = page.post(f"/events/{event_id}/replay", data=data)
        assert response.status_code == 403
        assert "nothing was changed" in response.text
    assert state_of(event_id) == "parked"
    rung.assert_not_called()


def test_replay_needs_somebody_signed_in(client: FlaskClient, owner: Merchant, rung: Mock) -> None:
    event_id = merchants.deliver(owner, state="parked")
    client.post(f"/events/{event_id}/replay")
    assert state_of(event_id) == "parked"


def test_a_body_that_is_no_json_is_shown_as_it_is(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner)
    with unit_of_work() as session:
        session.get_one(InboxEvent, event_id).body = b"\xff<b>not json"
    assert "&lt;b&gt;not json" in page.get(f"/events/{event_id}").text
