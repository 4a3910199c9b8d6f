"""Finds the sales of one page by index alone, whatever is filtered and however it is sorted.

Sales are indexed by where they were made: by connection and by location. A page of several places
is merged from the ends of their indexes: the first `n` rows of all stand in the `n` groups whose
own first row comes first. Sorted by id within dates or of a state, each day is such a group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    column,
    select,
    true,
    tuple_,
    values,
)

from models.paging import Sort, end_of, place

# The row that a merge compares, and the condition that keeps it to one group.
Within = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: rows of `table` whose `at` is one of `places`.

    `state` is the column that follows it in the index, if any, and `states` the wanted values; all
    there are where none is asked for. `since` and `until` are business dates, both included. `also`
    holds for every row but for very few.
    """

    table: Any
    at: ColumnElement[int]
    places: Select[tuple[int]]
    state: ColumnElement[str] | None = None
    states: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    also: ColumnElement[bool] = field(default_factory=true)


def walked(walk: Walk, order: Sort, after: str | None, limit: int, *, by_day: bool) -> Subquery:
    """Ids of the first `limit` rows past the cursor. Raises: CursorError.

    `by_day`: they are sorted by id, and an index by id alone would be walked past most of them.
    """
    if not by_day and len(order.columns) == 1:
        return merged(_places(walk), _at_place(walk, order, after), order, limit, lead=walk.at)
    beyond = past(order, after)
    groups, within = (
        (_days(walk), _in_day(walk)) if by_day else (_groups(walk), _in_group(walk))
    )
    return merged(groups, lambda group: within(group) & beyond & walk.also, order, limit)


def merged(
    groups: FromClause, within: Within, order: Sort, limit: int, *, lead: Any = None
) -> Subquery:
    """The first `limit` rows of all groups, as their ids and what they are sorted by.

    `lead` is what comes before that in the index, where `within` is a range of it.
    """
    heads = _first(groups, within, order, 1, lead)
    first = select(*groups.c).select_from(groups).join(heads, true())
    few = first.order_by(*sorted_by(order, heads)).limit(limit).subquery()
    rows = _first(few, within, order, limit, lead)
    found = select(*rows.c).select_from(few).join(rows, true())
    return found.order_by(*sorted_by(order, rows)).limit(limit).subquery()


def _first(group: FromClause, within: Within, order: Sort, limit: int, lead: Any) -> Any:
    leading = [] if lead is None else [lead.desc() if order.descending else lead.asc()]
    query = select(*order.columns).where(within(group))
    return query.order_by(*leading, *sorted_by(order)).limit(limit).lateral()


def sorted_by(order: Sort, rows: FromClause | None = None) -> list[ColumnElement[Any]]:
    """What rows of the table itself, or of a subquery with its columns, are sorted by."""
    columns = order.columns if rows is None else [rows.c[c.key] for c in order.columns]
    return [c.desc() if order.descending else c.asc() for c in columns]


def past(order: Sort, after: str | None) -> ColumnElement[bool]:
    """What holds for the rows behind the cursor. Raises: CursorError."""
    if after is None:
        return true()
    seen, columns = tuple_(*place(order, after)), tuple_(*order.columns)
    return columns < seen if order.descending else columns > seen


def _places(walk: Walk) -> Subquery:
    [one] = walk.places.selected_columns
    return walk.places.with_only_columns(one.label("place")).subquery()


def _groups(walk: Walk) -> FromClause:
    """Each place with each state."""
    places = _places(walk)
    if walk.state is None:
        return places
    states = values(column("state", Text), name="states").data([(one,) for one in walk.states])
    return select(places.c.place, states.c.state).join(states, true()).subquery()


def _at_place(walk: Walk, order: Sort, after: str | None) -> Within:
    seen = None if after is None else place(order, after)[0]
    [key] = order.columns

    def within(group: Any) -> ColumnElement[bool]:
        end = end_of(walk.at, key, group.c.place, seen, descending=order.descending)
        return and_(end, walk.also)

    return within


def _in_group(walk: Walk, *, dated: bool = True) -> Within:
    def within(group: FromClause) -> ColumnElement[bool]:
        found: ColumnElement[bool] = walk.at == group.c.place
        if walk.state is not None:
            found &= walk.state == group.c.state
        return found & _dated(walk) if dated else found

    return within


def _in_day(walk: Walk) -> Within:
    in_group = _in_group(walk, dated=False)
    return lambda day: in_group(day) & (walk.table.business_date == day.c.business_date)


def _dated(walk: Walk) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true()
    if walk.since is not None:
        found &= walk.table.business_date >= walk.since
    if walk.until is not None:
        found &= walk.table.business_date <= walk.until
    return found


def _days(walk: Walk) -> FromClause:
    """Each day of each group that has a row: one look into the index leads to the next day."""
    groups, in_group = _groups(walk), _in_group(walk)
    on = walk.table.business_date

    def next_day(group: FromClause, *more: ColumnElement[bool]) -> Any:
        query = select(on, walk.table.id).where(in_group(group), *more)
        # Both columns, so that only the index by date serves.
        return query.order_by(on.desc(), walk.table.id.desc()).limit(1).lateral()

    newest = next_day(groups)
    days = (
        select(*groups.c, newest.c.business_date)
        .select_from(groups)
        .join(newest, true())
        .cte("days", recursive=True)
    )
    earlier = next_day(days, on < days.c.business_date)
    names = [days.c[c.key] for c in groups.c]
    return days.union_all(
        select(*names, earlier.c.business_date).select_from(days).join(earlier, true())
    )

