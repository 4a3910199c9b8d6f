"""A timetable that is doubled, killed at its tick, and on a host whose clock is off."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from signal import SIGUSR1

from tests.children import Child
from tests.faults import queues
from tests.faults.conftest import Books, heard_again, worker
from tests.installation import Installation, frozen
from tests.waiting import until

_JOB = "sweep.inbox"
# So seldom that it comes round once while this runs.
_SELDOM = "sweep.prune"
_TAKE_AN_HOUR = """INSERT INTO job_slots SELECT %s,
    to_timestamp((floor(extract(epoch FROM now()) / 5) + n) * 5) FROM generate_series(0, 720) n
    ON CONFLICT DO NOTHING"""
# Those a few seconds ahead may stay; and what was rung before beat's clock jumped doesn't count.
_GOES_ON = """SELECT max(scheduled_for) BETWEEN %s + interval '6 seconds' AND now() FROM job_slots
    WHERE job = %s"""


def test_a_slot_runs_once_however_many_beats_ring_it_and_die(
    installation: Installation, books: Books
) -> None:
    books.take_in()
    _make_overdue(installation)
    with worker(installation, "upkeep", queues="upkeep") as one:
        with frozen(one.pid):
            for number in range(3):
                beat = installation.beat(f"beat-{number}")
                # What was missed while none ran is rung once by each, not once a slot.
                # The very first ring may have gone to the worker as it froze.
                until(
                    lambda n=number: (
                        _rung(installation, _SELDOM) > n and _rung(installation, _JOB) >= n
                    ),
                    what="its first rings",
                )
                assert _rung(installation, _SELDOM) == number + 1
                beat.kill()
                _forget_rings(installation)
            assert _rung(installation, _JOB) >= 2
        until(lambda: "upkeep" not in queues.waiting(installation), what="all rings to be heard")
        until(lambda: queues.UNACKED not in queues.waiting(installation), what="the last of them")

    # Each sweep that ran; nobody takes it here.
    ran = queues.names(installation, "toast.events").count("isolate.events")
    slots = "SELECT count(*) FROM job_slots WHERE job = %s"
    assert ran == installation.one(slots, _JOB) > 0
    # One, unless an hour ended meanwhile.
    assert installation.one(slots, _SELDOM) in (1, 2)


def test_a_beat_whose_clock_is_an_hour_off_is_heard(installation: Installation) -> None:
    with worker(installation, "upkeep", queues="upkeep"):
        for off_s in (-3600, 3600):
            with _beating(installation, off_s):
                heard_again(installation)


def test_a_clock_that_jumps_keeps_no_job_from_running(installation: Installation) -> None:
    with (
        worker(installation, "upkeep", queues="upkeep"),
        _beating(installation, 0) as beat,
    ):
        heard_again(installation)
        beat.signal(SIGUSR1)
        # The database's too: all of the hour to come was taken before.
        since = installation.one("SELECT now()")
        installation.rows(_TAKE_AN_HOUR, _JOB)
        until(lambda: installation.one(_GOES_ON, since, _JOB), what="a slot", timeout_s=60)


@contextmanager
def _beating(installation: Installation, off_s: int) -> Iterator[Child]:
    """The timetable on a host whose clock is off."""
    log = installation.home / f"beat{off_s}.log"
    argv = [sys.executable, "-m", "tests.faults.off", str(off_s)]
    started = Child(argv, log=log, env=installation.env)
    try:
        yield started
    finally:
        started.kill()


def _make_overdue(installation: Installation) -> None:
    overdue = "next_attempt_at = now() - interval '1 minute', losses = 1"
    installation.rows(f"UPDATE inbox_events SET {overdue}")
    connection_id = installation.one("SELECT max(connection_id) FROM inbox_events")
    # Nobody can read what is pending there: each sweep signals what may have cost a worker.
    with installation.broker() as client:
        client.lpush(f"pending:isolate.events:{connection_id}", "no flag")


def _forget_rings(installation: Installation) -> None:
    """Else the next beat sees that they wait, and rings no second time."""
    with installation.broker() as client:
        client.delete(*(f"pending:{job}:0" for job in (_JOB, _SELDOM)))


def _rung(installation: Installation, job: str) -> int:
    return queues.names(installation, "upkeep").count(job)
