"""Rubbish at the door: each piece has a clear outcome, and its neighbours don't notice."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

import webhooks
from models import Location, connections, organizations
from models.session import unit_of_work
from tasks import handle, invoice, ring

SECRET = "whsec-rubbish"
PLACE = str(uuid4())
STAMP = "2026-11-01T12:00:00.000Z"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def door(database: str) -> FlaskClient:
    """The webhook door of a connection of its own; `address` is where it stands."""
    app = Flask("door")
    webhooks.register(app)
    return app.test_client()


@pytest.fixture
def till(database: str) -> tuple[int, str]:
    """A connection's id and address."""
    with unit_of_work() as session:
        organization, _ = organizations.ensure_first(session)
        made = connections.store(
            session,
            organization.id,
            "toast",
            uuid4().hex,
            {"api_url": "http://127.0.0.1:9"},
            {"client_id": "id", "client_secret": "secret-of-till", "webhook_secret": SECRET},
        )
        session.add(
            Location(
                organization_id=organization.id,
                connection_id=made.id,
                external_id=PLACE,
                name="Till",
                time_zone="Europe/London",
                currency="GBP",
                closeout_hour=4,
            )
        )
        return made.id, f"/webhooks/toast/{made.key}"


def _order(number: int) -> dict[str, Any]:
    guid = str(uuid5(NAMESPACE_OID, f"{number}"))
    selection = {
        "guid": f"{guid}-line",
        "displayName": "Meal",
        "quantity": 1,
        "receiptLinePrice": 10.5,
        "preDiscountPrice": 10.5,
        "price": 10.5,
        "tax": 0,
        "modifiers": [],
    }
    check = {
        "guid": f"{guid}-check",
        "paymentStatus": "CLOSED",
        "amount": 10.5,
        "taxAmount": 0,
        "totalAmount": 10.5,
        "selections": [selection],
        "payments": [{"guid": f"{guid}-pay", "type": "CASH", "amount": 10.5, "tipAmount": 0}],
    }
    return {
        "guid": guid,
        "openedDate": STAMP,
        "modifiedDate": STAMP,
        "businessDate": 20261101,
        "approvalStatus": "APPROVED",
        "checks": [check],
    }


def _envelope(number: int, order: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "timestamp": STAMP,
            "eventCategory": "order_updated",
            "eventType": "order_updated",
            "guid": str(uuid5(NAMESPACE_OID, f"event {number} {uuid4()}")),
            "details": {"restaurantGuid": PLACE, "order": order},
        }
    ).encode()


def _post(door: FlaskClient, address: str, body: bytes, *, stamp: str = STAMP) -> int:
    digest = hmac.new(SECRET.encode(), body + stamp.encode(), hashlib.sha256).digest()
    headers = {"Toast-Signature": base64.b64encode(digest).decode()}
    return door.post(address, data=body, headers=headers).status_code


def _selection(order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = order["checks"][0]["selections"][0]
    return found


def _nested(order: dict[str, Any]) -> None:
    inner = _selection(order)
    for depth in range(30):
        modifier = {**_selection(order), "guid": f"m{depth}", "price": 0, "preDiscountPrice": 0}
        modifier = {**modifier, "receiptLinePrice": 0, "modifiers": []}
        inner["modifiers"] = [modifier]
        inner = modifier


def _unknown_words(order: dict[str, Any]) -> None:
    order["source"] = "A source of tomorrow"
    _selection(order)["selectionType"] = "COMBO_OF_TOMORROW"
    order["checks"][0]["payments"][0]["type"] = "CRYPTO"


def _texts(order: dict[str, Any]) -> None:
    _selection(order).update(price="10.50", preDiscountPrice="10.50", receiptLinePrice="10.50")


UNDERSTOOD: dict[str, Change] = {
    "amounts as text": _texts,
    "modifiers thirty deep": _nested,
    "words nobody knows yet": _unknown_words,
}
PARKED: dict[str, tuple[Change, str]] = {
    "no guid": (lambda order: order.pop("guid"), "names no order"),
    "no business date": (lambda order: order.pop("businessDate"), "business"),
    "an amount that is no number": (lambda order: _selection(order).update(price="NaN"), "price"),
    "an absurd amount": (lambda order: _selection(order).update(price="1e40"), "price"),
    "a list where an order should be": (lambda order: order.update(checks="none"), "checks"),
}


@pytest.mark.parametrize("what", UNDERSTOOD)
def test_odd_orders_are_invoiced_like_any_other(
    what: str, door: FlaskClient, till: tuple[int, str]
) -> None:
    order = _order(1)
    UNDERSTOOD[what](order)
    assert _post(door, till[1], _envelope(1, order)) == 202
    _work(till[0])
    assert _events(till[0]) == [("done", None)]
    assert _invoiced(till[0]) == [order["guid"]]


@pytest.mark.parametrize("what", PARKED)
def test_what_can_not_be_an_order_is_parked_with_its_reason(
    what: str, door: FlaskClient, till: tuple[int, str]
) -> None:
    before, bad, after = _order(1), _order(2), _order(3)
    change, named = PARKED[what]
    change(bad)
    for number, order in enumerate((before, bad, after)):
        assert _post(door, till[1], _envelope(number, order)) == 202
    _work(till[0])
    states = _events(till[0])
    assert [state for state, _ in states] == ["done", "parked", "done"]
    assert named in str(states[1][1]).lower()
    assert set(_invoiced(till[0])) == {before["guid"], after["guid"]}


@pytest.mark.parametrize(
    "body",
    [
        b'{"timestamp": "%s", "details": {"order": ' % STAMP.encode(),
        b'{"timestamp": "%s", "price": NaN}' % STAMP.encode(),
        b'["timestamp"]',
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_a_signed_body_that_is_no_delivery_is_kept_and_parked(
    body: bytes, door: FlaskClient, till: tuple[int, str]
) -> None:
    stamp = STAMP if STAMP.encode() in body else ""
    assert _post(door, till[1], body, stamp=stamp) == 202
    _work(till[0])
    [(state, reason)] = _events(till[0])
    assert state == "parked"
    assert reason


def test_a_body_of_two_megabytes_is_refused_and_not_stored(
    door: FlaskClient, till: tuple[int, str]
) -> None:
    assert _post(door, till[1], b"x" * 2_000_000, stamp="") == 413
    assert _events(till[0]) == []


def _work(connection_id: int) -> None:
    """Do in this process what the workers would."""
    with ring.inline(lambda name, given: invoice.past(**given) if "invoice" in name else None):
        while handle.drain(connection_id):
            pass


def _events(connection_id: int) -> list[tuple[str, str | None]]:
    return _rows(
        "SELECT state, error FROM inbox_events WHERE connection_id = :id ORDER BY id", connection_id
    )


def _invoiced(connection_id: int) -> list[str]:
    found = _rows(
        "SELECT o.external_id FROM invoices i JOIN orders o ON o.id = i.order_id "
        "WHERE o.connection_id = :id ORDER BY i.sequence",
        connection_id,
    )
    return [row[0] for row in found]


def _rows(statement: str, connection_id: int) -> list[Any]:
    with unit_of_work() as session:
        return [tuple(row) for row in session.execute(text(statement), {"id": connection_id})]
