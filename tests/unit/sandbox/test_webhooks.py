"""Webhooks: envelope, signature, retries, back-off, chaos."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.toast.webhook import retry
from sandbox.toast.webhook.backoff import Backoff
from sandbox.toast.webhook.signature import sign
from tests.unit.sandbox.merchant_client import StandIn

URL = "http://receiver.test/webhooks/toast/key"
VECTOR = (
    b'{"timestamp":"2026-03-08T09:15:00.000Z","eventCategory":"order_updated",'
    b'"eventType":"order_updated","guid":"11111111-1111-4111-8111-111111111111",'
    b'"details":{"restaurantGuid":"22222222-2222-4222-8222-222222222222",'
    b'"order":{"guid":"33333333-3333-4333-8333-333333333333"}}}'
)


@pytest.fixture
def told(toast: StandIn) -> StandIn:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "order_updated"})
    return toast


def make(toast: StandIn, **wanted: Any) -> str:
    guid: str = toast.control("POST", "orders", wanted)["guids"][0]
    return guid


def bodies(toast: StandIn) -> list[dict[str, Any]]:
    return [json.loads(body) for _url, body, _headers in toast.receiver.taken]


def test_the_signature_of_the_known_message() -> None:
    assert len(VECTOR) == 270
    signature = sign(VECTOR, "2026-03-08T09:15:00.000Z", "whsec-demo-1")
    assert signature == "b9EdVvBu8Q0DLSiWjL/OGZntEoCktBgxzMuRa+si+P0="
    assert signature != "YZ4EcLz5eqHtKRpUpkWI/aX4nL5g6ex0F5hh8K8Rkdo="


def test_an_order_is_told_in_the_documented_envelope(told: StandIn) -> None:
    guid = make(told, open=True)
    told.agenda.run_due()
    url, body, headers = told.receiver.taken[0]
    message = json.loads(body)
    assert url == URL
    assert list(message) == ["timestamp", "eventCategory", "eventType", "guid", "details"]
    assert message["eventCategory"] == message["eventType"] == "order_updated"
    assert message["timestamp"] == "2026-11-22T13:00:00.000Z"
    assert message["details"]["restaurantGuid"] == told.restaurant
    assert message["details"]["order"]["guid"] == guid
    assert headers["Toast-Restaurant-External-ID"] == told.restaurant
    assert headers["Toast-Event-Category"] == headers["Toast-Event-Type"] == "order_updated"
    assert headers["Toast-Attempt-Number"] == "1"
    assert headers["Connection"] == "close"
    secret = told.platform.merchant.webhook_secret.encode()
    mac = hmac.new(secret, body + message["timestamp"].encode(), hashlib.sha256)
    assert headers["Toast-Signature"] == b64encode(mac.digest()).decode()


def test_guests_and_external_ids_stay_at_home(told: StandIn) -> None:
    person = {"first_name": "Ada", "last_name": "Obi", "email": "ada@example.com"}
    line = {"name": "Suya", "price_cents": 500}
    order = {"external_id": "SHOP:1", "checks": [{"lines": [line], "guest": person}]}
    guid = make(told, order=order)
    told.agenda.run_due()
    said = bodies(told)[0]["details"]["order"]
    assert said["externalId"] is None
    assert set(said["checks"][0]["customer"]) == {"guid", "entityType"}
    assert "ada@example.com" not in json.dumps(said)
    shown = told.get(f"/orders/v2/orders/{guid}").get_json()
    assert shown["externalId"] == "SHOP:1"
    assert shown["checks"][0]["customer"]["email"] == "ada@example.com"


def test_every_mutation_is_told(told: StandIn) -> None:
    guid = make(told, open=True)
    for change in ({"do": "add_item"}, {"do": "pay"}, {"do": "delete"}):
        told.control("PATCH", f"orders/{guid}", change)
    told.agenda.run_due()
    orders = [each["details"]["order"] for each in bodies(told)]
    assert [each["deleted"] for each in orders] == [False, False, False, True]
    stamps = [each["modifiedDate"] for each in orders]
    assert stamps == sorted(set(stamps))
    assert len({each["guid"] for each in bodies(told)}) == 4


def test_nothing_is_told_when_not_wanted(told: StandIn) -> None:
    make(told, webhooks=False)
    assert told.agenda.run_due() == 0


def test_a_failed_message_is_sent_again_after_five_and_ten_minutes(told: StandIn) -> None:
    told.receiver.answers = [500, None, 202]
    make(told)
    told.agenda.run_due()
    told.ticks.at = 299
    assert told.agenda.run_due() == 0
    told.ticks.at = 300
    assert told.agenda.run_due() == 1
    told.ticks.at = 899
    assert told.agenda.run_due() == 0
    told.ticks.at = 900
    assert told.agenda.run_due() == 1
    attempts = [headers["Toast-Attempt-Number"] for *_rest, headers in told.receiver.taken]
    assert attempts == ["1", "2", "3"]
    assert len({body for _url, body, _headers in told.receiver.taken}) == 1
    statistics = told.control("GET", "state")["webhooks"]
    assert (statistics["delivered"], statistics["failed"], statistics["pending"]) == (1, 2, 0)


def test_a_message_is_dropped_after_three_attempts(told: StandIn) -> None:
    told.receiver.answers = [503, 503, 503, 202]
    make(told)
    for told.ticks.at in (0, 300, 900, 5_000):
        told.agenda.run_due()
    statistics = told.control("GET", "state")["webhooks"]
    assert (statistics["attempts"], statistics["dropped"]) == (3, 1)


def test_retries_can_be_quickened(told: StandIn) -> None:
    told.control("POST", "webhooks/retries", {"scale": 0.001})
    told.receiver.answers = [500]
    make(told)
    told.agenda.run_due()
    told.ticks.at = 0.3
    assert told.agenda.run_due() == 1


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 410, 422])
def test_redirects_and_refusals_lose_the_message(status: int) -> None:
    assert retry.wait_s(status, 1) is None


@pytest.mark.parametrize("status", [None, 404, 429, 500, 503])
def test_other_failures_are_tried_twice_more(status: int | None) -> None:
    assert [retry.wait_s(status, attempt) for attempt in (1, 2, 3)] == [300, 600, None]


def test_fifty_errors_in_five_minutes_pause_for_one() -> None:
    backoff = Backoff()
    for second in range(50):
        assert backoff.state(second) == "active"
        backoff.failed(second)
    assert backoff.state(49 + 59) == "paused"
    assert backoff.state(49 + 60) == "active"


def test_errors_long_ago_do_not_count() -> None:
    backoff = Backoff()
    for second in range(0, 500, 10):
        backoff.failed(second)
    assert backoff.state(500) == "active"


def test_nine_pauses_in_ten_minutes_stop_for_good() -> None:
    backoff = Backoff()
    now = 0.0
    for _pause in range(9):
        for _error in range(50):
            backoff.failed(now)
        now += 61
    assert backoff.state(1e9) == "stopped"


def test_messages_of_a_pause_are_not_sent(told: StandIn) -> None:
    told.receiver.answers = [400] * 50
    toast_orders = told.control("POST", "webhooks/send", {"limit": 51})
    told.agenda.run_due()
    assert toast_orders == {"sent": 51}
    statistics = told.control("GET", "state")["webhooks"]
    assert statistics["subscriptions"][0]["state"] == "paused"
    assert (statistics["attempts"], statistics["dropped"]) == (50, 51)


def doubled(toast: StandIn) -> bool:
    guids = [each["guid"] for each in bodies(toast)]
    return len(guids) == 20 and len(set(guids)) == 10


def lost(toast: StandIn) -> bool:
    return not toast.receiver.taken


def forged(toast: StandIn) -> bool:
    secret = toast.platform.merchant.webhook_secret
    return all(
        headers["Toast-Signature"] != sign(body, json.loads(body)["timestamp"], secret)
        for _url, body, headers in toast.receiver.taken
    )


def shuffled(toast: StandIn) -> bool:
    came = [each["details"]["order"]["guid"] for each in bodies(toast)]
    sent = [each.guid for each in toast.platform.book.all()[:10]]
    return came != sent and sorted(came) == sorted(sent)


@pytest.mark.parametrize(
    ("chaos", "seen"),
    [
        ({"duplicate": 1}, doubled),
        ({"drop": 1}, lost),
        ({"tamper": 1}, forged),
        ({"reorder": 0.5, "seed": 3}, shuffled),
        ({"delay_s": 30, "seed": 3}, shuffled),
    ],
)
def test_chaos_on_demand(
    told: StandIn, chaos: dict[str, Any], seen: Callable[[StandIn], bool]
) -> None:
    told.control("POST", "webhooks/chaos", chaos)
    told.control("POST", "webhooks/send", {"limit": 10})
    for told.ticks.at in range(61):
        told.agenda.run_due()
    assert seen(told)


def test_chosen_orders_can_be_told_again(told: StandIn) -> None:
    guids = [each.guid for each in told.platform.book.all()[4:7]]
    told.control("POST", "webhooks/send", {"guids": guids[::-1]})
    told.agenda.run_due()
    assert [each["details"]["order"]["guid"] for each in bodies(told)] == guids[::-1]


def test_subscriptions_come_and_go(told: StandIn) -> None:
    told.control("POST", "subscriptions", {"url": URL + "2", "secret": "own"})
    assert len(told.control("GET", "subscriptions")["items"]) == 2
    assert told.control("DELETE", "subscriptions", {"url": URL})["items"] == [
        {"url": URL + "2", "secret": "own", "eventCategory": "order_updated"}
    ]
    assert told.control("DELETE", "subscriptions")["items"] == []


def test_other_categories_are_not_told_about_orders(toast: StandIn) -> None:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "menus"})
    make(toast)
    assert toast.agenda.run_due() == 0
