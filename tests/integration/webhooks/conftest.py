"""A door with a real table behind it, and a merchant's till that knocks."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from flask import Flask

import webhooks
from tasks import ring
from tests.integration.webhooks.on_a_loop import door_on_a_loop
from tests.shop import Shop, open_shop
from webhooks.directory import directory

_numbers = count(1)


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with (
        ring.inline(lambda _name, _arguments: None),
        open_shop(orders=2, name=f"door {next(_numbers)}") as opened,
    ):
        yield opened


@pytest.fixture
def app(shop: Shop) -> Iterator[Flask]:
    directory.cache_clear()
    made = Flask("door")
    webhooks.register(made)
    yield made
    directory.cache_clear()


@pytest.fixture(params=["on a loop", "under WSGI"])
def door(app: Flask, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Both doors that there are: all that a test says goes for each."""
    if request.param == "under WSGI":
        yield app.test_client()
    else:
        with door_on_a_loop(app) as opened:
            yield opened
