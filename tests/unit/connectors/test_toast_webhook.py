"""Deliveries from Toast: signed, named, and taken apart without touching the order's bytes."""

import base64
import hmac
import json
from typing import Any

import pytest

from config.errors import SkippedRecord
from connectors.base.contract import Delivery
from connectors.toast.webhook import ToastWebhook

BODY = (
    b'{"timestamp":"2026-03-08T09:15:00.000Z","eventCategory":"order_updated",'
    b'"eventType":"order_updated","guid":"11111111-1111-4111-8111-111111111111","details":'
    b'{"restaurantGuid":"22222222-2222-4222-8222-222222222222","order":'
    b'{"guid":"33333333-3333-4333-8333-333333333333"}}}'
)
SECRET = "whsec-demo-1"
SIGNATURE = "b9EdVvBu8Q0DLSiWjL/OGZntEoCktBgxzMuRa+si+P0="
STAMP = b"2026-03-08T09:15:00.000Z"
webhook = ToastWebhook()


def delivery(signature: str | None, body: bytes = BODY, **headers: str) -> Delivery:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery({**named, **({"toast-signature": signature} if signature else {})}, body)


def signed(message: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()


def event(**changes: Any) -> Delivery:
    whole: dict[str, Any] = {**json.loads(BODY), **changes}
    return delivery(None, json.dumps(whole).encode())


def test_the_known_vector_is_authentic():
    assert webhook.verify(delivery(SIGNATURE), [SECRET]).ok
    assert webhook.verify(delivery(SIGNATURE), ["older", SECRET, "newer"]).ok


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "YZ4EcLz5eqHtKRpUpkWI/aX4nL5g6ex0F5hh8K8Rkdo=",
        signed(STAMP + BODY),
        signed(json.dumps(json.loads(BODY)).encode() + STAMP),
        hmac.digest(SECRET.encode(), BODY + STAMP, "sha256").hex(),
        "v1=" + SIGNATURE,
        SIGNATURE[:-1],
        "ünïcode",
    ],
)
def test_every_other_way_of_signing_is_refused(signature: str | None):
    assert not webhook.verify(delivery(signature), [SECRET]).ok


@pytest.mark.parametrize("secrets", [[], [""], ["another"]])
def test_without_the_right_secret_nothing_is_accepted(secrets: list[str]):
    assert not webhook.verify(delivery(SIGNATURE), secrets).ok
    assert not webhook.verify(delivery(signed(BODY + STAMP, "")), secrets).ok


@pytest.mark.parametrize(
    ("body", "stamp"),
    [
        (b'{"timestamp": "2026-01-01", "order": NaN}', b"2026-01-01"),
        (b'{"timestamp":"2026-01-01","details":', b"2026-01-01"),
        (b"plain text", b""),
        (b'{"timestamp": 5}', b""),
        (b"[]", b""),
        (b'{"timestamp":"a"}' + b"[" * 100_000, b"a"),
    ],
)
def test_a_body_that_is_no_event_can_still_be_authentic(body: bytes, stamp: bytes):
    assert webhook.verify(delivery(signed(body + stamp), body), [SECRET]).ok
    assert not webhook.verify(delivery(signed(body + b"x"), body), [SECRET]).ok


def test_every_secret_is_tried_in_full(monkeypatch: pytest.MonkeyPatch):
    compared: list[Any] = []

    def compare(one: bytes, other: bytes) -> bool:
        compared.append(one)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert webhook.verify(delivery(SIGNATURE), [SECRET, "older", "oldest"]).ok
    assert len(compared) == 3


def test_an_event_is_named_by_its_guid_and_kind():
    named = webhook.identify(delivery(None))
    assert named.delivery_id == "11111111-1111-4111-8111-111111111111"
    assert named.event_type == "order_updated"


@pytest.mark.parametrize("guid", [None, "", 5, {"a": 1}, "x" * 201, "a\x00b", "a\nb"])
def test_without_a_usable_guid_the_body_names_itself(guid: object):
    named = webhook.identify(event(guid=guid, timestamp="soon", eventType=guid))
    assert named.delivery_id.startswith("sha256:")
    assert named.event_type == "unknown"


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (b"NaN", "not JSON .it holds NaN"),
        (b"-Infinity", "not JSON .it holds -Infinity"),
        (rb'"half \ud83c of a pair"', "not JSON"),
    ],
)
def test_what_is_no_json_within_hides_neither_name_nor_reason(odd: bytes, reason: str):
    told = delivery(None, BODY.replace(b'"order":{', b'"order":{"odd":%s,' % odd))
    named = webhook.identify(told)
    assert named == webhook.identify(delivery(None))
    with pytest.raises(SkippedRecord, match=reason):
        webhook.parse(told)


