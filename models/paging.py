"""Keyset paging: a page resumes after the last row seen, so page 1,000 costs what page 1 does."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, Select, and_, tuple_
from sqlalchemy.orm import Session

from config.errors import PermanentError

MOST = 500
USUAL = 50

_READ: dict[type, Callable[[str], Any]] = {
    int: int,
    str: str,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


class CursorError(PermanentError):
    """A cursor that no list of ours gave out, or one of another sort order."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which page: at most `limit` rows after the cursor `after`; the first page without one."""

    limit: int = USUAL
    after: str | None = None


FIRST = Span()


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of rows, and the cursor of the next one if there is any."""

    items: Sequence[Mapping[Any, Any]]
    next: str | None


@dataclass(frozen=True)
class Sort:
    """A sort order: its name in a cursor and the columns that together are unique.

    Each column's name is also the name of the value in the row.
    """

    name: str
    columns: Sequence[Any]
    descending: bool = True


def page(
    session: Session,
    query: Select[Any],
    order: Sort,
    span: Span,
    values: Mapping[str, Any] | None = None,
) -> Listed:
    """The rows of one page of `query`, with the `values` it names. Raises: CursorError."""
    limit = max(1, min(span.limit, MOST))
    rows = session.execute(after(query, order, span).limit(limit + 1), values).mappings().all()
    return cut(rows, order, limit)


def after(query: Select[Any], order: Sort, span: Span) -> Select[Any]:
    """`query` sorted, from the cursor on."""
    if span.after is not None:
        seen, columns = tuple_(*place(order, span.after)), tuple_(*order.columns)
        query = query.where(columns < seen if order.descending else columns > seen)
    return query.order_by(*(c.desc() if order.descending else c.asc() for c in order.columns))


def end_of(at: Any, key: Any, group: Any, seen: Any, *, descending: bool = True) -> Any:
    """The rows of one group past `seen`, for a query that is sorted by `at` and `key`.

    Said as a range, for `at = group` would let the planner walk the whole table by `key` alone,
    past the rows of everybody else, in the hope of meeting one of the group soon.
    """
    last = 2**63 - 1 if descending else -1
    here, there = tuple_(at, key), tuple_(group, last if seen is None else seen)
    return and_(at >= group, here < there) if descending else and_(at <= group, here > there)


def cut(rows: Sequence[RowMapping], order: Sort, limit: int) -> Listed:
    """A page of rows that were read one further than the page goes."""
    more = len(rows) > limit
    rows = rows[:limit]
    return Listed(rows, cursor_of(order, rows[-1]) if more else None)


def place(order: Sort, cursor: str) -> tuple[Any, ...]:
    """The values a cursor stands for. Raises: CursorError."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, *values = json.loads(base64.urlsafe_b64decode(padded.encode()))
        named = {order.name: order.columns}[name]
        return tuple(_value(c, v) for c, v in zip(named, values, strict=True))
    except (binascii.Error, ValueError, TypeError, KeyError, AttributeError):
        raise CursorError(
            "cursor.unknown",
            "This list has no such page.",
            next_step="Start again from the first page, without a cursor.",
        ) from None


def _value(column: Any, text: str) -> Any:
    value = _READ[column.type.python_type](text)
    # PostgreSQL's bigint ends here; a larger number is no id of ours.
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError(text)
    return value


def cursor_of(order: Sort, row: Mapping[Any, Any]) -> str:
    """The cursor of the page behind `row`."""
    values = [str(row[getattr(column, "key", "")]) for column in order.columns]
    plain = json.dumps([order.name, *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")
