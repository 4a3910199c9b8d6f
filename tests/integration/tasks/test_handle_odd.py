import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from config.errors import TransientError
from connectors.base.contract import Record
from models import Connection
from models.session import unit_of_work
from tasks import apply, handle, reach
from tests.integration.tasks.altered import changed, with_amount
from tests.integration.tasks.asked import deliveries, orders
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{not json",
        b'{"details": {"order": {"guid": "x"}}}',
        b"\xff\xfe\x00",
        b'{"eventCategory":"order_updated","details":' + b'{"order":' * 5000 + b"}" * 5000,
    ],
)
def test_what_can_not_be_understood_is_parked_with_a_reason(shop: Shop, body: bytes) -> None:
    good, bad = shop.messages(2)
    shop.take_in([replace(bad, body=body), good])
    assert handle.drain(shop.connection_id) == 2
    parked, done = deliveries(shop)
    assert (parked.state, done.state) == ("parked", "done")
    assert bytes(parked.body) == body
    assert parked.error_code == "toast.event_unreadable"
    assert parked.error
    assert parked.next_step


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400", "-9e99", '"ten"', "[1]"])
def test_an_impossible_amount_parks_its_order_alone(shop: Shop, amount: str) -> None:
    good, bad = shop.messages(2)
    shop.take_in([with_amount(bad, amount), good])
    handle.drain(shop.connection_id)
    parked, done = deliveries(shop)
    assert (parked.state, done.state) == ("parked", "done")
    assert "Toast" in parked.error
    assert ("not JSON" in parked.error) == (amount in {"NaN", "Infinity"})
    assert set(orders(shop)) == {good.subject}


def test_one_bad_delivery_in_two_hundred_is_parked_alone(shop: Shop) -> None:
    messages = shop.messages()
    many = [
        replace(changed(messages[n % len(messages)], guid=f"order-{n}"), guid=f"{n:032d}")
        for n in range(200)
    ]
    many[117] = replace(many[117], body=b"{}")
    shop.take_in(many)
    assert handle.drain(shop.connection_id) == 200
    states = [row.state for row in deliveries(shop)]
    assert states.count("done") == 199
    assert states[117] == "parked"
    assert len(orders(shop)) == 199


def test_a_record_that_the_database_refuses_is_parked_alone(shop: Shop) -> None:
    first, poison, last = shop.messages(3)
    body = json.loads(poison.body)
    line = body["details"]["order"]["checks"][0]["selections"][0]
    # Each is an amount; a hundred and fifty of them are more than a column holds.
    line["price"] = 999_999_999_999
    body["details"]["order"]["checks"][0]["selections"] = [line] * 150
    shop.take_in([first, replace(poison, body=json.dumps(body).encode()), last])
    assert handle.drain(shop.connection_id) == 3
    assert [row.state for row in deliveries(shop)] == ["done", "parked", "done"]
    parked = deliveries(shop)[1]
    assert parked.error_code == "record.refused"
    assert "NumericValueOutOfRange" in parked.error
    assert set(orders(shop)) == {first.subject, last.subject}


@pytest.mark.parametrize(
    "change",
    [
        {"source": "NUL \x00"},
        {"displayNumber": "\\N\t\n"},
        {"externalId": "\x00"},
    ],
)
def test_odd_characters_hold_up_nothing(shop: Shop, change: dict[str, str]) -> None:
    odd, plain = shop.messages(2)
    shop.take_in([changed(odd, **change), plain])
    handle.drain(shop.connection_id)
    assert [row.state for row in deliveries(shop)] == ["done", "done"]
    assert set(orders(shop)) == {odd.subject, plain.subject}


def test_half_a_character_parks_its_delivery_alone(shop: Shop) -> None:
    odd, plain = shop.messages(2)
    shop.take_in([changed(odd, source="half \ud83c of a pair"), plain])
    handle.drain(shop.connection_id)
    assert [row.state for row in deliveries(shop)] == ["parked", "done"]


def test_bytes_that_are_no_text_hold_up_nothing(shop: Shop) -> None:
    odd, plain = shop.messages(2)
    body = odd.body.replace(b'"checks"', b'"odd":"\xff\xfe","checks"', 1)
    assert body != odd.body
    shop.take_in([replace(odd, body=body), plain])
    handle.drain(shop.connection_id)
    assert "pending" not in [row.state for row in deliveries(shop)]
    assert plain.subject in orders(shop)


def test_a_row_that_another_transaction_holds_parks_nobody(shop: Shop) -> None:
    (message,) = shop.messages(1)
    shop.take_in([message])
    handle.drain(shop.connection_id)
    body = json.loads(changed(message, modifiedDate="2030-01-01T00:00:00.000+0000").body)
    raw = json.dumps(body["details"]["order"]).encode()
    record = Record("orders", message.subject, raw, message.restaurant_guid, partial=True)

    def write_impatiently() -> None:
        with unit_of_work() as session:
            session.execute(text("SET LOCAL lock_timeout = 50"))
            row = session.get_one(Connection, shop.connection_id)
            apply.apply(session, row, reach.connector(row), [(record, "c")])

    with unit_of_work() as holder:
        hold = text("SELECT 1 FROM orders WHERE connection_id = :c FOR UPDATE")
        holder.execute(hold, {"c": shop.connection_id})
        with pytest.raises(TransientError):
            write_impatiently()
    write_impatiently()
    assert orders(shop)[message.subject].version.year == 2030
