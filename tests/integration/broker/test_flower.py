"""What an operator looks with: Flower's API and Celery's own commands."""

import json
import subprocess
from typing import Any

import pytest
import requests

from tests.children import CELERY, ROOT, TAXPOYNT, Child, free_port
from tests.integration.broker.conftest import Run
from tests.shop import Shop
from tests.waiting import until

_NODE = "watched@here"
_QUEUES = ("toast.events", "upkeep")


@pytest.fixture
def worker(shop: Shop, run: Run) -> Child:
    alone = ("--without-mingle", "--without-gossip")
    argv = ("worker", "-n", _NODE, "-c", "1", "-l", "INFO", "-Q", ",".join(_QUEUES), *alone)
    started = run("worker", *CELERY, *argv)
    until(lambda: started.says(" ready."), what="the worker", timeout_s=60)
    return started


@pytest.fixture
def flower(run: Run) -> str:
    """Its address. Its API can stop workers, so without a password it has to be asked for."""
    port = free_port()
    run("flower", *TAXPOYNT, "flower", "--port", str(port), FLOWER_UNAUTHENTICATED_API="true")
    address = f"http://127.0.0.1:{port}"
    until(lambda: _get(f"{address}/healthcheck") is not None, what="Flower", timeout_s=60)
    return address


def test_flower_lists_worker_queues_and_a_finished_task(
    flower: str, worker: Child, shop: Shop
) -> None:
    until(lambda: _NODE in _heard_of(flower), what="Flower to hear the worker")
    shop.take_in(messages := shop.messages())
    sent = _celery("call", "handle.events", "--kwargs", _arguments(shop)).strip()

    node = until(
        lambda: _json(f"{flower}/api/workers?refresh=1").get(_NODE, {}), what="Flower to see it"
    )
    assert {queue["name"] for queue in node["active_queues"]} == set(_QUEUES)
    assert "handle.events" in node["registered"]
    seen = until(lambda: _finished(flower, sent), what="Flower to show the task as done")
    assert (seen["name"], seen["worker"]) == ("handle.events", _NODE)
    assert shop.states() == {"done": len(messages)}
    lengths = {
        queue["name"]: queue["messages"]
        for queue in _json(f"{flower}/api/queues/length")["active_queues"]
    }
    assert {name: lengths.get(name) for name in _QUEUES} == dict.fromkeys(_QUEUES, 0)


def test_celery_finds_the_application_and_its_workers(worker: Child) -> None:
    answer = json.loads(_celery("inspect", "ping", "--json", "--timeout", "2"))
    assert answer[_NODE] == {"ok": "pong"}


def _arguments(shop: Shop) -> str:
    return json.dumps({"connection_id": shop.connection_id, "platform": "toast"})


def _heard_of(flower: str) -> set[str]:
    """The workers whose events Flower receives: from then on it misses no task."""
    return {worker["hostname"] for worker in _json(f"{flower}/workers?json=1")["data"]}


def _finished(flower: str, task_id: str) -> dict[str, Any]:
    found = _json(f"{flower}/api/tasks").get(task_id, {})
    return found if found.get("state") == "SUCCESS" else {}


def _celery(*argv: str) -> str:
    return subprocess.run(
        [*CELERY, *argv], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    ).stdout


def _json(url: str) -> dict[str, Any]:
    answer = _get(url)
    assert answer is not None
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _get(url: str) -> requests.Response | None:
    try:
        return requests.get(url, timeout=10)
    except requests.RequestException:
        return None
