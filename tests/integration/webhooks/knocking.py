"""Deliveries as a till sends them, and the secrets they are signed with."""

import hmac
from base64 import b64encode
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import Connection, connections
from models.session import unit_of_work
from sandbox.toast.webhook.message import Message
from tests.shop import Shop


def signed(body: bytes, secret: str, timestamp: str = "") -> str:
    return b64encode(hmac.digest(secret.encode(), body + timestamp.encode(), "sha256")).decode()


def knock(
    door: FlaskClient, shop: Shop, message: Message, *, attempt: int = 1, **headers: str
) -> TestResponse:
    sent = {**message.headers(shop.secret, attempt), **headers}
    return door.post(shop.address, data=message.body, headers=sent)


def knock_raw(door: FlaskClient, shop: Shop, body: bytes, secret: str | None = None) -> Any:
    headers = {"Toast-Signature": signed(body, secret or shop.secret)}
    return door.post(shop.address, data=body, headers=headers)


def give_secrets(shop: Shop, secret: Any) -> None:
    """Give a connection other webhook secrets, as connecting it again does."""
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
        row.secrets = connections.seal(
            {**connections.unseal(row.secrets), "webhook_secret": secret}
        )
