"""The settings without which messages are lost or doubled, as a worker has them."""

import runpy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import celeryconfig
from config import settings
from tasks import app, fitness
from tasks.verb import Verb
from tests.architecture.tree import ROOT

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("name", "wanted", "otherwise"),
    [
        ("task_acks_late", True, "a killed worker takes its task with it"),
        ("task_reject_on_worker_lost", True, "a killed child's task is acknowledged"),
        ("task_acks_on_failure", True, "a failure is delivered again without end"),
        ("task_acks_on_timeout", True, "a task that hangs is delivered again without end"),
        ("worker_prefetch_multiplier", 1, "a killed worker keeps others' tasks for minutes"),
        ("worker_cancel_long_running_tasks_on_connection_loss", True, "a task runs twice"),
        ("broker_connection_retry_on_startup", True, "a worker ends that starts before its broker"),
        ("broker_connection_max_retries", None, "workers end while the broker is away"),
        ("broker_channel_error_retry", True, "workers end at a failover's READONLY"),
        ("task_publish_retry", False, "a publisher waits for a broker that is away"),
        ("accept_content", ["json"], "a message can run code"),
        ("task_serializer", "json", "a worker refuses what is sent"),
        ("result_backend", None, "nobody reads what it would hold"),
        ("task_ignore_result", True, "a task waits until its result is kept"),
        ("worker_eta_task_limit", 100, "tasks with an ETA fill a worker's memory"),
        ("worker_max_tasks_per_child", 10_000, "a leak grows without end"),
        ("worker_send_task_events", True, "Flower sees nothing"),
        ("task_send_sent_event", False, "every signal is two messages"),
        ("worker_hijack_root_logger", False, "a worker takes our handlers away"),
        ("worker_consumer", "tasks.consumer:Consumer", "what can't be worked on is dropped"),
        ("timezone", "UTC", "instants are shown in a zone that nobody chose"),
    ],
)
def test_no_message_is_lost_to_a_setting(name: str, wanted: object, otherwise: str) -> None:
    assert app.conf[name] == wanted, otherwise


@pytest.mark.parametrize(
    ("name", "least", "most", "otherwise"),
    [
        ("worker_soft_shutdown_timeout", 10, 120, "a stopped worker drops what it was at"),
        ("broker_connection_timeout", 0.5, 3, "a broker that is away holds its clients"),
        ("task_soft_time_limit", 60, 230, "a task is killed without a word to itself"),
        ("task_time_limit", 60, 299, "a task that hangs holds its child"),
    ],
)
def test_nothing_waits_too_long_or_too_short(
    name: str, least: float, most: float, otherwise: str
) -> None:
    assert least <= (app.conf[name] or 0) <= most, otherwise


def test_queues_need_no_binding_that_can_be_lost() -> None:
    assert {each.exchange.type for each in celeryconfig.task_queues} == {"direct"}
    assert {each.exchange.name for each in celeryconfig.task_queues} == {""}


def test_a_misspelt_queue_is_refused_and_not_made() -> None:
    queues = app.amqp.Queues(app.conf.task_queues)
    assert queues["upkeep"].name == "upkeep"
    with pytest.raises(KeyError):
        queues["upkep"]


def test_a_killed_workers_message_is_back_in_minutes_but_after_its_task() -> None:
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        assert app.conf.task_time_limit < channel.visibility_timeout <= 600
        # Seconds between looks at what is overdue.
        assert channel.unacked_restore_interval * channel.unacked_restore_throttle <= 5


def test_a_frozen_broker_is_noticed() -> None:
    for connect in (app.connection_for_read, app.connection_for_write):
        with connect() as connection:
            asked = connection.default_channel.pool.connection_kwargs
        assert 0 < asked["socket_connect_timeout"] <= 2
        assert 0 < asked["socket_timeout"] <= 5
        assert asked["socket_keepalive"] is True
        assert 0 < asked["health_check_interval"] <= 15


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What the configuration comes to over a broker."""

    def read(url: str) -> dict[str, Any]:
        monkeypatch.setenv("TAXPOYNT_BROKER_URL", url)
        settings.refresh()
        return runpy.run_path(str(ROOT / "celeryconfig.py"))

    yield read
    monkeypatch.undo()
    settings.refresh()


def test_rabbitmq_has_to_say_that_it_holds_a_message(
    configured: Callable[[str], dict[str, Any]],
) -> None:
    for url in ("amqp://guest@127.0.0.1//", "amqps://guest@127.0.0.1//"):
        assert configured(url)["broker_transport_options"] == {"confirm_publish": True}
    assert "visibility_timeout" in configured("rediss://127.0.0.1/0")["broker_transport_options"]


def test_a_child_that_dies_costs_its_message_two_tries_at_most() -> None:
    assert isinstance(app.tasks["handle.events"], Verb)
    assert app.tasks["handle.events"].Request == "tasks.verb:Request"
    assert fitness.outlived(fitness.Head("handle.events", "1", losses=1)) is None
    assert fitness.outlived(fitness.Head("handle.events", "1", losses=2)) is not None
