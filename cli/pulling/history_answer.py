"""What `taxpoynt import` answers."""

from collections.abc import Mapping
from typing import Any

from cli import exit
from cli.output import Output
from cli.pulling.importing import Asked, Came
from dashboard.api.schemas import SyncRunSchema
from models.sync_run import DONE, FAILED, LEFT_OUT, WAITING

COUNTS = ("rows_read", "rows_written", "rows_skipped", "rows_parked")
_CODES = {DONE: exit.DONE, WAITING: exit.PARKED, "interrupted": exit.INTERRUPTED}


def read(out: Output, asked: Asked, came: Came) -> int:
    """Rows, invoices, and what holds the import up; returns the exit code."""
    status = _status(came)
    document = {
        **_span(asked),
        "status": status,
        **{count: sum(getattr(run, count) for run in came.runs) for count in COUNTS},
        "orders": came.orders,
        "elapsed_s": round(came.elapsed_s, 1),
        "runs": SyncRunSchema(many=True).dump(came.runs),
        "error": _error(came) if status in (FAILED, WAITING) else None,
    }
    out.answer(document, _in_words(document))
    for run in came.runs:
        if run.status == LEFT_OUT:
            out.say(f"{run.stream} left out: {run.error} {run.next_step}")
    if error := document["error"]:
        out.say(f"{error['sentence']} {error['next_step']}".strip())
    if status == "interrupted":
        out.say("Stopped. What was read is kept: the same command goes on from here.")
    return _CODES.get(status, exit.FAILED)


def asked(out: Output, asked: Asked, taken: bool) -> int:
    """Workers were asked; without any it waits for them."""
    out.answer(
        {**_span(asked), "status": "queued" if taken else WAITING},
        "Workers import it now; the same command without --no-wait shows how far it is."
        if taken
        else "No worker is up: it is imported when one is. 'taxpoynt up' starts everything.",
    )
    return exit.DONE if taken else exit.PARKED


def _span(asked: Asked) -> dict[str, Any]:
    return {
        "connection": asked.connection.name,
        "platform": asked.connection.platform,
        "since": asked.since,
        "until": asked.until,
    }


def _status(came: Came) -> str:
    if came.interrupted:
        return "interrupted"
    left_out = {held.run_id for held in came.held_up if held.status == LEFT_OUT}
    if left_out == {run.id for run in came.runs}:
        return FAILED
    if all(run.finished_at or run.id in left_out for run in came.runs):
        return DONE
    failed = any(each.status == FAILED for each in came.held_up)
    return FAILED if failed else WAITING


def _error(came: Came) -> dict[str, Any]:
    for held in sorted(came.held_up, key=lambda each: each.status == LEFT_OUT):
        when = (
            ""
            if held.status in (FAILED, LEFT_OUT)
            else f" It goes on at {held.next_attempt_at:%H:%M} UTC."
        )
        return {
            "code": held.error_code,
            "sentence": f"{held.error}{when}",
            "next_step": held.next_step or "Then run the same command again.",
            "location_external_id": held.location_external_id,
        }
    return {
        "code": "import.held",
        "sentence": "Another reader holds slices of this import and gets no further.",
        "next_step": "Run the same command again later.",
        "location_external_id": None,
    }


def _in_words(document: Mapping[str, Any]) -> str:
    counts = document["orders"].items()
    orders = ", ".join(f"{count:,} orders {state}" for state, count in counts)
    return (
        f"{document['since']} to {document['until']}: {document['status']}.\n"
        f"Rows:            {document['rows_read']:,} read, {document['rows_written']:,} written, "
        f"{document['rows_skipped']:,} skipped, {document['rows_parked']:,} parked "
        f"in {document['elapsed_s']:,.1f} s.\n"
        f"Of these dates:  {orders or 'no orders'}."
    )
