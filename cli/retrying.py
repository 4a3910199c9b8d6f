"""What `taxpoynt retry` does and answers."""

from collections.abc import Sequence
from contextlib import nullcontext

from cli import exit, named, scope
from cli.output import Output
from cli.pulling import workers
from config.errors import PermanentError
from dashboard.api.queries import RetriedSchema
from models import parked_list
from models.session import unit_of_work
from tasks import retry
from tasks.retry import Retried

_COLUMNS = {
    "id": "ID",
    "external_id": "Their ID",
    "state": "State",
    "error": "Problem",
    "next_step": "What to do",
}


class UnknownParkedRecordError(PermanentError):
    """No record of that number is set aside in this organization."""


def retry_all(organization: str | None, ids: Sequence[int], every: str | None) -> list[Retried]:
    """Try each again, in a transaction of its own; invoices owed are issued by workers or here.

    Raises: UnknownParkedRecordError, and then none is tried.
    """
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        if every is not None:
            connection = named.connection_of(session, owner.id, every)
            ids = parked_list.ids_of(session, connection.id)
        elif missing := sorted(set(ids) - parked_list.known(session, owner.id, ids)):
            raise UnknownParkedRecordError(
                "record.not_parked",
                f"There is no parked record {', '.join(map(str, missing))}; none was tried again.",
                next_step="'taxpoynt parked NAME' lists those there are.",
            )
    if not ids:
        return []
    with nullcontext() if workers.take("invoice.order") else workers.here():
        became = [retry.record(owner.id, each) for each in dict.fromkeys(ids)]
    # One that is gone meanwhile was applied by a pull.
    return [each for each in became if each is not None]


def tell(out: Output, found: Sequence[Retried]) -> int:
    """Say what became of each; returns the exit code."""
    items = RetriedSchema(many=True).dump(found)
    out.items(items, _COLUMNS, empty="None is set aside: there is nothing to try again.")
    return exit.FAILED if any(each.state == retry.PARKED for each in found) else exit.DONE
