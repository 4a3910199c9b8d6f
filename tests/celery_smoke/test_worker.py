"""Our application in a real worker, seen through pytest-celery."""

from pytest_celery import CeleryTestSetup

from tests.shop import Shop
from tests.waiting import until


def test_it_is_ready_by_ping_and_by_control(celery_setup: CeleryTestSetup) -> None:
    assert len(celery_setup) == 3
    assert celery_setup.ready(ping=True, control=True, docker=True)


def test_it_tells_who_it_is_and_what_it_serves(celery_setup: CeleryTestSetup) -> None:
    import celeryconfig

    node = celery_setup.worker.hostname()
    inspect = celery_setup.app.control.inspect([node], timeout=5)

    assert inspect.ping() == {node: {"ok": "pong"}}
    served = {queue["name"] for queue in inspect.active_queues()[node]}
    assert served == {queue.name for queue in celeryconfig.task_queues}
    assert {"handle.events", "sweep.inbox", "sync.stream"} <= set(inspect.registered()[node])


def test_a_signal_has_deliveries_applied(celery_setup: CeleryTestSetup, shop: Shop) -> None:
    messages = shop.messages()
    shop.take_in(messages)

    celery_setup.app.send_task(
        "handle.events", kwargs={"connection_id": shop.connection_id, "platform": "toast"}
    )

    until(lambda: shop.states() == {"done": len(messages)}, what="every delivery to be applied")
    celery_setup.worker.assert_log_exists("deliveries handled")
