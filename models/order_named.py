"""Finds orders by what a person types: a number with a `#` or not, or the platform's id."""

from collections.abc import Sequence

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Subquery,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.connection import Connection
from models.order import Order
from models.paging import Sort
from models.sale_walk import Seen, merged, past, sorted_by

# As much of a platform's id as pages show where there is no number.
_PART_OF_ID = 8
# Sorts behind the rest of any id, whatever the database's locale, which LIKE alone walks past.
_LAST = "z" * 40


def named(
    organization_id: int,
    text: str,
    conditions: Sequence[ColumnElement[bool]],
    order: Sort,
    seen: Seen,
    limit: int,
) -> Subquery:
    """Ids of the first `limit` orders called `text`: index look-ups, not a walk of the list.

    That is a whole display number, or the platform's id, or eight of its first characters or more.
    """
    bare = text.removeprefix("#")
    wanted = and_(past(order, seen), *conditions)
    numbers = _listed("number", sorted({text, bare}))
    by_number = merged(
        numbers,
        lambda group: and_(
            Order.organization_id == organization_id,
            Order.display_number == group.c.number,
            wanted,
        ),
        order,
        limit,
    )
    ours = select(Connection.id).where(Connection.organization_id == organization_id)
    by_id = (
        select(*order.columns)
        .where(Order.connection_id.in_(ours), _is_its_id(bare), wanted)
        .order_by(*sorted_by(order))
        .limit(limit)
        .subquery()
    )
    found = select(*by_number.c).union(select(*by_id.c)).subquery()
    return select(*found.c).order_by(*sorted_by(order, found)).limit(limit).subquery()


def _listed(name: str, texts: Sequence[str]) -> FromClause:
    """A row for each. SQLAlchemy would put a `VALUES` together anew for each query."""
    return (
        func.unnest(cast(literal(texts), ARRAY(Text)))
        .table_valued(column(name, Text))
        .render_derived(name="listed")
    )


def _is_its_id(bare: str) -> ColumnElement[bool]:
    if len(bare) < _PART_OF_ID:
        return Order.external_id == bare
    begins = Order.external_id.startswith(bare, autoescape=True)
    return and_(begins, Order.external_id.between(bare, bare + _LAST))
