"""Lists how much of what there is, and how that changed."""

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.menu import MenuItem
from models.paging import FIRST, Listed, Sort, Span, page
from models.places import EVERYWHERE, PlaceFilter, at_places, its_item
from models.stock import StockChange, StockLevel

_LEVEL = tuple(c for c in inspect(StockLevel).columns if c.key != "told_at")
_CHANGE = tuple(
    c for c in inspect(StockChange).columns if c.key not in {"before_at", "before_told_at"}
)
_NAME = MenuItem.name.label("item")
# In the alphabet what is out comes last, then what is low.
_WORST = Sort("-status", (StockLevel.status, StockLevel.location_id, StockLevel.id))
_NEWEST = Sort("-at", (StockChange.at, StockChange.id))


def stock(
    session: Session,
    organization_id: int,
    wanted: PlaceFilter = EVERYWHERE,
    span: Span = FIRST,
    *,
    status: str | None = None,
) -> Listed:
    """A page of a merchant's stock: what is out, what is low, the rest; by location.

    Items that nobody told of are in stock and not listed. Raises: CursorError.
    """
    query = at_places(organization_id, StockLevel, (*_LEVEL, _NAME), wanted)
    query = query.outerjoin(MenuItem, its_item(StockLevel))
    if status is not None:
        query = query.where(StockLevel.status == status)
    return page(session, query, _WORST, span)


def stock_changes(
    session: Session,
    organization_id: int,
    wanted: PlaceFilter = EVERYWHERE,
    span: Span = FIRST,
    *,
    item: str | None = None,
) -> Listed:
    """A page of changes of a merchant's stock, the newest first; `item` is the platform's id.

    Raises: CursorError.
    """
    query = at_places(organization_id, StockChange, (*_CHANGE, _NAME), wanted)
    query = query.outerjoin(MenuItem, its_item(StockChange))
    if item is not None:
        query = query.where(StockChange.item_external_id == item)
    return page(session, query, _NEWEST, span)
