"""Lists what is set up at locations."""

from sqlalchemy import RowMapping, inspect
from sqlalchemy.orm import Session

from models.configured import Configured
from models.paging import FIRST, MOST, Listed, Sort, Span, page
from models.places import EVERYWHERE, PlaceFilter, at_places

_COLUMNS = tuple(inspect(Configured).columns)
_BY_PLACE = Sort(
    "id", (Configured.location_id, Configured.kind, Configured.external_id), descending=False
)


def configured(
    session: Session,
    organization_id: int,
    wanted: PlaceFilter = EVERYWHERE,
    span: Span = FIRST,
    *,
    kind: str | None = None,
) -> Listed:
    """A page of what is set up, by location and kind; what was removed is marked.

    Raises: CursorError.
    """
    query = at_places(organization_id, Configured, _COLUMNS, wanted)
    if kind is not None:
        query = query.where(Configured.kind == kind)
    return page(session, query, _BY_PLACE, span)


def by_kind(
    session: Session, organization_id: int, location_id: int
) -> dict[str, list[RowMapping]]:
    """What is set up at one location, by kind and name, without what was removed."""
    query = at_places(organization_id, Configured, _COLUMNS, PlaceFilter(location_id=location_id))
    query = query.where(Configured.removed_at.is_(None)).limit(MOST)
    found: dict[str, list[RowMapping]] = {}
    for row in session.execute(query.order_by(Configured.kind, Configured.name)).mappings():
        found.setdefault(row["kind"], []).append(row)
    return found