@pytest.mark.parametrize("field", ["guid", "timestamp", "eventType", "eventCategory", "odd"])
def test_bytes_that_are_no_text_anywhere_can_be_authentic_and_are_named(field: str):
    good = json.dumps({**json.loads(BODY), field: "here"}).encode()
    broken = good.replace(b'"here"', b'"\xff"')
    told = delivery(signed(broken + (b"\xff" if field == "timestamp" else STAMP)), broken)
    assert webhook.verify(told, [SECRET]).ok
    assert webhook.identify(told).delivery_id


def test_an_event_that_is_no_text_says_so():
    with pytest.raises(SkippedRecord, match="not UTF-8 text"):
        webhook.parse(delivery(None, b'{"guid": "\xff"}'))
    nameless = b'{"eventCategory": "order_updated", "details": {"order": {"guid": "\xff"}}}'
    with pytest.raises(SkippedRecord, match="not UTF-8 text"):
        webhook.parse(delivery(None, nameless))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{nope", "not JSON"),
        (b"", "not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b"{}", "no event with a guid and a timestamp"),
        (b"[]", "no event with a guid and a timestamp"),
    ],
)
def test_what_is_no_event_says_why(body: bytes, reason: str):
    assert webhook.identify(delivery(None, body)).delivery_id.startswith("sha256:")
    with pytest.raises(SkippedRecord, match=reason):
        webhook.parse(delivery(None, body))


def test_the_header_names_the_kind_when_the_body_does_not():
    told = delivery(None, b"{}", toast_event_type="menus_updated")
    assert webhook.identify(told).event_type == "menus_updated"


@pytest.mark.parametrize("category", ["order_updated", "channel_order_updated"])
def test_an_order_comes_with_its_bytes_untouched(category: str):
    raw = b'{ "guid":"o1",  "modifiedDate":"x", "checks":[ {"amount": 1.10} ] }'
    body = b'{"guid":"e","eventType":"%s","details":{"restaurantGuid":"r","order":%s}}'
    (hint,) = webhook.parse(delivery(None, body % (category.encode(), raw)))
    assert (hint.stream, hint.id, hint.location) == ("orders", "o1", "r")
    assert hint.record
    assert (hint.record.raw, hint.record.location, hint.record.partial) == (raw, "r", True)


@pytest.mark.parametrize(
    "order", [{"guid": "o1"}, {"guid": "o1", "checks": []}, {"guid": "o1", "modifiedDate": "x"}]
)
def test_an_order_that_is_only_named_is_to_be_fetched(order: dict[str, Any]):
    (hint,) = webhook.parse(event(details={"restaurantGuid": "r", "order": order}))
    assert hint.record is None
    assert (hint.id, hint.location) == ("o1", "r")


def test_the_restaurant_may_stand_in_the_header():
    body = json.dumps({**json.loads(BODY), "details": {"order": {"guid": "o1"}}}).encode()
    (hint,) = webhook.parse(delivery(None, body, toast_restaurant_external_id="r"))
    assert hint.location == "r"


@pytest.mark.parametrize(
    "details",
    [
        None,
        {},
        5,
        {"restaurantGuid": "r"},
        {"restaurantGuid": "r", "order": None},
        {"restaurantGuid": "r", "order": []},
        {"restaurantGuid": "r", "order": {}},
        {"restaurantGuid": "r", "order": {"guid": 7}},
        {"restaurantGuid": 7, "order": {"guid": "o"}},
        {"order": {"guid": "o"}},
    ],
)
def test_an_order_event_without_its_order_says_what_is_wrong(details: object):
    with pytest.raises(SkippedRecord, match="can't be understood") as caught:
        webhook.parse(event(details=details))
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        (None, []),
        ("", []),
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ({"stock": "s", "order_updated": "o"}, ["o", "s"]),
        ({"stock": ["s"], "order_updated": ["o", "p", "s"]}, ["o", "p", "s"]),
    ],
)
def test_the_secrets_of_the_category_come_first(kept: object, found: list[str]):
    told = delivery(None, toast_event_category="order_updated")
    assert webhook.secrets({"webhook_secret": kept}, told) == found


@pytest.mark.parametrize(
    "changed",
    [
        (b"2026-03-08T09:15", b"2026-03-08\xff09:15"),
        (b"11111111-1111", b"11111111\x9e1111"),
        (b"22222222-2222", b"22222222\xfe2222"),
        (b"33333333-3333", b"33333333\xc32222"),
    ],
)
def test_a_delivery_of_broken_characters_is_authentic_named_and_refused_with_a_reason(
    changed: tuple[bytes, bytes],
):
    body = BODY.replace(*changed)
    stamp = STAMP.replace(*changed)
    assert webhook.verify(delivery(signed(body + stamp), body), [SECRET]).ok
    assert webhook.identify(delivery(None, body)).delivery_id
    with pytest.raises(SkippedRecord):
        webhook.parse(delivery(None, body))
