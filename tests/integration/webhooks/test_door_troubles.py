import io
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import CapturingLogger

from config import settings
from models import session as database_session
from tasks import handle, sync
from tests.children import free_port
from tests.integration.tasks.asked import ask, cursors, deliveries, one, orders
from tests.integration.webhooks.knocking import knock, knock_raw, signed
from tests.shop import Shop
from webhooks import judging, replies
from webhooks.directory import directory

pytestmark = pytest.mark.usefixtures("database")

MEBIBYTE = 1_048_576


def test_more_than_a_mebibyte_is_413_whether_its_length_is_told_or_not(
    door: FlaskClient, shop: Shop
) -> None:
    body = b"{" + b" " * (MEBIBYTE - 1) + b"}"
    told = knock_raw(door, shop, body)
    assert told.status_code == 413
    headers = {"Toast-Signature": signed(body, shop.secret), "Transfer-Encoding": "chunked"}
    untold = door.post(
        shop.address,
        input_stream=io.BytesIO(body),
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert untold.status_code == 413
    assert deliveries(shop) == []


def test_an_order_whose_delivery_is_too_large_comes_with_the_next_reading(
    door: FlaskClient, shop: Shop
) -> None:
    (message,) = shop.messages(1)
    padded = replace(message, body=message.body + b" " * MEBIBYTE)
    assert knock(door, shop, padded).status_code == 413
    assert not orders(shop)
    for cursor_id in cursors(shop):
        assert sync.run(cursor_id).fault is None
    assert message.subject in orders(shop)
    assert deliveries(shop) == []


def test_a_mebibyte_itself_and_a_body_in_chunks_are_taken(door: FlaskClient, shop: Shop) -> None:
    body = b"{" + b" " * (MEBIBYTE - 2) + b"}"
    assert knock_raw(door, shop, body).status_code == 202
    (message,) = shop.messages(1)
    chunked = door.post(
        shop.address,
        input_stream=io.BytesIO(message.body),
        headers={**message.headers(shop.secret, 1), "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert chunked.status_code == 202
    assert [len(bytes(row.body)) for row in deliveries(shop)] == [MEBIBYTE, len(message.body)]


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
        assert knock(door, shop, first).status_code == 202
    away()
    answer = knock(door, shop, second)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "secret99" not in answer.text


def test_a_delivery_refused_while_the_database_was_away_is_taken_when_it_comes_again(
    door: FlaskClient, shop: Shop, away: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = shop.messages(1)
    engine = database_session.engine()
    away()
    assert knock(door, shop, message).status_code == 503
    monkeypatch.undo()
    settings.refresh()
    database_session.engine.cache_clear()
    assert knock(door, shop, message).status_code == 202
    assert len(deliveries(shop)) == 1
    engine.dispose()


@pytest.mark.parametrize("door", ["on a loop"], indirect=True)
def test_while_pages_hold_every_connection_of_the_pool_deliveries_are_taken(
    door: FlaskClient, shop: Shop
) -> None:
    first, second, third = shop.messages(3)
    began = monotonic()
    assert knock(door, shop, first).status_code == 202
    calm_s = monotonic() - began
    held = []
    try:
        for _ in range(20):
            held.append(database_session.engine().connect())
        assert knock(door, shop, second).status_code == 202
        # Whoever lives at an address can't be looked up: that is no reason to refuse for good.
        directory.cache_clear()
        began = monotonic()
        assert knock(door, shop, third).status_code == 503
        assert monotonic() - began < 1 + max(0.5, 3 * calm_s)
        # Once somebody has waited in vain the next one doesn't, until a connection comes back.
        began = monotonic()
        assert knock(door, shop, third).status_code == 503
        assert monotonic() - began < 0.4 + 3 * calm_s
    finally:
        for each in held:
            each.close()
    assert knock(door, shop, third).status_code == 202


def test_a_server_that_cut_all_connections_costs_no_delivery(door: FlaskClient, shop: Shop) -> None:
    first, second = shop.messages(2)
    assert knock(door, shop, first).status_code == 202
    cut_all_connections()
    assert knock(door, shop, second).status_code == 202


def test_a_database_that_could_only_be_read_is_written_to_again(
    door: FlaskClient, shop: Shop
) -> None:
    first, second = shop.messages(2)
    assert knock(door, shop, first).status_code == 202
    try:
        ask(f"ALTER DATABASE {name_of_database()} SET default_transaction_read_only = on")
        cut_all_connections()
        # And the one that this was asked with.
        database_session.engine().dispose()
        assert knock(door, shop, second).status_code == 503
    finally:
        # Asked of a session that is read-only itself, which this may be lifted in.
        ask(
            "SET TRANSACTION READ WRITE; "
            f"ALTER DATABASE {name_of_database()} RESET default_transaction_read_only"
        )
        database_session.engine().dispose()
    assert knock(door, shop, second).status_code == 202
    assert len(deliveries(shop)) == 2


def name_of_database() -> str:
    return str(one("SELECT current_database() AS name").name)


def cut_all_connections() -> None:
    """As a restart of the server does; the pool's own are tried before they are used."""
    ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_a_stored_secret_that_no_key_opens_is_our_trouble(
    door: FlaskClient, shop: Shop, log: CapturingLogger
) -> None:
    ask("UPDATE connections SET secrets = 'nonsense' WHERE id = :c", c=shop.connection_id)
    (message,) = shop.messages(1)
    assert knock(door, shop, message).status_code == 503
    assert traced(log)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    """What the door logs."""
    capturing = CapturingLogger()
    for module in (judging, replies):
        monkeypatch.setattr(module, "log", capturing)
    return capturing


def traced(log: CapturingLogger) -> bool:
    """Whether the one line tells where it went wrong."""
    [call] = log.calls
    assert (call.method_name, call.args) == ("warning", ("delivery not stored",))
    return call.kwargs["exc_info"] is not None


def test_a_table_that_is_missing_is_503_and_logged_with_its_place(
    door: FlaskClient, shop: Shop, log: CapturingLogger
) -> None:
    (message,) = shop.messages(1)
    ask("ALTER TABLE inbox_events RENAME TO elsewhere")
    try:
        assert knock(door, shop, message).status_code == 503
    finally:
        ask("ALTER TABLE elsewhere RENAME TO inbox_events")
    assert traced(log)
    said = str(log.calls[0].kwargs["exc_info"])
    assert "INSERT INTO inbox_events" in said
    assert message.restaurant_guid not in said
    assert "eventCategory" not in said


def test_a_database_that_is_away_is_logged_in_a_line(
    door: FlaskClient, shop: Shop, away: Any, log: CapturingLogger
) -> None:
    (message,) = shop.messages(1)
    away()
    assert knock(door, shop, message).status_code == 503
    assert not traced(log)


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
    assert knock_raw(door, shop, body).status_code == 202
    assert knock_raw(door, shop, body).status_code == 202
    (row,) = deliveries(shop)
    assert bytes(row.body) == body
    handle.drain(shop.connection_id)
    (row,) = deliveries(shop)
    assert row.state == ("parked" if row.error else "done")
    assert row.state == "done" or row.next_step
