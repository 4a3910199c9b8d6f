"""Dead messages on the pages, in the API and the metrics; invoices that were parked, again."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from config import clock
from dashboard import broker
from models import DeadMessage, Order, dead_message
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


def dead(about: str = "one", body: bytes = b"secret of another") -> int:
    with unit_of_work() as session:
        entry = {
            **{"queue": "upkeep", "task": "moon.rise", "body": body, "size": len(body)},
            **{"error_code": "task.unknown", "error": "Nobody knows it.", "next_step": "Deploy."},
            **{"worker": "w@h", "seen_at": clock.now(), "about": about},
        }
        dead_message.keep(session, [entry])
        return max(row["id"] for row in dead_message.waiting(session))


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
    page.get("/dead")
    assert page.post(f"/dead/{one}/retry").status_code == 403
    assert asked == []
    with page.session_transaction() as session:
        word = session["csrf"]
    answer = page.post(f"/dead/{one}/retry", data={"csrf": word})
    assert (answer.status_code, answer.location) == (303, f"/dead?sent={one}")
    assert asked == [("resend.message", {"message_id": one})]
    assert f"Message {one} is being sent again" in page.get(answer.location).text


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
    assert asked == [("invoice.orders", {"connection_id": owner.connection.id})]
    with unit_of_work() as session:
        order = session.get_one(Order, order_id)
        assert (order.invoice_state, order.invoice_reason) == ("due", None)
    assert page.post(f"/orders/{order_id}/invoice", data={"csrf": word}).status_code == 404


def test_a_broker_that_was_set_to_evict_or_is_full_is_noticed(
    page: FlaskClient, client: FlaskClient, owner: Merchant
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
    assert value(client, "taxpoynt_broker_up") == 1
