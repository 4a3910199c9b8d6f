"""A refusal is for good: none is given for a secret that may have been stored since."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.integration.webhooks.knocking import give_secrets, knock
from tests.shop import Shop
from tests.waiting import until
from webhooks import directory as directory_module
from webhooks import judging
from webhooks.directory import Directory

pytestmark = pytest.mark.usefixtures("database")


class Time:
    """Goes on when it is told to, or when somebody waits; notes when the database was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        self.asked: list[float] = []
        self.waiting = 0
        self.goes_on = Event()
        self.goes_on.set()
        known = Directory(tick=lambda: self.now, wait=self._wait)
        monkeypatch.setattr(judging, "directory", lambda: known)
        monkeypatch.setattr(directory_module, "_look_up", self._counted)
        self._look_up = _LOOK_UP

    def _wait(self, seconds: float) -> None:
        self.waiting += 1
        self.goes_on.wait(30)
        self.now += seconds

    def _counted(self, platform: str, key: str) -> Any:
        # A door that opens asks once for somebody who isn't there.
        if key != "nobody":
            self.asked.append(self.now)
        return self._look_up(platform, key)


_LOOK_UP = directory_module._look_up


@pytest.fixture
def time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    made = Time(monkeypatch)
    yield made
    made.goes_on.set()


def _badly(door: FlaskClient, shop: Shop, time: Time) -> int:
    (message,) = shop.messages(1)
    headers = message.headers("a-wrong-secret", 1)
    time.now += 0.001
    return door.post(shop.address, data=message.body, headers=headers).status_code


def test_a_secret_stored_just_after_a_bad_signature_was_looked_at_signs_at_once(
    door: FlaskClient, shop: Shop, time: Time
) -> None:
    first, second = shop.messages(2)
    assert knock(door, shop, first).status_code == 202
    # As many as spend all look-ups that are had at once.
    assert {_badly(door, shop, time) for _ in range(8)} == {401}
    give_secrets(shop, "the-new-secret")
    headers = second.headers("the-new-secret", 1)
    time.now += 0.001
    assert door.post(shop.address, data=second.body, headers=headers).status_code == 202


def test_a_flood_of_bad_signatures_is_no_flood_of_look_ups(
    door: FlaskClient, shop: Shop, time: Time
) -> None:
    for _ in range(100):
        assert _badly(door, shop, time) == 401
        time.now += 0.02
    # One a second, but for those that come first.
    assert len(time.asked) <= 1 + 8 + (time.now - 100.0)
    (message,) = shop.messages(1)
    assert knock(door, shop, message).status_code == 202


def test_more_than_a_few_that_wait_to_be_looked_at_are_to_come_again(
    app: Flask, shop: Shop, time: Time
) -> None:
    door = app.test_client()
    assert {_badly(door, shop, time) for _ in range(8)} == {401}
    before = len(time.asked)
    # Nearly a second later: however slow this machine is, what is left is less than a door waits.
    time.now += 0.9
    time.goes_on.clear()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(_badly, app.test_client(), shop, time) for _ in range(4)]
        until(lambda: time.waiting == 4, what="four to wait")
        # They hold up nobody who is good, and nobody else waits with them.
        assert _badly(door, shop, time) == 503
        (message,) = shop.messages(1)
        assert knock(door, shop, message).status_code == 202
        time.goes_on.set()
        assert {one.result() for one in waiting} == {401}
    assert len(time.asked) <= before + 2
