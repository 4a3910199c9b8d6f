"""pytest-celery's components on local processes: no Docker, the same fixtures."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from pytest_celery import (
    CeleryTestSetup,
    CeleryTestWorker,
    CeleryWorkerCluster,
    RedisTestBackend,
    RedisTestBroker,
)

from tests.celery_smoke.nodes import LocalValkey, LocalWorker
from tests.shop import Shop, open_shop

_ROUTING = (
    *("task_routes", "task_queues", "task_create_missing_queues"),
    *("task_default_queue", "task_default_exchange", "task_default_routing_key"),
)


class OurSetup(CeleryTestSetup):
    """A client that routes as our application does."""

    @classmethod
    def name(cls) -> str:
        """The application's name."""
        return "taxpoynt"

    @classmethod
    def update_app_config(cls, app: Celery) -> None:
        """Take over queues and routes; broker and back end are the test's own."""
        import celeryconfig

        app.conf.update({name: getattr(celeryconfig, name) for name in _ROUTING})
        app.set_current()


@pytest.fixture
def celery_setup_cls() -> type[CeleryTestSetup]:
    return OurSetup


@pytest.fixture
def celery_broker() -> Iterator[RedisTestBroker]:
    yield from _until_torn_down(RedisTestBroker(LocalValkey()))


@pytest.fixture
def celery_backend() -> Iterator[RedisTestBackend]:
    yield from _until_torn_down(RedisTestBackend(LocalValkey()))


@pytest.fixture
def celery_worker(
    shop: Shop, celery_worker_cluster_config: dict[str, Any], celery_setup_app: Celery
) -> Iterator[CeleryTestWorker]:
    (broker,) = celery_worker_cluster_config["celery_broker_cluster_config"]["urls"]
    (backend,) = celery_worker_cluster_config["celery_backend_cluster_config"]["urls"]
    yield from _until_torn_down(CeleryTestWorker(LocalWorker(broker, backend), celery_setup_app))


@pytest.fixture
def celery_worker_cluster(celery_worker: CeleryTestWorker) -> CeleryWorkerCluster:
    return CeleryWorkerCluster(celery_worker)


@pytest.fixture(scope="module")
def shop(database: str) -> Iterator[Shop]:
    with open_shop(orders=5) as opened:
        yield opened


def _until_torn_down(node: Any) -> Iterator[Any]:
    try:
        assert node.ready()
        yield node
    finally:
        try:
            node.teardown()
        finally:
            node.container.teardown()
