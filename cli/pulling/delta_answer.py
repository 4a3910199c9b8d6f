"""What `taxpoynt sync` answers."""

from collections.abc import Sequence
from typing import Any

from cli import exit
from cli.output import Output, table, typeable
from models.readings import Reading
from models.sync_run import DONE, FAILED, LEFT_OUT, WAITING

COUNTS = ("rows_read", "rows_written", "rows_skipped", "rows_parked")
_NO_WORKER = "No worker is up: it"
_START = "'taxpoynt up' starts everything."
_HEADINGS = ("Stream", "Location", "Read", "Written", "Skipped", "Parked", "Status")


def read(out: Output, name: str, found: Sequence[Reading], *, no_worker: bool) -> int:
    """Rows by stream and location, and why something was not read; returns the exit code.

    What "is tried again by itself" is not, with `no_worker` to do it: then that is said too.
    """
    document = {
        "connection": name,
        "status": _status(found),
        **{count: sum(getattr(reading, count) for reading in found) for count in COUNTS},
        "streams": [_item(reading) for reading in found],
    }
    out.answer(document, lambda: table(_HEADINGS, [_row(reading) for reading in found]))
    for reason in dict.fromkeys(_reason(reading) for reading in found if reading.error):
        out.say(reason)
    if no_worker and any(reading.status == WAITING for reading in found):
        out.say(f"{_NO_WORKER} is tried again when one is. {_START}")
    if document["rows_parked"]:
        out.say(
            f"{document['rows_parked']} records can't be used;"
            f" this says why: taxpoynt parked {typeable(name)}"
        )
    return {DONE: exit.DONE, WAITING: exit.PARKED}.get(document["status"], exit.FAILED)


def asked(out: Output, name: str, taken: bool) -> int:
    """Workers were asked; without any it waits for them."""
    status = "queued" if taken else WAITING
    out.answer(
        {"connection": name, "status": status},
        "Workers read it now; 'taxpoynt connections' shows how it went."
        if taken
        else f"{_NO_WORKER} is read when one is. {_START}",
    )
    return exit.DONE if taken else exit.PARKED


def _status(found: Sequence[Reading]) -> str:
    """The worst of them: one that failed, one that waits; left out is all that was, else done."""
    states = {reading.status for reading in found}
    if states == {LEFT_OUT}:
        return LEFT_OUT
    return next((each for each in (FAILED, WAITING) if each in states), DONE)


def _item(reading: Reading) -> dict[str, Any]:
    names = ("stream", "location", "location_external_id", "status", *COUNTS)
    faults = ("error_code", "error", "next_step")
    return {
        **{field: getattr(reading, field) for field in (*names, *faults)},
        "next_due_at": reading.next_due_at,
    }


def _row(reading: Reading) -> list[Any]:
    counts = [getattr(reading, count) for count in COUNTS]
    return [reading.stream, reading.location, *counts, reading.status]


def _reason(reading: Reading) -> str:
    where = f"{reading.location}: " if reading.location else ""
    if reading.status == LEFT_OUT:
        where = f"{reading.stream} left out: "
    return f"{where}{reading.error} {reading.next_step or ''}".strip()
