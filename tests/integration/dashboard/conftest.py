"""The pages and the API over a real database, and somebody signed in."""

from collections.abc import Callable, Iterator
from itertools import count
from unittest.mock import Mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg2 import extensions

import dashboard
from config import clock
from dashboard import sign_in
from models import api_tokens, deadline
from models.session import unit_of_work
from tasks import ring
from tests import merchants
from tests.merchants import Merchant

_numbers = count(1)


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    """The application over empty tables, in a process that waits as the real web's do."""
    made = Flask("taxpoynt")
    dashboard.register(made)
    deadline.enforce()
    yield made
    extensions.set_wait_callback(None)
    merchants.forget_everything()


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What was signalled to the workers; nothing leaves this process."""
    bell = Mock()
    monkeypatch.setattr(ring, "deliveries", bell)
    return bell


@pytest.fixture(autouse=True)
def rung_for_records(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The parked records that workers were asked to try again; none is tried."""
    bell = Mock()
    monkeypatch.setattr(ring, "record", bell)
    return bell


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody yet."""
    return app.test_client()


@pytest.fixture
def owner(app: Flask) -> Merchant:
    """A merchant with nothing in the books."""
    return merchants.merchant()


@pytest.fixture
def other(app: Flask) -> Merchant:
    """Another merchant, whose rows are nobody else's business."""
    return merchants.merchant()


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Merchant], FlaskClient]:
    """A browser in which the merchant's person is signed in."""

    def sign(merchant: Merchant) -> FlaskClient:
        browser = app.test_client()
        with unit_of_work() as session:
            link = sign_in.make_link(session, merchant.user, clock.now())
        # An address each, so that no test meets another one's limit.
        number = next(_numbers)
        address = {"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"}
        assert browser.get(link, environ_overrides=address).status_code == 303
        return browser

    return sign


@pytest.fixture
def page(owner: Merchant, signed_in: Callable[[Merchant], FlaskClient]) -> FlaskClient:
    """The owner's browser."""
    return signed_in(owner)


@pytest.fixture
def script(app: Flask, owner: Merchant) -> FlaskClient:
    """The owner's script, with a token."""
    with unit_of_work() as session:
        token = api_tokens.make(session, owner.organization_id, "script")
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return made
