import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tasks import handle, ring
from tests.factories import connected
from tests.integration.tasks.asked import ask, connection, deliveries, one, orders
from tests.integration.webhooks.knocking import give_secrets, knock
from tests.shop import Shop
from webhooks.directory import Directory

pytestmark = pytest.mark.usefixtures("database")


def test_an_authentic_delivery_is_stored_raw_and_answered_202(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    answer = knock(door, shop, message)
    assert answer.status_code == 202
    (row,) = deliveries(shop)
    assert bytes(row.body) == message.body
    assert (row.state, row.delivery_id, row.event_type) == (
        "pending",
        message.guid,
        "order_updated",
    )
    assert (row.organization_id, row.connection_id) == (shop.organization_id, shop.connection_id)
    assert answer.headers["X-Correlation-Id"] == row.correlation_id


def test_a_delivery_is_stored_before_it_is_signalled(
    door: FlaskClient, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What another session sees at that moment.
    seen: list[int] = []
    monkeypatch.setattr(ring, "deliveries", lambda *_: seen.append(len(deliveries(shop))))
    (message,) = shop.messages(1)
    assert knock(door, shop, message).status_code == 202
    assert seen == [1]


def test_the_same_delivery_again_is_202_and_one_row(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    answers = [knock(door, shop, message, attempt=n) for n in range(1, 4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len(deliveries(shop)) == 1


def test_a_delivery_that_comes_again_after_it_was_applied_changes_nothing(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    knock(door, shop, message)
    handle.drain(shop.connection_id)
    before = orders(shop)
    assert knock(door, shop, message).status_code == 202
    assert handle.drain(shop.connection_id) == 0
    assert orders(shop) == before


def test_a_hundred_times_at_once_is_one_row(app: Flask, shop: Shop) -> None:
    (message,) = shop.messages(1)
    senders = 10
    gate = Barrier(senders)

    def send(_: int) -> list[int]:
        door = app.test_client()
        gate.wait()
        return [knock(door, shop, message).status_code for _ in range(10)]

    with ThreadPoolExecutor(senders) as pool:
        statuses = [status for found in pool.map(send, range(senders)) for status in found]
    # A pool without a connection to spare answers 503, which is sent again.
    assert set(statuses) <= {202, 503}
    assert 202 in statuses
    assert len(deliveries(shop)) == 1


@pytest.mark.parametrize("signature", [None, "", "bm8=", "not base64 é", "x" * 5000])
def test_a_missing_or_wrong_signature_is_401_and_stores_nothing(
    door: FlaskClient, shop: Shop, signature: str | None
) -> None:
    (message,) = shop.messages(1)
    headers = message.headers(shop.secret, 1)
    if signature is None:
        del headers["Toast-Signature"]
    else:
        headers["Toast-Signature"] = signature
    answer = door.post(shop.address, data=message.body, headers=headers)
    assert answer.status_code == 401
    assert shop.secret not in answer.text
    assert deliveries(shop) == []


def test_a_signature_covers_the_body_to_the_byte(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    headers = message.headers(shop.secret, 1)
    for body in (
        message.body + b" ",
        json.dumps(json.loads(message.body)).encode(),
        message.body.replace(b"order_updated", b"order_updateD", 1),
    ):
        assert body != message.body
        assert door.post(shop.address, data=body, headers=headers).status_code == 401
    assert deliveries(shop) == []


def test_another_merchants_secret_opens_no_door(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    headers = message.headers("somebody-elses-secret", 1)
    assert door.post(shop.address, data=message.body, headers=headers).status_code == 401


@pytest.mark.parametrize("secret", [None, [], ""])
def test_a_connection_without_a_secret_accepts_nothing(
    door: FlaskClient, shop: Shop, secret: Any
) -> None:
    give_secrets(shop, secret)
    (message,) = shop.messages(1)
    for signed_with in (shop.secret, ""):
        headers = message.headers(signed_with, 1)
        assert door.post(shop.address, data=message.body, headers=headers).status_code == 401
    assert deliveries(shop) == []


def test_an_unknown_address_is_404(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    headers = message.headers(shop.secret, 1)
    key = shop.address.rsplit("/", 1)[-1]
    for address in ("/webhooks/toast/nobody", f"/webhooks/square/{key}", "/webhooks/toast/%00"):
        assert door.post(address, data=message.body, headers=headers).status_code == 404
    assert door.get(shop.address).status_code == 405
    assert deliveries(shop) == []


def test_while_a_secret_is_replaced_both_sign(door: FlaskClient, shop: Shop) -> None:
    give_secrets(shop, ["the-new-secret", shop.secret])
    first, second, third = shop.messages(3)
    for message, secret, status in (
        (first, "the-new-secret", 202),
        (second, shop.secret, 202),
        (third, "a-third-secret", 401),
    ):
        headers = message.headers(secret, 1)
        answer = door.post(shop.address, data=message.body, headers=headers)
        assert answer.status_code == status


def test_a_new_secret_is_known_as_soon_as_the_old_one_is_forgotten(shop: Shop) -> None:
    now = [100.0]
    directory = Directory(tick=lambda: now[0])
    key = shop.address.rsplit("/", 1)[-1]

    def secret() -> Any:
        found = directory.find("toast", key)
        assert found is not None
        return found.settings["webhook_secret"]

    assert secret() == shop.secret
    give_secrets(shop, "the-new-secret")
    now[0] += 4.9
    assert secret() == shop.secret
    now[0] += 0.2
    assert secret() == "the-new-secret"


def test_a_connection_made_just_now_is_found_at_once(shop: Shop) -> None:
    directory = Directory()
    assert directory.find("toast", "no-such-key") is None
    made = connected()
    ask("UPDATE connections SET key = 'no-such-key' WHERE id = :c", c=made.id)
    assert directory.find("toast", "no-such-key") is not None


def test_neither_secret_nor_signature_nor_cookie_is_stored_with_a_delivery(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    sent = {"Authorization": "Bearer abcdef", "Cookie": "session=abcdef", "X-Api-Key": "abcdef"}
    answer = knock(door, shop, message, **sent)
    assert answer.status_code == 202
    row = one("SELECT headers FROM inbox_events WHERE connection_id = :c", c=shop.connection_id)
    assert set(row.headers) == {
        "content-type",
        "user-agent",
        "toast-event-type",
        "toast-event-category",
        "toast-restaurant-external-id",
        "toast-attempt-number",
    }
    signature = message.headers(shop.secret, 1)["Toast-Signature"]
    assert signature not in json.dumps(row.headers)
    assert "abcdef" not in json.dumps(row.headers)


def test_every_delivery_belongs_to_its_address_whatever_its_body_says(
    door: FlaskClient, shop: Shop
) -> None:
    other = connected()
    ask(
        "UPDATE connections SET secrets = (SELECT secrets FROM connections WHERE id = :a) "
        "WHERE id = :b",
        a=shop.connection_id,
        b=other.id,
    )
    (message,) = shop.messages(1)
    for address in (shop.address, f"/webhooks/toast/{other.key}"):
        headers = message.headers(shop.secret, 1)
        assert door.post(address, data=message.body, headers=headers).status_code == 202
    rows = ask(
        "SELECT * FROM inbox_events WHERE delivery_id = :d AND connection_id = ANY(:c)",
        d=message.guid,
        c=[shop.connection_id, other.id],
    )
    assert {(row.connection_id, row.organization_id) for row in rows} == {
        (shop.connection_id, shop.organization_id),
        (other.id, other.organization_id),
    }


def test_the_stand_ins_own_deliveries_become_orders(door: FlaskClient, shop: Shop) -> None:
    for message in shop.messages():
        assert knock(door, shop, message).status_code == 202
    handle.drain(shop.connection_id)
    assert {row.state for row in deliveries(shop)} == {"done"}
    assert len(orders(shop)) == len(shop.messages())
    assert connection(shop).status == "connected"


def test_a_secret_that_was_replaced_just_now_signs_at_once(app: Flask, shop: Shop) -> None:
    messages = [*shop.messages(2)]
    assert knock(app.test_client(), shop, messages[0]).status_code == 202
    give_secrets(shop, "the-new-secret")
    headers = messages[1].headers("the-new-secret", 1)
    gate = Barrier(6)

    def send(_: int) -> int:
        gate.wait()
        door = app.test_client()
        return door.post(shop.address, data=messages[1].body, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {202}
    assert knock(app.test_client(), shop, messages[0]).status_code == 401


def test_an_address_that_is_gone_is_404_once_that_is_known(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    assert knock(door, shop, message).status_code == 202
    ask("UPDATE connections SET key = key || '-gone' WHERE id = :c", c=shop.connection_id)
    wrong = message.headers("a-wrong-secret", 1)
    assert door.post(shop.address, data=message.body, headers=wrong).status_code == 404
    assert knock(door, shop, message).status_code == 404
