"""What a platform tells is kept, however it arrives; what isn't the platform's is turned away."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webhooks
from models import Organization, connections
from models.session import unit_of_work
from tests.conformance.live.reading import agree, read_well
from tests.conformance.live.stand import Stand
from tests.integration.tasks.asked import ask
from webhooks.directory import directory
from webhooks.receive import MAX_BODY

pytestmark = pytest.mark.usefixtures("database")
_A_WHILE_S = 120.0
Sent = tuple[bytes, Mapping[str, str]]


@pytest.fixture
def door(stand: Stand) -> Iterator[FlaskClient]:
    """Where deliveries knock."""
    directory.cache_clear()
    made = Flask("door")
    webhooks.register(made)
    yield made.test_client()
    directory.cache_clear()


def test_what_is_told_is_kept(stand: Stand, told: str, door: FlaskClient) -> None:
    read_well(stand, told)
    for happen in stand.happenings(told).values():
        stand.later(_A_WHILE_S)
        happen()
        sent = stand.sent()
        assert sent
        _deliver(stand, door, sent)
        agree(stand, told)
    before = stand.kept(told)
    # Reading finds nothing that wasn't told.
    stand.later(_A_WHILE_S)
    read_well(stand, told)
    assert stand.kept(told) == before


def test_what_is_told_twice_and_backwards_is_kept_once(
    stand: Stand, told: str, door: FlaskClient
) -> None:
    read_well(stand, told)
    _deliver(stand, door, [each for each in _all_told(stand, told) for _ in range(2)][::-1])
    agree(stand, told)


def test_what_was_told_and_read_is_the_same_as_what_was_read(
    stand: Stand, told: str, door: FlaskClient
) -> None:
    sent = _all_told(stand, told)
    stand.later(_A_WHILE_S)
    read_well(stand, told)
    read = stand.kept(told)
    # Late, each of them.
    _deliver(stand, door, sent)
    assert stand.kept(told) == read
    agree(stand, told)


def test_the_same_delivery_is_stored_once(stand: Stand, told: str, door: FlaskClient) -> None:
    (first, *_) = _all_told(stand, told)
    assert [_knock(door, stand.address, first) for _ in range(3)] == [202] * 3
    assert len(_stored(stand)) == 1


def test_what_is_not_authentic_is_turned_away(stand: Stand, told: str, door: FlaskClient) -> None:
    body, headers = _all_told(stand, told)[0]
    unsigned = {n: v for n, v in headers.items() if "signature" not in n.lower()}
    assert len(unsigned) < len(headers)
    wrong = {**headers, **{n: v[::-1] for n, v in headers.items() if n not in unsigned}}
    for forged in ((body, unsigned), (body, wrong), (body + b" ", headers), (b"", headers)):
        assert _knock(door, stand.address, forged) == 401
    # Nor does one merchant's signature open another's address.
    (key,) = ask("SELECT key FROM connections WHERE id = :c", c=_another(stand))
    theirs = stand.address.rsplit("/", 1)[0] + f"/{key.key}"
    assert _knock(door, theirs, (body, headers)) in {401, 404}
    assert _knock(door, stand.address + "x", (body, headers)) == 404
    assert _knock(door, stand.address, (b"x" * (MAX_BODY + 1), headers)) == 413
    assert _stored(stand) == []


def _another(stand: Stand) -> int:
    """A connection of the same platform with secrets of its own."""
    secrets = {"client_secret": "another", "webhook_secret": "another"}
    with unit_of_work() as session:
        merchant = Organization(name=f"Beside {stand.name}")
        session.add(merchant)
        session.flush()
        platform = stand.address.split("/")[2]
        return connections.store(session, merchant.id, platform, "theirs", {}, secrets).id


def _all_told(stand: Stand, stream: str) -> list[Sent]:
    """What is told of all that may happen, in that order."""
    for happen in stand.happenings(stream).values():
        stand.later(_A_WHILE_S)
        happen()
    return stand.sent()


def _deliver(stand: Stand, door: FlaskClient, sent: list[Sent]) -> None:
    assert {_knock(door, stand.address, each) for each in sent} == {202}
    stand.apply()
    waiting = [row.state for row in _stored(stand) if row.state not in {"done", "skipped"}]
    assert waiting == []


def _knock(door: FlaskClient, address: str, sent: Sent) -> int:
    body, headers = sent
    return door.post(address, data=body, headers=dict(headers)).status_code


def _stored(stand: Stand) -> list[Any]:
    query = "SELECT * FROM inbox_events WHERE connection_id = :c ORDER BY id"
    return ask(query, c=stand.connection_id)
