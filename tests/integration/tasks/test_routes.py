"""Where work goes, as the workers read it."""

import inspect

import pytest

import celeryconfig
from connectors import platforms
from tasks import app

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    ("task", "arguments", "queue"),
    [
        ("handle.events", {"connection_id": 1, "platform": "toast"}, "toast.events"),
        ("sync.stream", {"cursor_id": 1, "platform": "toast"}, "toast.sync"),
        ("sites.list", {"connection_id": 1, "platform": "toast"}, "toast.sync"),
        ("backfill.slice", {"slice_id": 1, "platform": "toast"}, "toast.bulk"),
        ("backfill.plan", {"run_id": 1, "platform": "toast"}, "toast.bulk"),
        ("invoice.orders", {"connection_id": 1}, "invoice"),
        ("invoice.past", {"connection_id": 1, "platform": "toast"}, "toast.bulk"),
        ("invoice.due", {"every_s": 5}, "invoice"),
        ("sync.due", {"every_s": 5}, "upkeep"),
        ("sweep.inbox", {"every_s": 5}, "upkeep"),
        ("sites.first", {}, "upkeep"),
        ("tally.due", {"every_s": 5}, "upkeep"),
        ("tally.days", {"connection_id": 1}, "upkeep"),
    ],
)
def test_work_goes_to_its_lane(task: str, arguments: dict[str, object], queue: str) -> None:
    assert celeryconfig.route(task, (), arguments, {}) == {"queue": queue}
    assert queue in {each.name for each in celeryconfig.task_queues}


def test_every_platform_has_its_three_lanes() -> None:
    names = {each.name for each in celeryconfig.task_queues}
    assert {f"{p}.{lane}" for p in platforms() for lane in celeryconfig.LANES} <= names


def test_the_timetable_names_tasks_there_are_and_each_ring_is_a_slot() -> None:
    app.loader.import_default_modules()
    for job, entry in celeryconfig.beat_schedule.items():
        assert entry["task"] == job
        assert entry["kwargs"] == {"every_s": entry["schedule"]}
        signature = inspect.signature(app.tasks[job].run, follow_wrapped=False)
        assert "every_s" in signature.parameters


def test_every_task_takes_named_scalars_alone() -> None:
    app.loader.import_default_modules()
    for name, task in app.tasks.items():
        if not type(task).__module__.startswith("tasks."):
            continue
        for parameter in inspect.signature(task.run).parameters.values():
            assert parameter.kind is parameter.KEYWORD_ONLY, name
