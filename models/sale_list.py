"""What the lists of orders and of invoices share: where and when, and by what they are sorted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, and_, bindparam, select, true
from sqlalchemy.orm import Session

from models.connection import Connection
from models.invoice import Invoice
from models.location import Location
from models.order import Order
from models.paging import MOST, Listed, Sort, Span, cut, place
from models.sale_walk import Walk, by_day, nearest, sorted_by, walked

# Of one list that a process keeps; each is some tens of kilobytes.
MOST_STATEMENTS = 128
# So many rows are looked at one by one in a few milliseconds.
_NEAR = 1000

Sale = type[Order] | type[Invoice]


@dataclass(frozen=True, slots=True)
class SaleFilter:
    """Which sales. `since` and `until` are business dates, both included."""

    connection: str | None = None
    location_id: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def dated(self) -> bool:
        """Whether only some dates are wanted."""
        return self.since is not None or self.until is not None


def connections(organization_id: Any, wanted: SaleFilter) -> Select[Any]:
    """Ids of the connections whose sales are wanted."""
    query = select(Connection.id).where(Connection.organization_id == organization_id)
    return query if wanted.connection is None else query.where(Connection.name == wanted.connection)


def location(organization_id: Any, wanted: SaleFilter) -> Select[Any]:
    """The id of the location whose sales are wanted, if it is the merchant's and connection's."""
    return select(Location.id).where(
        Location.organization_id == organization_id,
        Location.id == wanted.location_id,
        Location.connection_id.in_(connections(organization_id, wanted)),
    )


def conditions(table: Sale, wanted: SaleFilter) -> Iterator[ColumnElement[bool]]:
    """The filters that are looked at row by row; connections are chosen beforehand."""
    if wanted.location_id is not None:
        yield table.location_id == wanted.location_id
    if wanted.since is not None:
        yield table.business_date >= wanted.since
    if wanted.until is not None:
        yield table.business_date <= wanted.until


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list's statement depends on; the values of what is `given` are told as it is executed.

    Putting one together costs as much as executing it, so each is made once.
    """

    sort: str
    given: frozenset[str]
    goes_on: bool

    @property
    def names(self) -> dict[str, Any]:
        """A name for each part of the filter that is given, in the place of its value."""
        return {name: bindparam(name) for name in self.given}


# The names of the other values.
OWNER: Any = bindparam("organization_id")
_LIMIT: Any = bindparam("limit", type_=Integer)


def asked(
    organization_id: int, wanted: SaleFilter, order: Sort, span: Span
) -> tuple[Asked, dict[str, Any]]:
    """What is asked for, and its values. Raises: CursorError."""
    given = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
    given = {name: value for name, value in given.items() if value is not None}
    seen = () if span.after is None else place(order, span.after)
    if seen and _before_all(wanted, order, seen):
        seen = ()
    values = {f"seen_{number}": value for number, value in enumerate(seen)}
    values.update(given, organization_id=organization_id, limit=length(span) + 1)
    return Asked(order.name, frozenset(given), bool(seen)), values


def _before_all(wanted: SaleFilter, order: Sort, seen: Sequence[Any]) -> bool:
    """Whether a row comes before all dates that are wanted, so that it excludes none of them.

    PostgreSQL would walk from that row to the first of them.
    """
    if len(order.columns) == 1:
        return False
    if order.descending:
        return wanted.until is not None and bool(seen[0] > wanted.until)
    return wanted.since is not None and bool(seen[0] < wanted.since)


@dataclass(frozen=True)
class Wanted:
    """Sales of `table` that a merchant wants: where, by which index, and whatever else holds."""

    walk: Walk
    near: Walk
    conditions: Sequence[ColumnElement[bool]]


def wanted_of(
    table: Sale,
    wanted: SaleFilter,
    also: Sequence[ColumnElement[bool]] = (),
    place: Callable[[Any], Any] = lambda column: column,
) -> Wanted:
    """At their location, or else at their connections.

    `also` as in `Walk`; `place` is how the index by dates says where a sale was made.
    """
    ours = connections(OWNER, wanted)
    near = Walk(table, at=table.connection_id, places=ours)
    at, places = table.connection_id, ours
    if wanted.location_id is not None:
        at, places = table.location_id, location(OWNER, wanted)
    dates = {"since": wanted.since, "until": wanted.until}
    walk = Walk(table, at=place(at), places=places, also=and_(true(), *also), **dates)
    return Wanted(walk, near, (*conditions(table, wanted), *also))


def statements(
    query: Select[Any], wanted: Wanted, order: Sort, *, goes_on: bool
) -> Sequence[Select[Any]]:
    """What finds a page of `query`: where the first doesn't fill it, the second does."""
    seen = [bindparam(f"seen_{n}", type_=c.type) for n, c in enumerate(order.columns)]
    past = seen if goes_on else None
    if len(order.columns) > 1:
        return (joined(query, walked(wanted.walk, order, past, _LIMIT), order),)
    if not wanted.conditions:
        return (joined(query, nearest(wanted.near, order, past, _LIMIT), order),)
    # Near the cursor are enough rows of nearly every filter; else days lead to them. A year long
    # past has none there.
    few = nearest(wanted.near, order, past, _NEAR)
    return (
        joined(query.where(*wanted.conditions).limit(_LIMIT), few, order),
        joined(query, by_day(wanted.walk, order, past, _LIMIT), order),
    )


def sales(
    session: Session, tries: Sequence[Select[Any]], values: dict[str, Any], order: Sort, span: Span
) -> Listed:
    """The page that one of the statements fills, or the last one's."""
    for statement in tries:
        rows = session.execute(statement, values).mappings().all()
        page = cut(rows, order, length(span))
        if page.next is not None:
            break
    return page


def joined(query: Select[Any], found: Subquery, order: Sort) -> Select[Any]:
    """The rows of `query` whose ids were `found`, sorted."""
    [key] = order.columns[-1:]
    return query.join(found, found.c.id == key).order_by(*sorted_by(order))


def length(span: Span) -> int:
    """How many rows a page may have."""
    return max(1, min(span.limit, MOST))


def sorts(table: Sale) -> dict[str, Sort]:
    """By date or by id, each both ways; a minus is the newest first."""
    by_date, by_id = (table.business_date, table.id), (table.id,)
    return {
        "-business_date": Sort("-business_date", by_date),
        "business_date": Sort("business_date", by_date, descending=False),
        "-id": Sort("-id", by_id),
        "id": Sort("id", by_id, descending=False),
    }
