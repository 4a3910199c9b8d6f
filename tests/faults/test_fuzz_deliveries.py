"""Whatever an authentic sender sends is taken in, done or parked with a reason, and hurts no other.

The seeds are bodies as Toast sends them; a seed of the dice names each one that was spoilt.
"""

import base64
import copy
import hashlib
import hmac
import json
import random
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import webhooks
from connectors.toast import envelope
from models import Connection, connections
from models.session import unit_of_work
from tasks import handle, invoice, ring
from tests.factories import connected
from tests.faults.lengths import examples
from tests.integration.tasks.asked import ask
from webhooks import directory as directories
from webhooks import receive
from webhooks.directory import directory

pytestmark = pytest.mark.usefixtures("database")

_SAMPLES = Path(__file__).resolve().parents[2] / "connectors" / "toast" / "samples"
_PLACE = "22222222-2222-4222-8222-222222222222"
_SECRETS = ["the-new-secret", "the-old-secret"]
_STAMP = "2026-03-06T18:20:41.000Z"
_numbers = count(1)


def _seeds() -> list[dict[str, Any]]:
    sent = [json.loads(p.read_text())["body"] for p in (_SAMPLES / "deliveries").glob("*.json")]
    orders = [json.loads(p.read_text()) for p in sorted((_SAMPLES / "orders").glob("*.wire.json"))]
    whole = [_event(order) for order in orders if isinstance(order, dict)]
    return [json.loads(body) for body in sorted(sent)] + whole


def _event(order: Any) -> dict[str, Any]:
    return {
        **{"timestamp": _STAMP, "eventCategory": "order_updated", "eventType": "order_updated"},
        "details": {"restaurantGuid": _PLACE, "order": order},
    }


_SEEDS = _seeds()
_WHOLE = next(i for i, seed in enumerate(_SEEDS) if "checks" in str(seed["details"].get("order")))
# Each stands where a value of any other kind was; those in brackets are no JSON.
_VALUES = (
    *("null", "true", "-0", "1e400", "-1E-400", "NaN", "Infinity", "-Infinity", "9" * 400),
    *(
        "9223372036854775808",
        "0.1e-30",
        '""',
        '"\\u0000"',
        '"a\\u0000b"',
        '"\\ud800"',
        '"\\udc00x"',
    ),
    *('"1970-01-01T00:00:00.000+0000"', '"9999-12-31T23:59:59.999+0000"', '"0001-01-01T00:00Z"'),
    *('"99999999"', "20260230", "[]", "{}", "[[]]", '[{"guid": 1}]', '{"a": {"b": [null]}}', "01"),
    *('"' + "x" * 5000 + '"', '"\\\\"', '"\u202e"', "[" * 600 + "]" * 600, "{", "]", ",", "'", ""),
)
_Place = tuple[Any, Any]


def _places(part: Any) -> Iterator[_Place]:
    """Every member of every part."""
    for key in list(part) if isinstance(part, dict) else range(len(part)):
        yield part, key
        if isinstance(part[key], dict | list):
            yield from _places(part[key])


def _spoilt(dice: random.Random) -> bytes:
    """A real body with one to four things wrong, by structure or by bytes."""
    event = copy.deepcopy(dice.choice(_SEEDS))
    event["guid"] = str(uuid4())
    put: dict[str, str] = {}
    for _ in range(dice.randint(1, 3)):
        places = list(_places(event))
        if places:
            _change(dice, *dice.choice(places), put)
    text = json.dumps(event)
    for name, value in put.items():
        text = text.replace(f'"{name}"', value)
    body = text.encode("utf-8", "surrogatepass")
    return dice.choice(_BYTES)(dice, body) if dice.random() < 0.3 else body


def _change(dice: random.Random, part: Any, key: Any, put: dict[str, str]) -> None:
    kind = dice.randrange(6)
    if kind == 0:
        del part[key]
    elif kind == 1 and isinstance(part, dict):
        part[f"{key}X"] = part.pop(key)
    elif kind == 2:
        part[key] = [part[key]]
    elif kind == 3 and isinstance(part[key], dict | list):
        part[key] = copy.deepcopy(list(part[key]))
    elif kind == 4 and isinstance(part, list):
        part.extend(copy.deepcopy(part[key]) for _ in range(dice.randint(1, 30)))
    else:
        name = f"@{len(put)}@"
        part[key], put[name] = name, dice.choice(_VALUES)


def _cut(dice: random.Random, body: bytes) -> bytes:
    return body[: dice.randrange(len(body))]


def _flip(dice: random.Random, body: bytes) -> bytes:
    at = dice.randrange(len(body))
    return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]


def _insert(dice: random.Random, body: bytes) -> bytes:
    at = dice.randrange(len(body))
    what = dice.choice([b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b",", b'"', b"}"])
    return body[:at] + what + body[at:]


def _twice(dice: random.Random, body: bytes) -> bytes:
    """A member that is there twice, with two values."""
    names = re.findall(rb'"\w+": ', body)
    name = dice.choice(names) if names else b'"guid": '
    return body.replace(name, name + dice.choice([b"1, ", b'"x", ', b"null, ", b"[], "]) + name, 1)


