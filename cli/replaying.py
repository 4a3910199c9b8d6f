"""What `taxpoynt replay` does and answers."""

from collections.abc import Collection, Sequence
from functools import partial

from cli import exit, named, scope
from cli.output import Output
from cli.paged import show
from cli.pulling import workers
from cli.pulling.patience import watched
from config import clock
from config.errors import PermanentError
from dashboard.api.schemas import EventSchema
from models import Connection, event_list, inbox
from models.inbox_event import DONE, PARKED, PENDING
from models.listing import Listed
from models.session import unit_of_work
from tasks import handle, ring

_COLUMNS = {
    "id": "ID",
    "event_type": "Type",
    "state": "State",
    "record_external_id": "Record",
    "error": "Problem",
    "next_step": "What to do",
}


class UnknownEventError(PermanentError):
    """No delivery of that number in this organization."""


def replay(organization: str | None, ids: Sequence[int], failed: str | None) -> Listed:
    """Put deliveries back in line and wait until each was looked at again.

    Raises: UnknownEventError, and then none is put back.
    """
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        if failed is not None:
            connection = named.connection_of(session, owner.id, failed)
            ids = event_list.parked(session, connection.id)
        put_back = inbox.replay(session, owner.id, ids, clock.now())
        if missing := sorted(set(ids) - set(put_back)):
            raise UnknownEventError(
                "event.unknown",
                f"There is no delivery {', '.join(map(str, missing))}; none was replayed.",
                next_step="'taxpoynt events NAME' lists those there are.",
            )
        touched = [session.get_one(Connection, one) for one in sorted(set(put_back.values()))]
    for each in touched:
        _handle(each, [one for one, owner_id in put_back.items() if owner_id == each.id])
    with unit_of_work() as session:
        return Listed(event_list.by_ids(session, owner.id, list(put_back)), None)


def tell(out: Output, found: Listed) -> int:
    """Say what became of each; returns the exit code."""
    show(out, found, EventSchema, _COLUMNS, "None failed: there is nothing to replay.")
    states = {row["state"] for row in found.items}
    if PARKED in states:
        return exit.FAILED
    return exit.DONE if states <= {DONE} else exit.PARKED


def _handle(connection: Connection, ids: Collection[int]) -> None:
    if workers.take("handle.events", connection.platform):
        ring.task("handle.events", connection_id=connection.id, platform=connection.platform)
        for _, stuck in watched(partial(_waiting, connection, ids)):
            if stuck:
                break
    if _waiting(connection, ids):
        with workers.here():
            while handle.drain(connection.id):
                pass


def _waiting(connection: Connection, ids: Collection[int]) -> int:
    """How many of them nobody has looked at yet; one that was tried in vain has been."""
    with unit_of_work() as session:
        rows = event_list.by_ids(session, connection.organization_id, list(ids))
    return sum(row["state"] == PENDING and row["attempts"] == 0 for row in rows)
