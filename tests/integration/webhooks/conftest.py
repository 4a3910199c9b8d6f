"""A door with a real table behind it, and a merchant's till that knocks."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient

import webhooks
from tasks import ring
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


@pytest.fixture
def door(app: Flask) -> FlaskClient:
    return app.test_client()
