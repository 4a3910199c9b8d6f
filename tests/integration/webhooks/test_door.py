import hmac
import io
import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import settings
from models import Connection, connections
from models import session as database_session
from models.session import unit_of_work
from sandbox.toast.webhook.message import Message
from tasks import handle
from tests.children import free_port
from tests.factories import connected
from tests.integration.tasks.asked import ask, connection, deliveries, one, orders
from tests.shop import Shop
from webhooks.directory import Directory
from webhooks.receive import MAX_BODY

pytestmark = pytest.mark.usefixtures("database")


def _signed(body: bytes, secret: str, timestamp: str = "") -> str:
    return b64encode(hmac.digest(secret.encode(), body + timestamp.encode(), "sha256")).decode()


def _knock(
    door: FlaskClient, shop: Shop, message: Message, *, attempt: int = 1, **headers: str
) -> TestResponse:
    sent = {**message.headers(shop.secret, attempt), **headers}
    return door.post(shop.address, data=message.body, headers=sent)


def _knock_raw(door: FlaskClient, shop: Shop, body: bytes, secret: str | None = None) -> Any:
    headers = {"Toast-Signature": _signed(body, secret or shop.secret)}
    return door.post(shop.address, data=body, headers=headers)


def _secrets(shop: Shop, secret: Any) -> None:
    """Give a connection other webhook secrets, as connecting it again does."""
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        row.secrets = connections.seal(
            {**connections.unseal(row.secrets), "webhook_secret": secret}
        )


def test_an_authentic_delivery_is_stored_raw_and_answered_202(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    answer = _knock(door, shop, message)
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


def test_the_same_delivery_again_is_202_and_one_row(door: FlaskClient, shop: Shop) -> None:
    (message,) = shop.messages(1)
    answers = [_knock(door, shop, message, attempt=n) for n in range(1, 4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert len(deliveries(shop)) == 1


def test_a_delivery_that_comes_again_after_it_was_applied_changes_nothing(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    _knock(door, shop, message)
    handle.drain(shop.connection_id)
    before = orders(shop)
    assert _knock(door, shop, message).status_code == 202
    assert handle.drain(shop.connection_id) == 0
    assert orders(shop) == before


def test_a_hundred_times_at_once_is_one_row(app: Flask, shop: Shop) -> None:
    (message,) = shop.messages(1)
    senders = 10
    gate = Barrier(senders)

    def send(_: int) -> list[int]:
        door = app.test_client()
        gate.wait()
        return [_knock(door, shop, message).status_code for _ in range(10)]

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
    _secrets(shop, secret)
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


def test_more_than_a_mebibyte_is_413_whether_its_length_is_told_or_not(
    door: FlaskClient, shop: Shop
) -> None:
    body = b"{" + b" " * MAX_BODY
    told = _knock_raw(door, shop, body)
    assert told.status_code == 413
    headers = {"Toast-Signature": _signed(body, shop.secret), "Transfer-Encoding": "chunked"}
    untold = door.post(
        shop.address,
        input_stream=io.BytesIO(body),
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert untold.status_code == 413
    assert deliveries(shop) == []


def test_a_mebibyte_itself_and_a_body_in_chunks_are_taken(door: FlaskClient, shop: Shop) -> None:
    body = b"{" + b" " * (MAX_BODY - 2) + b"}"
    assert _knock_raw(door, shop, body).status_code == 202
    (message,) = shop.messages(1)
    chunked = door.post(
        shop.address,
        input_stream=io.BytesIO(message.body),
        headers={**message.headers(shop.secret, 1), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert chunked.status_code == 202
    assert [len(bytes(row.body)) for row in deliveries(shop)] == [MAX_BODY, len(message.body)]


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Points this process at a port where nobody listens, until it is called."""

    def go() -> None:
        address = f"postgresql+psycopg2://me:secret99@127.0.0.1:{free_port()}/none"
        monkeypatch.setenv("TAXPOYNT_DATABASE_URL", address)
        settings.refresh()
        database_session.engine.cache_clear()

    yield go
    monkeypatch.undo()
    settings.refresh()
    database_session.engine.cache_clear()


@pytest.mark.parametrize("known", [True, False])
def test_while_the_database_is_away_the_answer_is_503_and_never_a_4xx(
    door: FlaskClient, shop: Shop, away: Any, known: bool
) -> None:
    first, second = shop.messages(2)
    if known:
        assert _knock(door, shop, first).status_code == 202
    away()
    answer = _knock(door, shop, second)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "secret99" not in answer.text


def test_a_delivery_refused_while_the_database_was_away_is_taken_when_it_comes_again(
    door: FlaskClient, shop: Shop, away: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = shop.messages(1)
    engine = database_session.engine()
    away()
    assert _knock(door, shop, message).status_code == 503
    monkeypatch.undo()
    settings.refresh()
    database_session.engine.cache_clear()
    assert _knock(door, shop, message).status_code == 202
    assert len(deliveries(shop)) == 1
    engine.dispose()


def test_a_pool_without_a_connection_to_spare_is_503(door: FlaskClient, shop: Shop) -> None:
    first, second = shop.messages(2)
    _knock(door, shop, first)
    held = []
    try:
        for _ in range(20):
            held.append(database_session.engine().connect())
        assert _knock(door, shop, second).status_code == 503
    finally:
        for each in held:
            each.close()
    assert _knock(door, shop, second).status_code == 202


def test_a_stored_secret_that_no_key_opens_is_our_trouble(door: FlaskClient, shop: Shop) -> None:
    ask("UPDATE connections SET secrets = 'nonsense' WHERE id = :c", c=shop.connection_id)
    (message,) = shop.messages(1)
    assert _knock(door, shop, message).status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{not json",
        b"[1, 2",
        b"null",
        b"\x00\xff\xfe",
        b'{"guid": "a\\u0000b", "eventType": "x\\u0000"}',
        b'{"guid": "\\ud800"}',
        b'{"guid": 7, "timestamp": NaN}',
        b"[" * 100_000,
        b'{"guid": "' + b"x" * 3000 + b'"}',
    ],
)
def test_anything_authentic_is_stored_and_settled_later_even_when_it_makes_no_sense(
    door: FlaskClient, shop: Shop, body: bytes
) -> None:
    assert _knock_raw(door, shop, body).status_code == 202
    assert _knock_raw(door, shop, body).status_code == 202
    (row,) = deliveries(shop)
    assert bytes(row.body) == body
    handle.drain(shop.connection_id)
    (row,) = deliveries(shop)
    assert row.state == ("parked" if row.error else "done")
    assert row.state == "done" or row.next_step


def test_while_a_secret_is_replaced_both_sign(door: FlaskClient, shop: Shop) -> None:
    _secrets(shop, ["the-new-secret", shop.secret])
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
    _secrets(shop, "the-new-secret")
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
    answer = _knock(door, shop, message, **sent)
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
        assert _knock(door, shop, message).status_code == 202
    handle.drain(shop.connection_id)
    assert {row.state for row in deliveries(shop)} == {"done"}
    assert len(orders(shop)) == len(shop.messages())
    assert connection(shop).status == "connected"
