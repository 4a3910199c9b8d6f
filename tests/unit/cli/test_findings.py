from datetime import UTC, datetime, timedelta

import pytest

from cli.checks import database, machine, web, workers
from tasks import preflight
from tasks.preflight import Finding, Level

_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_QUEUES = ["toast.events", "toast.bulk"]


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (preflight.of_kombu("5.7.0"), Level.OK),
        (preflight.of_kombu("5.6.2"), Level.FAIL),
        (preflight.of_limits(240, 300), Level.OK),
        (preflight.of_limits(300, 300), Level.FAIL),
        (preflight.of_eviction("noeviction"), Level.OK),
        (preflight.of_eviction("allkeys-lru"), Level.FAIL),
        (preflight.of_clock("Redis", -1.9), Level.OK),
        (preflight.of_clock("Redis", 2.1), Level.FAIL),
        (machine.of_space(10 * 2**30), Level.OK),
        (machine.of_space(2**30), Level.WARN),
        (machine.of_space(2**20), Level.FAIL),
        (database.of_version(150_004), Level.OK),
        (database.of_version(140_011), Level.FAIL),
        (web.of_address(None), Level.WARN),
        (web.of_address("http://127.0.0.1:8000"), Level.WARN),
        (web.of_address("http://pos.example"), Level.FAIL),
        (web.of_address("https://pos.example"), Level.OK),
        (workers.of_workers({}, _QUEUES), Level.FAIL),
        (workers.of_workers({"a": [{"name": "toast.events"}]}, _QUEUES), Level.FAIL),
        (workers.of_workers({"a": [{"name": name} for name in _QUEUES]}, _QUEUES), Level.OK),
        (workers.of_beat(None, _NOW, listening=False), Level.FAIL),
        (workers.of_beat(_NOW - timedelta(seconds=61), _NOW, listening=True), Level.FAIL),
        (workers.of_beat(_NOW - timedelta(seconds=60), _NOW, listening=True), Level.OK),
        (workers.of_beat(_NOW + timedelta(seconds=60), _NOW, listening=True), Level.OK),
        (workers.of_beat(_NOW + timedelta(seconds=61), _NOW, listening=True), Level.FAIL),
    ],
)
def test_a_finding_weighs_what_it_should(finding: Finding, level: Level) -> None:
    assert finding.level is level


def test_what_fails_says_what_to_do() -> None:
    for finding in (preflight.of_eviction("volatile-lru"), preflight.of_clock("Redis", 60)):
        assert finding.next_step


def test_a_queue_that_nobody_serves_is_named() -> None:
    found = workers.of_workers({"a": [{"name": "toast.events"}]}, _QUEUES)
    assert "toast.bulk" in found.sentence
    assert found.next_step == "taxpoynt worker --queues toast.bulk"


def test_a_beat_that_nobody_could_hear_may_run_well() -> None:
    unheard = workers.of_beat(None, _NOW, listening=False).next_step
    assert "taxpoynt worker --queues upkeep" in unheard
    assert "taxpoynt beat" in unheard
    silent = workers.of_beat(None, _NOW, listening=True).next_step
    assert "upkeep" not in silent
    assert "taxpoynt beat" in silent
