"""Deliveries: the list, one as it came, and replaying it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import Mock

from flask.testing import FlaskClient

from config import clock
from config.errors import SkippedRecord
from models import InboxEvent, connections, inbox
from models.session import unit_of_work
from tests import merchants
from tests.merchants import Merchant


def word_of(page: FlaskClient, address: str) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', page.get(address).text)[0]


@dataclass(frozen=True)
class Facts:
    """What a delivery's page lists of it."""

    text: str

    @property
    def said(self) -> dict[str, str]:
        pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", self.text, re.DOTALL)
        return {unmarked(name): unmarked(value) for name, value in pairs}


def facts_of(page: FlaskClient, event_id: int) -> Facts:
    text = page.get(f"/events/{event_id}").text
    return Facts(text.partition('<dl class="facts">')[2].partition("</dl>")[0])


def unmarked(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html).strip()


def live_in(text: str) -> str:
    """Where a page follows its delivery."""
    [live] = re.findall(r'data-live="([^"]+)"', text)
    return live.replace("&amp;", "&")


def following(page: FlaskClient, live: str) -> str:
    """What the page is sent then."""
    response = page.get(live, buffered=False)
    parts = [next(response.response) for _ in range(2)]
    response.close()
    return "".join(p.decode() if isinstance(p, bytes) else p for p in parts)


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


def test_its_page_follows_a_replay(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner, state="parked")
    address = f"/events/{event_id}"
    text = page.get(address).text
    assert "can&#39;t be read" in text
    page.post(f"{address}/replay", data={"csrf": word_of(page, address)})
    text = page.get(address).text
    assert "Replayed: in line." in text
    assert "as soon as a worker is free" in text
    assert "can&#39;t be read" not in text
    live = live_in(text)
    assert "data: " not in following(page, live)
    with unit_of_work() as session:
        inbox.settle(session, {event_id: "o1"})
    for shown in (following(page, live), page.get(address).text):
        assert re.search(r"<h1>.*>done<", shown)
        assert "Replayed: in line." not in shown
        assert "Next try" not in shown
        assert " ms</span>" in shown


def test_its_page_follows_a_replay_that_fails_for_the_same_reason(
    page: FlaskClient, owner: Merchant
) -> None:
    event_id = merchants.deliver(owner, state="parked")
    fault = SkippedRecord("till.odd", "It is odd.", next_step="Look at it.")
    for _ in range(2):
        page.post(f"/events/{event_id}/replay", data={"csrf": word_of(page, f"/events/{event_id}")})
        live = live_in(page.get(f"/events/{event_id}").text)
        with unit_of_work() as session:
            inbox.park(session, event_id, fault)
        shown = following(page, live)
        assert "It is odd." in shown
        assert "Replayed: in line." not in shown


def test_one_that_waits_for_its_next_try_says_when_and_why(
    page: FlaskClient, owner: Merchant
) -> None:
    event_id = merchants.deliver(owner, state="pending")
    fault = SkippedRecord("till.odd", "It is odd.", next_step="Look at it.")
    with unit_of_work() as session:
        row = session.get_one(InboxEvent, event_id)
        inbox.postpone(session, row, fault, clock.now() + timedelta(hours=1))
    text = page.get(f"/events/{event_id}").text
    assert "It is odd." in text
    assert "as soon as" not in text
    assert "Next try" in text


def test_one_that_is_forgotten_meanwhile(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner)
    live = live_in(page.get(f"/events/{event_id}").text)
    with unit_of_work() as session:
        session.delete(session.get_one(InboxEvent, event_id))
    assert "Delivery forgotten" in following(page, live)
    assert page.get(f"/events/{event_id}").status_code == 404


def test_the_story_of_a_replayed_one_is_true(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner, record="o1")
    assert "eplay" not in facts_of(page, event_id).text
    # It came five minutes ago and was handled at once; a minute ago it was replayed.
    [order_id] = merchants.take_orders(owner, merchants.rich_order("o1"))
    with unit_of_work() as session:
        inbox.replay(session, owner.organization_id, [event_id], clock.now())
        inbox.settle(session, {event_id: "o1"})
        row = session.get_one(InboxEvent, event_id)
        now = clock.now()
        row.received_at = now - timedelta(minutes=5)
        row.replayed_at = now - timedelta(minutes=1)
        row.handled_at = row.replayed_at + timedelta(milliseconds=22)
    facts = facts_of(page, event_id)
    assert list(facts.said) == [
        *("Connection", "Received", "Replayed", "Handled", "Tries since its replay"),
        *("Record", "Delivery id", "Correlation id"),
    ]
    assert facts.said["Handled"].endswith("after 22 ms")
    assert facts.said["Tries since its replay"] == "1"
    assert "handled 22 ms after its replay" in page.get("/events").text
    steps = page.get(f"/orders/{order_id}").text
    places = [steps.index(f'/events/{event_id}">{step}') for step in ("Delivered", "Replayed")]
    assert places == sorted(places)


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
