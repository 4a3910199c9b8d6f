"""The timetable names real tasks, and every task that rings for due work is on it."""

import ast

import pytest

import celeryconfig
from tasks import app
from tests.architecture.tree import sources


@pytest.fixture(scope="module")
def registered() -> set[str]:
    app.loader.import_default_modules()
    return {name for name, task in app.tasks.items() if task.__module__.startswith("tasks.")}


def test_every_job_is_a_task(registered: set[str]) -> None:
    jobs = {entry["task"] for entry in celeryconfig.beat_schedule.values()}
    assert jobs <= registered


def test_everything_that_finds_due_work_is_rung_for(registered: set[str]) -> None:
    finders = {name for name in registered if name.endswith(".due") or name.startswith("sweep.")}
    assert finders <= set(celeryconfig.TIMETABLE)


def test_a_slot_of_each_job_runs_once_however_many_beats_ring_it() -> None:
    declared = [
        ast.literal_eval(decorator.args[0])
        for source in sources()
        if source.room == "tasks"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "slots.scheduled"
    ]
    assert sorted(declared) == sorted(celeryconfig.TIMETABLE)


def test_every_task_is_named_after_its_file_and_function(registered: set[str]) -> None:
    for name in registered:
        task = app.tasks[name]
        assert name == f"{task.__module__.removeprefix('tasks.')}.{task.__name__.rstrip('_')}"


def test_every_task_has_a_queue_that_exists(registered: set[str]) -> None:
    queues = {queue.name for queue in celeryconfig.task_queues}
    for name in registered:
        for given in ({}, {"platform": "toast"}):
            assert celeryconfig.route(name, (), given, {})["queue"] in queues
