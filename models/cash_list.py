"""Lists cash entries and deposits."""

from datetime import date

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.cash_entry import CashEntry
from models.paging import FIRST, Listed, Sort, Span, page
from models.places import EVERYWHERE, PlaceFilter, at_places

ENTRY, DEPOSIT = "entry", "deposit"
KINDS = (ENTRY, DEPOSIT)
_COLUMNS = tuple(inspect(CashEntry).columns)
_NEWEST = Sort("-business_date", (CashEntry.business_date, CashEntry.id))


def cash(
    session: Session,
    organization_id: int,
    wanted: PlaceFilter = EVERYWHERE,
    span: Span = FIRST,
    *,
    since: date | None = None,
    until: date | None = None,
    kind: str | None = None,
) -> Listed:
    """A page of entries and deposits, those of the newest business date first.

    `since` and `until` are business dates, both included. Raises: CursorError.
    """
    query = at_places(organization_id, CashEntry, _COLUMNS, wanted)
    if since is not None:
        query = query.where(CashEntry.business_date >= since)
    if until is not None:
        query = query.where(CashEntry.business_date <= until)
    if kind is not None:
        query = query.where(CashEntry.kind == kind)
    return page(session, query, _NEWEST, span)
