"""Beat's scheduler, by a clock that a test moves."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery

from config import clock
from tasks import ring
from tasks.bell import Bell

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Recorder(Bell):
    """Rings nobody: it counts."""

    producer = None
    rung: Counter[str]

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.rung[entry.name] += 1


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets time pass; the clock on the wall may take it differently."""
    at, wall = [0.0], [_NOON]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    monkeypatch.setattr(Celery, "now", lambda _: wall[0])

    def on(seconds: float, wall_s: float | None = None) -> None:
        at[0] += seconds
        wall[0] += timedelta(seconds=seconds if wall_s is None else wall_s)

    return on


@pytest.fixture
def bell(passes: Callable[..., None]) -> Recorder:
    app = Celery("bells", set_as_current=False)
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": every_s}
        for name, every_s in (("hourly", 3600), ("often", 5))
    }
    made = Recorder(app)
    made.rung = Counter()
    return made


def _ticks(bell: Recorder) -> dict[str, int]:
    """What is rung until beat would sleep."""
    bell.rung.clear()
    while bell.tick() <= 0:
        pass
    return dict(bell.rung)


def test_all_is_rung_once_as_it_starts_and_then_in_its_interval(
    bell: Recorder, passes: Callable[..., None]
) -> None:
    assert _ticks(bell) == {"often": 1, "hourly": 1}
    assert _ticks(bell) == {}
    assert bell.tick() == 5
    passes(5)
    assert _ticks(bell) == {"often": 1}
    passes(3595)
    assert _ticks(bell) == {"often": 1, "hourly": 1}


@pytest.mark.parametrize("jump_s", [-3600, 3600])
def test_a_clock_that_jumps_changes_nothing(
    bell: Recorder, passes: Callable[..., None], jump_s: int
) -> None:
    _ticks(bell)
    passes(5, wall_s=jump_s)
    assert _ticks(bell) == {"often": 1}
    passes(5)
    assert _ticks(bell) == {"often": 1}


def test_what_comes_round_most_often_is_rung_first(bell: Recorder) -> None:
    assert list(_ticks(bell)) == ["often", "hourly"]


def test_a_job_that_cannot_be_rung_keeps_beat_from_no_other(
    bell: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []

    def overdue(name: str, **_: Any) -> None:
        rung.append(name)
        raise ValueError

    monkeypatch.setattr(ring, "overdue", overdue)
    monkeypatch.setattr(Recorder, "apply_entry", Bell.apply_entry)
    _ticks(bell)
    assert rung == ["often", "hourly"]
