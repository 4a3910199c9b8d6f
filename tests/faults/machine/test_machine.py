"""Whatever order things happen in, and wherever work is cut off, the books come out right."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import event

from models import session as database_session
from tests.faults.lengths import examples
from tests.faults.machine.machine import Core
from tests.faults.machine.till import HERE

log = logging.getLogger(__name__)
pytestmark = pytest.mark.usefixtures("ground")

_RUN = settings(
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    database=None,
)


def test_no_order_of_events_and_crashes_loses_or_doubles_anything() -> None:
    Core.tally.clear()
    run_state_machine_as_test(Core, settings=settings(_RUN, max_examples=examples(25)))
    log.info("tried %s", dict(Core.tally))
    assert Core.tally["crashes"] > 0


class WithoutSweep(Core):
    """Nobody looks for what was not signalled."""

    sweeps = False
    tally: ClassVar[Counter[str]] = Counter()


class EarlyAcks(Core):
    """The broker forgets a message as it hands it out; whoever held it may die."""

    sweeps = False
    loses_signals = False
    acks_early = True
    tally: ClassVar[Counter[str]] = Counter()


class Unguarded(Core):
    """Any copy replaces any other."""

    tally: ClassVar[Counter[str]] = Counter()


@pytest.fixture
def any_version_wins() -> Iterator[list[str]]:
    """Take the guard out of every merge on its way to the database."""
    guarded = re.compile(r"orders\.version\s*<\s*excluded\.version")
    changed: list[str] = []

    def unguard(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> tuple[str, Any]:
        plain = guarded.sub("true", statement)
        if plain != statement:
            changed.append(plain)
        return plain, given

    engine = database_session.engine()
    event.listen(engine, "before_cursor_execute", unguard, retval=True)
    yield changed
    event.remove(engine, "before_cursor_execute", unguard)


def _sold(machine: Core) -> None:
    """A sale with a correction, of which the newest copy waits in the inbox."""
    machine.ring_up(place=HERE, kind="closed", pence=100)
    machine.change(pick=0, kind="closed", pence=200)
    machine.deliver_copy(pick=0, which=1, thin=False, crash=None)


def _lost_signal(machine: Core) -> None:
    _sold(machine)
    machine.lose_signals(pick=0, every=True)


def _dead_worker(machine: Core) -> None:
    _sold(machine)
    machine.work(pick=0, crash=3)


def _late_copy(machine: Core) -> None:
    _sold(machine)
    machine.work(pick=0, crash=None)
    machine.holds()
    machine.deliver_copy(pick=0, which=0, thin=False, crash=None)
    machine.work(pick=-1, crash=None)
    machine.holds()


_STORIES = (_lost_signal, _dead_worker, _late_copy)


@pytest.mark.parametrize("story", _STORIES)
def test_the_core_comes_through_what_the_controls_do_not(story: Callable[[Core], None]) -> None:
    _tell(Core, story)


def test_without_the_sweep_deliveries_wait_for_ever() -> None:
    with pytest.raises(AssertionError, match="wait for ever"):
        _tell(WithoutSweep, _lost_signal)


def test_with_early_acks_and_no_sweep_deliveries_wait_for_ever() -> None:
    with pytest.raises(AssertionError, match="wait for ever"):
        _tell(EarlyAcks, _dead_worker)


def test_without_the_guard_an_older_copy_replaces_a_newer_one(any_version_wins: list[str]) -> None:
    with pytest.raises(AssertionError, match="older version"):
        _tell(Unguarded, _late_copy)
    assert any_version_wins


def _tell(kind: type[Core], story: Callable[[Core], None]) -> None:
    machine = kind()
    try:
        story(machine)
    except AssertionError:
        machine.stop_time()
        raise
    machine.teardown()
