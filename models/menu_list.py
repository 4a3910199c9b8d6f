"""Lists what locations offer, and finds a location's menu as a tree."""

from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.menu import Menu, MenuItem
from models.paging import FIRST, Listed, Sort, Span, page
from models.place_cache import of_place
from models.places import EVERYWHERE, PlaceFilter, at_places

_ITEM = tuple(inspect(MenuItem).columns)
# The tree is read apart: mostly from the cache.
_MENU = tuple(column for column in inspect(Menu).columns if column.key != "tree")
_BY_PLACE = Sort("id", (MenuItem.location_id, MenuItem.external_id), descending=False)


def menu_items(
    session: Session,
    organization_id: int,
    wanted: PlaceFilter = EVERYWHERE,
    span: Span = FIRST,
    *,
    removed: bool | None = None,
) -> Listed:
    """A page of what a merchant offers, by location; `removed` ones are no longer offered.

    Raises: CursorError.
    """
    query = at_places(organization_id, MenuItem, _ITEM, wanted)
    if removed is not None:
        gone = MenuItem.removed_at.is_not(None)
        query = query.where(gone if removed else ~gone)
    return page(session, query, _BY_PLACE, span)


def menu(session: Session, organization_id: int, location_id: int) -> dict[str, Any] | None:
    """A location's menu, its `tree` included; None before one was read."""
    query = at_places(organization_id, Menu, _MENU, PlaceFilter(location_id=location_id))
    found = session.execute(query).mappings().first()
    if found is None:
        return None
    ours = (Menu.organization_id == organization_id, Menu.location_id == location_id)
    tree = of_place(
        session,
        organization_id,
        location_id,
        "menu",
        lambda: session.scalar(select(Menu.tree).where(*ours)),
    )
    return {**found, "tree": tree}
