"""Dead messages on the pages, in the API and the metrics; invoices that were parked, again."""

import itertools
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from config import clock
from dashboard import broker
from models import DeadMessage, Order, Organization, api_tokens, dead_message, organizations
from models.session import unit_of_work
from tasks import ring
from tests import merchants
from tests.faults.broker.ground import ground
from tests.integration.dashboard.test_health import value
from tests.merchants import Merchant
from tests.waiting import until


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, database: str) -> list[tuple[str, dict[str, object]]]:
    """What workers were asked for; nothing leaves this process."""
    found: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(ring, "asked", lambda name, **kwargs: found.append((name, kwargs)))
    with unit_of_work() as session:
        session.execute(delete(DeadMessage))
    return found


@pytest.fixture
def owner(owner: Merchant) -> Merchant:
    """Whoever operates the installation."""
    return merchants.operates(owner)


def token(page: FlaskClient) -> str:
    page.get("/")
    with page.session_transaction() as session:
        return str(session["csrf"])


def dead(about: str = "one") -> int:
    return merchants.dead_message(about, body=b"secret of another")


def test_home_and_metrics_count_them(
    page: FlaskClient, client: FlaskClient, owner: Merchant
) -> None:
    assert "Messages were set aside" not in page.get("/").text
    dead("one"), dead("two")
    text = page.get("/").text
    assert "2 messages could not be worked on" in text
    assert 'href="/dead"' in text
    # Kept for some seconds.
    until(lambda: value(client, "taxpoynt_dead_messages") == 2, what="the gauge to be read")


def test_the_page_tells_why_and_never_what_they_hold(page: FlaskClient, owner: Merchant) -> None:
    assert "No message is dead" in page.get("/dead").text
    one = dead()
    text = page.get("/dead").text
    assert "Nobody knows it." in text
    assert "moon.rise" in text
    assert f'action="/dead/{one}/retry"' in text
    assert "secret of another" not in text


def test_one_is_sent_again(
    page: FlaskClient, owner: Merchant, asked: list[tuple[str, dict[str, object]]]
) -> None:
    one = dead()
    assert page.post(f"/dead/{one}/retry").status_code == 403
    assert asked == []
    answer = page.post(f"/dead/{one}/retry", data={"csrf": token(page)})
    assert (answer.status_code, answer.location) == (303, f"/dead?sent={one}")
    assert asked == [("resend.message", {"message_id": one})]
    assert f"Message {one} is being sent again" in page.get(answer.location).text


def test_one_is_dismissed_when_asked_twice(page: FlaskClient, owner: Merchant) -> None:
    one, two = dead("one"), dead("two")
    before, _, asked = page.get("/dead").text.partition('<details class="confirm">')
    assert "/dismiss" not in before
    assert re.search(r"</summary>\s*<form .*?/dismiss.*?for good.*?</details>", asked, re.S)
    assert page.post(f"/dead/{one}/dismiss").status_code == 403
    answer = page.post(f"/dead/{one}/dismiss", data={"csrf": token(page)})
    assert (answer.status_code, answer.location) == (303, f"/dead?dismissed={one}")
    text = page.get(answer.location).text
    assert f"Message {one} is dismissed" in text
    assert f"/dead/{one}/dismiss" not in text
    assert f"/dead/{two}/dismiss" in text
    gone = page.post(f"/dead/{one}/dismiss", data={"csrf": token(page)})
    assert gone.status_code == 404
    assert "sent again or dismissed" in gone.text
    assert state(one) == dead_message.DISMISSED


def test_names_of_strangers_dont_turn_the_line_around(page: FlaskClient, owner: Merchant) -> None:
    dead()
    text = page.get("/dead").text
    for strange in ("<code>moon.rise</code>", "upkeep", "w@h", "Nobody knows it."):
        assert f"<bdi>{strange}</bdi>" in text


def test_nobody_but_the_operator_sees_or_touches_them(
    page: FlaskClient,
    owner: Merchant,
    other: Merchant,
    signed_in: Callable[[Merchant], FlaskClient],
    asked: list[tuple[str, dict[str, object]]],
) -> None:
    one, stranger = dead(), signed_in(other)
    assert "/dead" in page.get("/").text
    seen = stranger.get("/")
    assert seen.status_code == 200
    assert "/dead" not in seen.text
    assert "set aside" not in seen.text
    assert "/dead" not in live(stranger)
    assert "/dead" in live(page)
    for look in (
        stranger.get("/dead"),
        stranger.get("/api/v1/dead-messages", headers=csrf(stranger)),
    ):
        assert look.status_code == 404
        assert "moon" not in look.text
    for verb in ("retry", "dismiss"):
        assert (
            stranger.post(f"/dead/{one}/{verb}", data={"csrf": token(stranger)}).status_code == 404
        )
    assert asked == []
    assert state(one) == dead_message.WAITING


