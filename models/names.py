"""What the ids of a location's configuration and menu are called."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from models.configured import Configured
from models.menu import MenuItem
from models.place_cache import of_place


def names_of(
    session: Session, organization_id: int, location_id: int, ids: Iterable[str]
) -> dict[str, str]:
    """Names by the platform's id; an id that nothing is known of is left out.

    What was removed keeps its name. Configuration goes before the menu, what is there before what
    was removed.
    """
    asked = set(ids)
    if not asked:
        return {}
    known = of_place(
        session,
        organization_id,
        location_id,
        "location",
        lambda: _all_names(session, organization_id, location_id),
    )
    return {named: known[named] for named in asked if named in (known or ())}


def _all_names(session: Session, organization_id: int, location_id: int) -> dict[str, str]:
    tables: tuple[Any, ...] = (Configured, MenuItem)
    found = union_all(
        *(
            select(
                table.external_id, table.name, literal(rank).label("rank"), table.removed_at
            ).where(table.organization_id == organization_id, table.location_id == location_id)
            for rank, table in enumerate(tables)
        )
    ).subquery()
    # The best comes last and so stands.
    order = (found.c.rank.desc(), found.c.removed_at.asc().nulls_last())
    query = select(found.c.external_id, found.c.name).order_by(*order)
    return {row.external_id: row.name for row in session.execute(query)}
