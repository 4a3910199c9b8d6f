"""However many rows there are, lists and due-finders read a few: the plans say so.

In books of some ten thousand orders whose ids say nothing about their dates, with neighbours, a
connection that has few orders, one that has none, and states that are rare.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from config import clock
from models import (
    day_count,
    inbox_standing,
    listing,
    order_read,
    order_standing,
    overview,
    person_detail,
    person_list,
    person_match,
    pulse,
    run_progress,
    standstill,
    sync_run,
    vital_signs,
)
from models.connection_list import connection
from models.listing import InvoiceFilter, OrderFilter, PersonFilter, Span
from models.order_standing import newest_order, of_dates
from models.readings import newest_run
from models.session import engine, unit_of_work
from tasks import sync
from tests.bench.lists.fill import Books

# The merchant that has nearly all rows, and its largest, smallest and empty connection.
OURS, LARGE, SMALL, EMPTY = 1, "till 1", "till 3", "till 4"
BIG = {"orders", "invoices", "inbox_events", "sync_runs", "customers", "persons"}
# Rows of a big table that one step of a plan may look at: a page from each place, the thousand near
# a cursor, or one for each day of five years in each group. A walk past others' rows is ten times
# that.
MOST = 4500
_TODAY = clock.now().date()
_YEAR = {"since": _TODAY - timedelta(days=1400), "until": _TODAY - timedelta(days=1035)}
_QUARTER = timedelta(days=90)
_DAY = {"since": _TODAY - timedelta(days=900), "until": _TODAY - timedelta(days=900)}
_WHERE: tuple[dict[str, Any], ...] = (
    *({}, _DAY, _YEAR, {"since": _YEAR["since"]}, {"connection": LARGE, **_YEAR}),
    *({"connection": name} for name in (LARGE, SMALL, EMPTY)),
    # The largest site, a small one, and one that never sold anything.
    *({"location_id": site} for site in (1, 200, 240)),
)
_STATES = ("due", "issued", "changed after issue", "not needed", "parked")
_SORTS = ("-business_date", "-id")
_A_DAY_OF_EACH = """
INSERT INTO stale_days (organization_id, location_id, business_date)
SELECT organization_id, location_id, max(business_date) FROM orders GROUP BY 1, 2
"""
Ask = Callable[[Session], Any]


@pytest.fixture(scope="module")
def books(database: str) -> None:
    """Filled by SQL, in two imports one after the other."""
    filled = Books(database.replace("+psycopg2", ""))
    filled.grow(2_000)
    filled.grow(30_000)


def _orders(wanted: OrderFilter, sort: str) -> Ask:
    return lambda session: _twice(lambda span: listing.orders(session, OURS, wanted, span, sort))


def _invoices(wanted: InvoiceFilter, sort: str) -> Ask:
    return lambda session: _twice(lambda span: listing.invoices(session, OURS, wanted, span, sort))


def _persons(session: Session, search: str | None) -> None:
    wanted = PersonFilter(search=search)
    _twice(lambda span: listing.persons(session, OURS, wanted, span))


def _twice(read: Callable[[Span], listing.Listed]) -> None:
    """The first page and the one behind it."""
    found = read(Span())
    if found.next:
        read(Span(after=found.next))


def _lists() -> Iterator[tuple[str, Ask]]:
    wanted = [
        *(OrderFilter(**where) for where in _WHERE),
        *(OrderFilter(invoice_state=state) for state in _STATES),
        OrderFilter(invoice_state="not needed", location_id=1),
        OrderFilter(search="277"),
        OrderFilter(search="277", connection=SMALL),
    ]
    for one in wanted:
        for sort in _SORTS:
            yield f"{one} {sort}", _orders(one, sort)
    # The other way round it is the same index.
    yield "oldest", _orders(OrderFilter(), "business_date")
    yield "first", _orders(OrderFilter(**_YEAR), "id")
    some = [*(InvoiceFilter(**where) for where in _WHERE), InvoiceFilter(number="INV-000277")]
    for one in some:
        for sort in _SORTS:
            yield f"{one} {sort}", _invoices(one, sort)
    for name in (None, LARGE, EMPTY):
        for state in (None, "pending", "parked", "done"):
            yield (
                f"events {name} {state}",
                lambda db, c=name, s=state: listing.events(db, OURS, state=s, connection=c),
            )
        for status in (None, "failed", "running", "done"):
            yield (
                f"runs {name} {status}",
                lambda db, c=name, s=status: listing.sync_runs(db, OURS, status=s, connection=c),
            )
    for search in (None, "guest", "number 277", "guest277@", "617 254", "nobody"):
        yield f"persons {search}", lambda db, s=search: _persons(db, s)
    yield "a person", lambda db: person_detail.person_detail(db, OURS, 1)
    for name in (None, LARGE, EMPTY):
        yield f"customers {name}", lambda db, c=name: listing.customers(db, OURS, connection=c)


def _finders() -> dict[str, Ask]:
    now = clock.now()
    return {
        "today": lambda db: overview.today(db, OURS, now),
        "standstill": lambda db: standstill.standstill(db, OURS, now),
        "pulse": lambda db: pulse.pulse(db, OURS),
        "guests that wait": person_match.waiting,
        "the newest person": lambda db: person_list.newest(db, OURS),
        "connections": lambda db: listing.connections(db, OURS),
        "a connection": lambda db: connection(db, OURS, EMPTY),
        "newest order": lambda db: newest_order(db, 4),
        "newest run": lambda db: newest_run(db, 4),
        "an import's dates": lambda db: of_dates(db, OURS, 1, _DAY["since"], _DAY["until"]),
        "sync.due": lambda _: sync._take_due(now),
        "invoice.due": lambda db: order_standing.overdue_connections(
            db, now, timedelta(seconds=1), order_standing.present(now)
        ),
        "invoice.due of the past": lambda db: order_standing.overdue_connections(
            db, now, timedelta(seconds=1), order_standing.past(now)
        ),
        "invoice.orders": lambda db: order_read.owing_orders(
            db, 1, 200, order_standing.present(now)
        ),
        "invoice.past": lambda db: order_read.owing_orders(db, 1, 200, order_standing.past(now)),
        "whether an invoice is due": lambda db: order_standing.any_due(
            db.connection(), 1, order_standing.past(now)
        ),
        "whether a delivery waits": lambda db: inbox_standing.any_waits(db.connection(), 1, now),
        "whether any delivery waits": lambda db: inbox_standing.anybody_waits(db.connection()),
        "sweep.inbox": lambda db: inbox_standing.waiting_connections(db, now, timedelta(seconds=1)),
        "sweep.slices": lambda db: run_progress.next_up(db, now, 4),
        "sweep.prune": lambda db: sync_run.prune(db, now - _QUARTER, now - _QUARTER, 100),
    }


def test_no_list_reads_more_than_its_page_needs(books: None) -> None:
    found = {name: faults for name, ask in _lists() if (faults := _read_too_much(ask))}
    assert not found, _said(found)


def test_neither_does_what_is_asked_every_few_seconds(books: None) -> None:
    found = {n: faults for n, ask in _finders().items() if (faults := _read_too_much(ask))}
    assert not found, _said(found)


def test_a_planner_that_believes_all_orders_are_due_finds_the_last_ones_by_index(
    books: None,
) -> None:
    """It believes that while the invoices of a large import are drawn up, until it looks anew."""
    states = "UPDATE orders SET invoice_state = CASE WHEN id % 5000 = 0 THEN 'due' ELSE '{}' END"
    finders = {n: ask for n, ask in _finders().items() if n.startswith(("invoice.", "whether an"))}
    with unit_of_work() as session:
        session.execute(text(states.format("due")))
        session.execute(text("ANALYZE orders"))
        session.execute(text(states.format("issued")))
        found = {n: faults for n, ask in finders.items() if (faults := _in(session, ask))}
        session.rollback()
    assert not found, _said(found)


def test_metrics_count_small_tables_and_estimate_large_ones_by_index(books: None) -> None:
    assert not [fault for fault in _read_too_much(vital_signs.read) if "Seq Scan" in fault]


def test_a_day_is_counted_by_its_own_orders(books: None) -> None:
    def ask(session: Session) -> None:
        session.execute(text(_A_DAY_OF_EACH))
        assert day_count.waiting(session)
        assert day_count.count(session, 1, 20)

    with unit_of_work() as session:
        faults = _in(session, ask)
        session.rollback()
    assert not faults


def _said(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {'; '.join(faults)}" for name, faults in found.items())


def _read_too_much(ask: Ask) -> list[str]:
    with unit_of_work() as session:
        return _in(session, ask)


def _in(session: Session, ask: Ask) -> list[str]:
    with explained() as plans:
        ask(session)
    assert plans
    return [fault for plan in plans for fault in _faults(plan)]


@contextmanager
def explained() -> Iterator[list[dict[str, Any]]]:
    """The plan of each statement that runs inside, with what it read where it only reads."""
    found: list[dict[str, Any]] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        reads = statement.lstrip().startswith(("SELECT", "WITH")) and "FOR UPDATE" not in statement
        options = "FORMAT JSON, ANALYZE, TIMING OFF" if reads else "FORMAT JSON"
        cursor.execute(f"EXPLAIN ({options}) {statement}", parameters)
        [[plan]] = cursor.fetchall()
        found.append((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])

    event.listen(engine(), "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine(), "before_cursor_execute", explain)


def _faults(node: dict[str, Any]) -> Iterator[str]:
    kind, table = node["Node Type"], node.get("Relation Name")
    read = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
    read *= node.get("Actual Loops", 1)
    if table in BIG and (kind == "Seq Scan" or read > MOST):
        yield f"{kind} of {table} by {node.get('Index Name')}: {read} rows"
    if "Sort" in kind and read > MOST:
        yield f"{kind} of {read} rows"
    for child in node.get("Plans", ()):
        yield from _faults(child)