def test_no_token_but_the_operators_lists_or_touches_them(
    app: Flask, script: FlaskClient, owner: Merchant, other: Merchant
) -> None:
    one, stranger = dead(), app.test_client()
    with unit_of_work() as session:
        theirs = api_tokens.make(session, other.organization_id, "script")
    stranger.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {theirs}"
    assert stranger.get("/api/v1/connections").status_code == 200
    for address in ("", "?state=dismissed", "?state=nonsense"):
        look = stranger.get(f"/api/v1/dead-messages{address}")
        assert (look.status_code, "moon" in look.text) == (404, False)
    for verb in ("retry", "dismiss"):
        assert stranger.post(f"/api/v1/dead-messages/{one}/{verb}").status_code == 404
    assert state(one) == dead_message.WAITING
    gone = script.post(f"/api/v1/dead-messages/{one}/dismiss")
    assert (gone.status_code, gone.json) == (200, {"id": one, "state": "dismissed"})
    assert script.post(f"/api/v1/dead-messages/{one}/dismiss").status_code == 404


def test_the_organization_that_comes_with_the_installation_operates_it(app: Flask) -> None:
    with unit_of_work() as session:
        first, _ = organizations.ensure_first(session)
        assert first.operates
    later = merchants.merchant()
    with unit_of_work() as session:
        assert not session.get_one(Organization, later.organization_id).operates
        # Nobody inherits it: with the first one gone, the next oldest sees no more than before.
        session.delete(session.get_one(Organization, first.id))
    with unit_of_work() as session:
        assert not organizations.ensure_first(session)[0].operates


def state(message_id: int) -> str:
    with unit_of_work() as session:
        return session.get_one(DeadMessage, message_id).state


def csrf(page: FlaskClient) -> dict[str, str]:
    return {"X-CSRF-Token": token(page)}


def live(page: FlaskClient) -> str:
    """What the live stream sends of Home."""
    response = page.get("/live/home", buffered=False)
    parts = itertools.islice(response.response, 2)
    text = b"".join(p if isinstance(p, bytes) else p.encode() for p in parts).decode()
    response.close()
    return text


def test_the_api_lists_and_retries(
    script: FlaskClient, owner: Merchant, asked: list[tuple[str, dict[str, object]]]
) -> None:
    one = dead()
    [item] = script.get("/api/v1/dead-messages").json["items"]  # type: ignore[index]
    assert (item["id"], item["error_code"], item["times"]) == (one, "task.unknown", 1)
    assert "body" not in item
    assert script.post(f"/api/v1/dead-messages/{one}/retry").status_code == 202
    assert asked == [("resend.message", {"message_id": one})]
    assert script.get("/api/v1/dead-messages?state=retried").json["items"] == []  # type: ignore[index]
    assert script.post(f"/api/v1/dead-messages/{one + 1}/retry").status_code == 404


def test_settled_ones_are_forgotten_after_a_while(owner: Merchant) -> None:
    one, two = dead("one"), dead("two")
    with unit_of_work() as session:
        assert dead_message.settle(session, [one, one + 999], dead_message.DISMISSED) == [one]
        dead_message.prune(session, clock.now() + timedelta(seconds=1))
        left = session.query(DeadMessage).all()
    assert [each.id for each in left] == [two]


def test_a_parked_invoice_is_owed_again(
    page: FlaskClient,
    client: FlaskClient,
    owner: Merchant,
    asked: list[tuple[str, dict[str, object]]],
) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order("o1"))
    with unit_of_work() as session:
        change = update(Order).where(Order.id == order_id)
        session.execute(change.values(invoice_state="parked", invoice_reason="It doesn't add up."))
    # Kept for some seconds.
    until(lambda: value(client, "taxpoynt_invoices_parked") == 1, what="the gauge to be read")
    assert "Invoice again" in page.get(f"/orders/{order_id}").text
    with page.session_transaction() as session:
        word = session["csrf"]
    answer = page.post(f"/orders/{order_id}/invoice", data={"csrf": word})
    assert answer.location == f"/orders/{order_id}"
    ours = {"connection_id": owner.connection.id}
    assert asked == [("invoice.orders", ours), ("invoice.past", {**ours, "platform": "toast"})]
    with unit_of_work() as session:
        order = session.get_one(Order, order_id)
        assert (order.invoice_state, order.invoice_reason) == ("due", None)
    assert page.post(f"/orders/{order_id}/invoice", data={"csrf": word}).status_code == 404


def test_a_broker_that_was_set_to_evict_or_is_full_is_noticed(
    client: FlaskClient,
    owner: Merchant,
    other: Merchant,
    signed_in: Callable[[Merchant], FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ground("--maxmemory", "4mb", "--maxmemory-policy", "noeviction") as made:
        assert value(client, "taxpoynt_broker_evicts") == 0
        made.redis.config_set("maxmemory-policy", "allkeys-lru")
        made.redis.config_set("maxmemory", made.redis.info("memory")["used_memory"])
        assert value(client, "taxpoynt_broker_evicts") == 1
        assert value(client, "taxpoynt_broker_memory_share") > 0.7
        watch = broker.Watch()
        faults = until(lambda: watch.last().faults, what="the watch to have looked")
        assert [each.subject for each in faults] == ["eviction", "broker memory"]
        monkeypatch.setattr(broker, "watch", watch)
        # No merchant can do anything about it.
        assert "The broker needs attention" not in signed_in(other).get("/").text
        merchants.operates(owner)
        assert "The broker needs attention" in signed_in(owner).get("/").text
    assert value(client, "taxpoynt_broker_up") == 1
