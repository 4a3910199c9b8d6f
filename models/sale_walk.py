"""Finds the sales of one page by index alone, whatever is filtered and however it is sorted.

Sales are indexed by where they were made: by connection and by location. A page of several places
is merged from the ends of their indexes: the first `n` rows of all stand in the `n` groups whose
own first row comes first. Sorted by id within dates or of a state, each day is such a group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    cast,
    column,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models.paging import Sort, end_of

# What the row that was seen last is sorted by; none before the first page.
Seen = Sequence[Any] | None
Limit = int | ColumnElement[int]
# The row that a merge compares, and the condition that keeps it to one group.
Within = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: rows of `table` whose `at` is one of `places`.

    `state` is the column that follows it in the index, if any, and `states` an array of the wanted
    values. `since` and `until` are business dates, both included. `also` holds for every row but
    for very few. Values may be given by name, with what they are said when it is executed.
    """

    table: Any
    at: Any
    places: Select[Any]
    state: ColumnElement[str] | None = None
    states: Any = None
    since: Any = None
    until: Any = None
    also: ColumnElement[bool] = field(default_factory=true)


def walked(walk: Walk, order: Sort, seen: Seen, limit: Limit) -> Subquery:
    """Ids of the first `limit` rows past what was `seen`, sorted by date."""
    in_group, beyond = _in_group(walk), past(order, seen)
    return merged(_groups(walk), lambda group: in_group(group) & beyond & walk.also, order, limit)


def nearest(walk: Walk, order: Sort, seen: Seen, limit: Limit) -> Subquery:
    """The same sorted by id; neither states nor dates are looked at."""
    last = None if seen is None else seen[0]
    [key] = order.columns

    def within(group: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = end_of(
            walk.at, key, group.c.place, last, descending=order.descending
        )
        return found

    return merged(_places(walk), within, order, limit, lead=walk.at)


def by_day(walk: Walk, order: Sort, seen: Seen, limit: Limit) -> Subquery:
    """The same sorted by id, day by day, each of them a group."""
    days, in_group, beyond = _days(walk, order), _in_group(walk, dated=False), past(order, seen)

    def within(day: Any) -> ColumnElement[bool]:
        in_day = walk.table.business_date == day.c.business_date
        return and_(in_group(day), in_day, beyond, walk.also)

    # Without a cursor the look that found a day found its first row, too.
    heads = days.c.id if seen is None else None
    return merged(days, within, order, limit, heads=heads)


def merged(
    groups: FromClause,
    within: Within,
    order: Sort,
    limit: Limit,
    *,
    lead: Any = None,
    heads: Any = None,
) -> Subquery:
    """The first `limit` rows of all groups, as their ids and what they are sorted by.

    `lead` is what comes before that in the index, where `within` is a range of it. `heads`:
    the ids of the groups' first rows, where they are known.
    """
    first = select(*groups.c).select_from(groups)
    if heads is None:
        head = _first(groups, within, order, 1, lead)
        first = first.join(head, true()).order_by(*sorted_by(order, head))
    else:
        first = first.order_by(heads.desc() if order.descending else heads.asc())
    few = first.limit(limit).subquery()
    rows = _first(few, within, order, limit, lead)
    found = select(*rows.c).select_from(few).join(rows, true())
    return found.order_by(*sorted_by(order, rows)).limit(limit).subquery()


def _first(group: FromClause, within: Within, order: Sort, limit: Limit, lead: Any) -> Any:
    leading = [] if lead is None else [lead.desc() if order.descending else lead.asc()]
    query = select(*order.columns).where(within(group))
    return query.order_by(*leading, *sorted_by(order)).limit(limit).lateral()


def sorted_by(order: Sort, rows: FromClause | None = None) -> list[ColumnElement[Any]]:
    """What rows of the table itself, or of a subquery with its columns, are sorted by."""
    columns = order.columns if rows is None else [rows.c[c.key] for c in order.columns]
    return [c.desc() if order.descending else c.asc() for c in columns]


def past(order: Sort, seen: Seen) -> ColumnElement[bool]:
    """What holds for the rows behind the one that was seen last."""
    if seen is None:
        return true()
    there, columns = tuple_(*seen), tuple_(*order.columns)
    return columns < there if order.descending else columns > there


def _places(walk: Walk) -> Subquery:
    [one] = walk.places.selected_columns
    return walk.places.with_only_columns(one.label("place")).subquery()


def listed_as(name: str, texts: Any) -> FromClause:
    """A row for each of an array. SQLAlchemy would put a `VALUES` together anew for each query."""
    return (
        func.unnest(cast(texts, ARRAY(Text)))
        .table_valued(column(name, Text))
        .render_derived(name="listed")
    )


def _groups(walk: Walk) -> FromClause:
    """Each place with each state."""
    places = _places(walk)
    if walk.state is None:
        return places
    states = listed_as("state", walk.states)
    return select(places.c.place, states.c.state).join(states, true()).subquery()


def _in_group(walk: Walk, *, dated: bool = True) -> Within:
    def within(group: FromClause) -> ColumnElement[bool]:
        found: ColumnElement[bool] = walk.at == group.c.place
        if walk.state is not None:
            found &= walk.state == group.c.state
        return found & _dated(walk) if dated else found

    return within


def _dated(walk: Walk) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true()
    if walk.since is not None:
        found &= walk.table.business_date >= walk.since
    if walk.until is not None:
        found &= walk.table.business_date <= walk.until
    return found


def _days(walk: Walk, order: Sort) -> FromClause:
    """Each day of each group that has a row, and its first row by id.

    One look into the index leads to the next day.
    """
    groups, in_group = _groups(walk), _in_group(walk)
    on, key = walk.table.business_date, walk.table.id
    # By both, so that no index but the one by date serves.
    by = (on.desc(), key.desc()) if order.descending else (on.asc(), key.asc())

    def next_day(group: FromClause, *more: ColumnElement[bool]) -> Any:
        return select(on, key).where(in_group(group), *more).order_by(*by).limit(1).lateral()

    first = next_day(groups)
    days = (
        select(*groups.c, first.c.business_date, first.c.id)
        .select_from(groups)
        .join(first, true())
        .cte("days", recursive=True)
    )
    seen = days.c.business_date
    following = next_day(days, on < seen if order.descending else on > seen)
    names = [days.c[c.key] for c in groups.c]
    return days.union_all(
        select(*names, following.c.business_date, following.c.id)
        .select_from(days)
        .join(following, true())
    )
