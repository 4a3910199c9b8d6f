"""A mistake of ours in understanding a delivery is never the platform's to pay for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import CapturingLogger

from connectors.base.contract import Delivery, Envelope, Verdict
from connectors.toast.webhook import ToastWebhook
from tests.integration.tasks.asked import deliveries
from tests.integration.webhooks.knocking import knock
from tests.shop import Shop
from webhooks import judging, replies
from webhooks.directory import Address, Directory, directory

pytestmark = pytest.mark.usefixtures("database")


def _fails(*_: Any) -> Any:
    raise KeyError("something nobody thought of")


class Unverifying(ToastWebhook):
    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> Verdict:
        return _fails()


class Unidentifying(ToastWebhook):
    def __init__(self, identify: Callable[..., Envelope]) -> None:
        self._identify = identify

    def identify(self, delivery: Delivery) -> Envelope:
        return self._identify(delivery)


class Misled(Directory):
    """Knows another way to understand what comes to an address."""

    def __init__(self, webhook: ToastWebhook) -> None:
        super().__init__()
        self._webhook = webhook

    def find(self, platform: str, key: str) -> Address | None:
        return self._misled(super().find(platform, key))

    def remembered(self, platform: str, key: str) -> Address | None:
        return self._misled(super().remembered(platform, key))

    def _misled(self, found: Address | None) -> Address | None:
        return found and replace(found, webhook=self._webhook)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> CapturingLogger:
    capturing = CapturingLogger()
    for module in (judging, replies):
        monkeypatch.setattr(module, "log", capturing)
    return capturing


def test_a_delivery_that_can_not_be_judged_is_to_come_again(
    door: FlaskClient, shop: Shop, log: CapturingLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = shop.messages(1)
    misled = Misled(Unverifying())
    monkeypatch.setattr(judging, "directory", lambda: misled)
    answer = knock(door, shop, message)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    [call] = log.calls
    assert isinstance(call.kwargs["exc_info"], KeyError)
    monkeypatch.setattr(judging, "directory", directory)
    assert knock(door, shop, message).status_code == 202


@pytest.mark.parametrize(
    "identify",
    [
        _fails,
        lambda _: None,
        lambda _: Envelope("", "order_updated"),
        lambda _: Envelope("a\0b", "order_updated"),
        lambda _: Envelope("x" * 3000, "order_updated"),
        lambda _: Envelope("a-delivery", None),
    ],
)
def test_an_authentic_delivery_that_can_not_be_named_goes_by_its_bytes(
    door: FlaskClient,
    shop: Shop,
    log: CapturingLogger,
    monkeypatch: pytest.MonkeyPatch,
    identify: Callable[..., Envelope],
) -> None:
    (message,) = shop.messages(1)
    misled = Misled(Unidentifying(identify))
    monkeypatch.setattr(judging, "directory", lambda: misled)
    assert [knock(door, shop, message).status_code for _ in range(2)] == [202, 202]
    [row] = deliveries(shop)
    name = f"sha256:{sha256(message.body).hexdigest()}"
    assert (row.delivery_id, row.event_type, bytes(row.body)) == (name, "unknown", message.body)
    assert "exception" in [call.method_name for call in log.calls]
