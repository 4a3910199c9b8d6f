"""A timetable that is doubled, killed at its tick, and that wakes up hours late."""

import shelve
from datetime import timedelta

from tests.faults import queues
from tests.faults.conftest import Books, worker
from tests.installation import Installation, frozen
from tests.waiting import until

_JOB = "sweep.inbox"
# So seldom that it comes round once while this runs.
_SELDOM = "sweep.prune"


def test_whatever_beats_do_a_slot_runs_once_and_a_missed_one_once_on_return(
    installation: Installation, books: Books
) -> None:
    books.take_in()
    _make_overdue(installation)
    with worker(installation, "upkeep", queues="upkeep") as one:
        with frozen(one.pid):
            first = installation.beat()
            until(lambda: _JOB in queues.names(installation, "upkeep"), what="a tick")
            first.kill()
            with installation.broker() as client:
                client.delete("upkeep")
            _set_back(installation, timedelta(hours=3))
            beats = [installation.beat(f"beat-{number}") for number in (1, 2)]
            until(lambda: _rung(installation, _SELDOM) >= 2, what="both to ring", timeout_s=60)
            # For whatever was missed each rings once, not once a slot.
            assert _rung(installation, _SELDOM) == 2
            for beat in beats:
                beat.kill()
        until(lambda: "upkeep" not in queues.waiting(installation), what="all rings to be heard")
        until(lambda: queues.UNACKED not in queues.waiting(installation), what="the last of them")

    # A sweep that runs signals what waits, and nobody takes these signals here.
    ran = queues.names(installation, "toast.events").count("handle.events")
    slots = "SELECT count(*) FROM job_slots WHERE job = %s"
    assert ran == installation.one(slots, _JOB) > 0


def _make_overdue(installation: Installation) -> None:
    installation.rows("UPDATE inbox_events SET next_attempt_at = now() - interval '1 minute'")


def _set_back(installation: Installation, by: timedelta) -> None:
    """The timetable's memory, as if its clock had jumped or it had been away."""
    with shelve.open(installation.home / "run" / "beat-schedule", writeback=True) as kept:
        for entry in kept["entries"].values():
            entry.last_run_at -= by


def _rung(installation: Installation, job: str) -> int:
    return queues.names(installation, "upkeep").count(job)