def _other(dice: random.Random, _: bytes) -> bytes:
    whole = (
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"x"',
        b"7",
        b"\x00" * 99,
        b"[" * 90_000,
        b'{"a":' * 9_000,
    )
    return dice.choice(whole)


_BYTES: tuple[Callable[[random.Random, bytes], bytes], ...] = (_cut, _flip, _insert, _twice, _other)


@pytest.fixture(scope="module")
def till(database: str) -> Connection:
    made = connected(places=(_PLACE,), currency="USD")
    with unit_of_work() as session:
        row = session.get_one(Connection, made.id)
        row.settings = {"api_url": "http://127.0.0.1:9"}
        secret = {
            "client_id": "us",
            "client_secret": "a-till-client-secret",
            "webhook_secret": _SECRETS,
        }
        row.secrets = connections.seal(secret)
    return made


@pytest.fixture(scope="module")
def door(till: Connection) -> Iterator[FlaskClient]:
    directory.cache_clear()
    app = Flask("fuzzed")
    webhooks.register(app)
    yield app.test_client()
    directory.cache_clear()


def _post(door: FlaskClient, till: Connection, body: bytes, signature: str) -> int:
    headers = {"Toast-Signature": signature, "Toast-Event-Category": "order_updated"}
    return door.post(f"/webhooks/toast/{till.key}", data=body, headers=headers).status_code


def _signed(body: bytes, secret: str = _SECRETS[0]) -> str:
    """As Toast signs: the body followed by the timestamp that it holds, if it holds any."""
    message = body + envelope.signed_timestamp(body)
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def _neighbour() -> tuple[str, bytes]:
    """A delivery that nothing is wrong with, of an order of its own."""
    event = copy.deepcopy(_SEEDS[_WHOLE])
    event["guid"], event["details"]["order"]["guid"] = str(uuid4()), f"good-{next(_numbers)}"
    return event["details"]["order"]["guid"], json.dumps(event).encode()


def _work(till: Connection) -> None:
    """What workers would do in their processes; whatever they raise is a failure."""

    def call(name: str, given: dict[str, Any]) -> None:
        if name == "invoice.past":
            invoice.past(**given)

    with ring.inline(call):
        while handle.drain(till.id):
            pass


@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(seed=st.integers(0, 2**48))
def test_spoilt_deliveries_are_done_or_parked_and_their_neighbours_applied(
    seed: int, door: FlaskClient, till: Connection
) -> None:
    dice = random.Random(seed)
    before, after = _neighbour(), _neighbour()
    batch = [before[1], *(_spoilt(dice) for _ in range(6)), after[1]]
    newest = _newest(till)
    with ring.inline(lambda *_: None):
        for body in batch:
            assert _post(door, till, body, _signed(body, dice.choice(_SECRETS))) == 202, body
    _work(till)
    rows = ask(
        "SELECT * FROM inbox_events WHERE connection_id = :c AND id > :n", c=till.id, n=newest
    )
    for row in rows:
        # One that only names its order was left to whoever fetches it.
        waits = row.state == "pending" and row.attempts == 1
        assert row.state == "done" or (row.state == "parked" and row.error) or waits, row.body
    good = [before[0], after[0]]
    stored = ask(
        "SELECT external_id, invoice_state FROM orders WHERE connection_id = :c "
        "AND external_id = ANY(:good)",
        c=till.id,
        good=good,
    )
    assert sorted(tuple(row) for row in stored) == sorted((name, "issued") for name in good)


def _newest(till: Connection) -> int:
    rows = ask("SELECT max(id) AS id FROM inbox_events WHERE connection_id = :c", c=till.id)
    return int(rows[0].id or 0)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**48))
def test_only_what_no_active_secret_signed_is_refused(
    seed: int, door: FlaskClient, till: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So many bad signatures in a row are usually looked at one a second.
    monkeypatch.setattr(directories, "_ANEW_S", 0.0)
    dice = random.Random(seed)
    body = _spoilt(dice)
    newest = _newest(till)
    for signature in (
        "",
        _signed(body, "another-secret"),
        _signed(body + b" "),
        _signed(body)[:-4],
        _signed(body).swapcase(),
        base64.b64encode(dice.randbytes(32)).decode(),
    ):
        assert _post(door, till, body, signature) == 401
    assert _newest(till) == newest
    with ring.inline(lambda *_: None):
        assert _post(door, till, body, _signed(body, dice.choice(_SECRETS))) == 202


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00.000Z", "2999-12-31T23:59:59.999Z", "soon"])
def test_an_old_or_future_timestamp_is_no_reason_to_refuse(
    stamp: str, door: FlaskClient, till: Connection
) -> None:
    event = {**json.loads(_neighbour()[1]), "timestamp": stamp}
    body = json.dumps(event).encode()
    with ring.inline(lambda *_: None):
        assert _post(door, till, body, _signed(body)) == 202
    _work(till)
    other = json.dumps(event, separators=(",", ":")).encode()
    assert _post(door, till, other, _signed(body)) == 401


@pytest.mark.parametrize("size", [receive.MAX_BODY + 1, 10 * 1024 * 1024])
def test_what_is_too_large_is_told_so_and_not_stored(
    size: int, door: FlaskClient, till: Connection
) -> None:
    newest = _newest(till)
    body = b" " * size
    assert _post(door, till, body, _signed(body)) == 413
    assert _newest(till) == newest
