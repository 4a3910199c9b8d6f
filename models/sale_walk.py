"""Finds the sales of one page by index alone, whatever is filtered and however it is sorted.

Sales are indexed by where they were made: by connection and by location. A page of several places
is merged from the ends of their indexes: the first `n` rows of all stand in the `n` groups whose
own first row comes first. Sorted by id within dates or of a state, each day is such a group.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, func, select, true, tuple_

from models.paging import Sort, end_of

# What the row that was seen last is sorted by; none before the first page.
Seen = Sequence[Any] | None
Limit = int | ColumnElement[int]
# The row that a merge compares, and the condition that keeps it to one group.
Within = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: rows of `table` whose `at` is one of `places`.

    `since` and `until` are business dates, both included. `also` has to hold, too: what an index
    has beside place and date, or what holds for nearly every row. Values may be given by name,
    with what they are said when it is executed.
    """

    table: Any
    at: Any
    places: Select[Any]
    since: Any = None
    until: Any = None
    also: ColumnElement[bool] = field(default_factory=true)


def walked(walk: Walk, order: Sort, seen: Seen, limit: Limit) -> Subquery:
    """Ids of the first `limit` rows past what was `seen`, sorted by date."""
    beyond = past(order, seen) & _dated(walk) & walk.also
    return merged(_places(walk), lambda group: _at(walk, group) & beyond, order, limit)


def nearest(walk: Walk, order: Sort, seen: Seen, limit: Limit) -> Subquery:
    """The same sorted by id; only places are looked at."""
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
    beyond = past(order, seen) & walk.also

    def within(day: Any) -> ColumnElement[bool]:
        return and_(_at(walk, day), walk.table.business_date == day.c.business_date, beyond)

    return merged(_days(walk), within, order, limit)


def merged(
    groups: FromClause, within: Within, order: Sort, limit: Limit, *, lead: Any = None
) -> Subquery:
    """The first `limit` rows of all groups, as their ids and what they are sorted by.

    `lead` is what comes before that in the index, where `within` is a range of it.
    """
    head = _first(groups, within, order, 1, lead)
    first = select(*groups.c).select_from(groups).join(head, true())
    few = first.order_by(*sorted_by(order, head)).limit(limit).subquery()
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


def _at(walk: Walk, group: FromClause) -> ColumnElement[bool]:
    found: ColumnElement[bool] = walk.at == group.c.place
    return found


def _dated(walk: Walk) -> ColumnElement[bool]:
    found: ColumnElement[bool] = true()
    if walk.since is not None:
        found &= walk.table.business_date >= walk.since
    if walk.until is not None:
        found &= walk.table.business_date <= walk.until
    return found


def _days(walk: Walk) -> Subquery:
    """Each place with each day from its first sale to its last."""
    places, on = _places(walk), walk.table.business_date
    first, last = func.min(on).label("first"), func.max(on).label("last")
    wanted = _at(walk, places) & _dated(walk) & walk.also
    ends = select(first, last).where(wanted).lateral()
    numbers = func.generate_series(0, ends.c.last - ends.c.first).table_valued("n")
    days = numbers.render_derived()
    return (
        select(places.c.place, (ends.c.first + days.c.n).label("business_date"))
        .select_from(places)
        .join(ends, true())
        .join(days, true())
        .subquery()
    )
