"""The pipeline over RabbitMQ instead of Redis: the same queues, routes and signals."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from config import embedded
from models.session import unit_of_work
from tests.children import CELERY, TAXPOYNT, free_port
from tests.integration.broker import rabbit
from tests.integration.broker.conftest import Run
from tests.shop import Shop
from tests.waiting import until

pytestmark = [
    pytest.mark.rabbitmq,
    pytest.mark.skipif(
        not rabbit.installed(),
        reason="RabbitMQ is not on PATH: 'apt-get install rabbitmq-server' brings it",
    ),
]

_QUEUES = "toast.events,toast.sync,toast.bulk,invoice,upkeep"
_STANDING = "SELECT invoice_state, count(*) FROM orders GROUP BY invoice_state"


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="taxpoynt-rabbitmq-") as folder,
        rabbit.rabbitmq(Path(folder)) as url,
    ):
        yield url


def test_a_delivery_at_the_door_is_applied_and_invoiced(
    broker: str, servers: embedded.Servers, shop: Shop, run: Run
) -> None:
    env = {"TAXPOYNT_BROKER_URL": broker, "TAXPOYNT_REDIS_URL": servers.broker_url}
    address = f"http://127.0.0.1:{(port := free_port())}"
    worker = run("worker", *CELERY, "worker", "-c", "2", "-l", "INFO", "-Q", _QUEUES, **env)
    run("web", *TAXPOYNT, "web", "--port", str(port), **env)
    until(lambda: worker.says(" ready."), what="the worker")
    until(lambda: _answers(address), what="the web")

    messages = shop.messages()
    for message in messages:
        answer = requests.post(
            address + shop.address,
            data=message.body,
            headers=message.headers(shop.secret, 1),
            timeout=10,
        )
        assert answer.status_code == 202, answer.text

    # No beat runs here, so no sweep: only the door's signals can have brought this about.
    until(lambda: shop.states() == {"done": len(messages)}, what="every delivery to be applied")
    until(lambda: "due" not in _standing(), what="every invoice to be issued")
    assert _standing()["issued"] > 0


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=1).ok
    except requests.RequestException:
        return False


def _standing() -> dict[str, int]:
    with unit_of_work() as session:
        return {row[0]: row[1] for row in session.execute(text(_STANDING))}
