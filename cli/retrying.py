"""What `taxpoynt retry` does and answers."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from sqlalchemy import RowMapping

from cli import exit, named, scope
from cli.output import Output
from cli.pulling import workers
from cli.pulling.patience import watched
from config.errors import PermanentError
from models import parked_list
from models.session import unit_of_work
from models.told import UNTOLD
from tasks import retry, ring

_COLUMNS = {
    "id": "ID",
    "external_id": "Their ID",
    "state": "State",
    "error": "Problem",
    "next_step": "What to do",
}
# Records by our id.
_Rows = Mapping[int, RowMapping]


class UnknownParkedRecordError(PermanentError):
    """No record of that number is set aside in this organization."""


def retry_all(
    organization: str | None, ids: Sequence[int], every: str | None
) -> list[dict[str, Any]]:
    """Have each tried again and wait until all were; returns what became of each.

    Raises: UnknownParkedRecordError, and then none is tried.
    """
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        if every is not None:
            connection = named.connection_of(session, owner.id, every)
            ids = parked_list.ids_of(session, connection.id)
        before = parked_list.by_ids(session, owner.id, ids)
        if every is None and (missing := sorted(set(ids) - set(before))):
            raise UnknownParkedRecordError(
                "record.not_parked",
                f"There is no parked record {', '.join(map(str, missing))}; none was tried again.",
                next_step="'taxpoynt parked NAME' lists those there are.",
            )
    for platform in sorted({row["platform"] for row in before.values()}):
        rows = {one: row for one, row in before.items() if row["platform"] == platform}
        if workers.take("retry.record", platform):
            _by_workers(owner.id, rows, platform)
        if left := _waiting(owner.id, rows):
            _here(owner.id, left)
    after = _now(owner.id, before)
    return [_became(before[each], after.get(each)) for each in dict.fromkeys(ids) if each in before]


def tell(out: Output, found: Sequence[Mapping[str, Any]]) -> int:
    """Say what became of each; returns the exit code."""
    out.items(found, _COLUMNS, empty="None is set aside: there is nothing to try again.")
    return exit.FAILED if any(each["state"] == retry.PARKED for each in found) else exit.DONE


def _by_workers(organization_id: int, rows: _Rows, platform: str) -> None:
    for each in rows:
        ring.task(
            "retry.record", organization_id=organization_id, record_id=each, platform=platform
        )
    for _, stuck in watched(partial(_waiting, organization_id, rows)):
        if stuck:
            break


def _here(organization_id: int, ids: Collection[int]) -> None:
    """Each in a transaction of its own; invoices owed are issued by workers or here."""
    with nullcontext() if workers.take("invoice.orders") else workers.here():
        for each in ids:
            retry.again(organization_id, each)


def _waiting(organization_id: int, before: _Rows) -> list[int]:
    """Those that nobody has tried yet."""
    now = _now(organization_id, before)
    return [one for one in before if one in now and now[one]["version"] == before[one]["version"]]


def _now(organization_id: int, ids: Collection[int]) -> _Rows:
    with unit_of_work() as session:
        return parked_list.by_ids(session, organization_id, list(ids))


def _became(before: RowMapping, now: RowMapping | None) -> dict[str, Any]:
    """One that is gone was applied, if not by us then by a pull."""
    return {
        "id": before["id"],
        "external_id": before["external_id"],
        "state": retry.PARKED if now else retry.APPLIED,
        **({name: now[name] for name in UNTOLD} if now else UNTOLD),
    }
