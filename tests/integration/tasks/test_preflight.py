from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis

from config import clock, settings
from tasks import app, preflight
from tasks.preflight import Level

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def broker(database: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.settings().broker()) as client:
        policy = str(client.config_get("maxmemory-policy")["maxmemory-policy"])
        yield client
        client.config_set("maxmemory-policy", policy)


def _failures() -> list[preflight.Finding]:
    return preflight.failures(preflight.findings())


def test_on_servers_of_our_own_a_worker_has_nothing_to_refuse() -> None:
    assert _failures() == []
    assert {found.subject for found in preflight.findings()} == {
        "kombu",
        "time limit",
        "eviction",
        "clock",
    }


def test_a_broker_that_throws_work_away_is_refused_with_what_to_do(broker: redis.Redis) -> None:
    broker.config_set("maxmemory-policy", "allkeys-lru")
    (found,) = _failures()
    assert (found.subject, found.level) == ("eviction", Level.FAIL)
    assert "allkeys-lru" in found.sentence
    assert "noeviction" in found.next_step


def test_a_message_that_returns_while_its_task_runs_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = app.conf.broker_transport_options
    monkeypatch.setitem(options, "visibility_timeout", app.conf.task_time_limit)
    (found,) = _failures()
    assert found.subject == "time limit"
    # Without the setting it is the library's hour.
    monkeypatch.delitem(options, "visibility_timeout")
    assert _failures() == []
    monkeypatch.setitem(app.conf, "task_time_limit", 4000)
    assert [found.subject for found in _failures()] == ["time limit"]


@pytest.mark.parametrize(
    ("finding", "fails"),
    [
        (preflight.of_kombu("5.7.0"), False),
        (preflight.of_kombu("6.0.0"), False),
        (preflight.of_kombu("5.6.2"), True),
        (preflight.of_limits(240, 300), False),
        (preflight.of_limits(300, 300), True),
        (preflight.of_clock("Redis", 1.9), False),
        (preflight.of_clock("Redis", -2.1), True),
        (preflight.of_clock("Redis", 4000), True),
        (preflight.of_eviction("volatile-lru"), True),
    ],
)
def test_each_way_of_losing_work_is_a_refusal_with_a_next_step(
    finding: preflight.Finding, fails: bool
) -> None:
    assert (finding.level is Level.FAIL) == fails
    assert bool(finding.next_step) == fails


def test_a_clock_apart_from_the_brokers_is_found(broker: redis.Redis) -> None:
    assert abs(preflight.redis_clock_offset_s(broker)) < 2
    ahead = clock.now().replace(year=clock.now().year + 1)
    with clock.frozen(ahead):
        (found,) = _failures()
    assert found.subject == "clock"
    assert "ahead of Redis" in found.sentence


def test_a_broker_that_answers_late_has_no_other_clock(
    broker: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.frozen(clock.now()) as advance:

        def late() -> tuple[int, int]:
            told = clock.now().timestamp()
            advance(timedelta(seconds=60))
            return int(told), 0

        monkeypatch.setattr(broker, "time", late)
        assert abs(preflight.redis_clock_offset_s(broker)) < 2
