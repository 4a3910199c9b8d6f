"""Lists what is set up at locations."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.configured import Configured
from models.paging import FIRST, MOST, Listed, Sort, Span, page
from models.place_cache import of_place
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
) -> dict[str, list[dict[str, Any]]]:
    """What is set up at one location, by kind and name, without what was removed.

    Each has an `external_id`, a `name` and `facts`.
    """
    found = of_place(
        session,
        organization_id,
        location_id,
        "configuration",
        lambda: _by_kind(session, organization_id, location_id),
    )
    return found or {}


def _by_kind(
    session: Session, organization_id: int, location_id: int
) -> dict[str, list[dict[str, Any]]]:
    query = (
        select(Configured.kind, Configured.external_id, Configured.name, Configured.facts)
        .where(
            Configured.organization_id == organization_id,
            Configured.location_id == location_id,
            Configured.removed_at.is_(None),
        )
        .order_by(Configured.kind, Configured.name, Configured.external_id)
        .limit(MOST)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, external_id, name, facts in session.execute(query):
        each = {"external_id": external_id, "name": name, "facts": facts}
        found.setdefault(kind, []).append(each)
    return found
