"""The first page: is every platform connected, what waits, what failed, how is today going."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import clock
from dashboard import broker
from dashboard.access import Visitor, signed_in
from dashboard.fragments import render
from dashboard.pages import blueprint
from dashboard.pages.asked import Args
from models import listing
from models import pulse as pulses
from models.connection_list import COUNTED_TO
from models.listing import Span
from models.overview import Day, today
from models.session import read_only, takes_changes
from models.silence import is_silent
from models.standstill import standstill
from tasks.preflight import Finding

_SHORT = Span(limit=8)
# Of a connection today: its orders, and the three kinds that they are made of.
COUNTS = ("orders", "issued", "due", "rest")


@blueprint.get("/")
@signed_in
def home(database: Session, visitor: Visitor) -> ResponseReturnValue:
    """The page."""
    return render("home", database, visitor)


def wanted(_args: Args) -> None:
    """Nothing: this page has no filters."""


def load(database: Session, visitor: Visitor, args: Args) -> Mapping[str, Any]:
    """What the page shows: nine queries, whatever there is to show."""
    ours = visitor.organization_id
    now = clock.now()
    days = today(database, ours, now)
    connections = listing.connections(database, ours, span=Span(limit=listing.MOST)).items
    return {
        "connections": connections,
        "counted_to": COUNTED_TO,
        "overdue": standstill(database, ours, now),
        "silent": [c for c in connections if is_silent(c["unannounced_since"], now)],
        "read_only": None if takes_changes(database) else read_only(),
        "broker_faults": _broker_faults(visitor),
        "days": _by_connection(days),
        "no_day": dict.fromkeys(COUNTS, 0),
        "totals": _totals(days),
        "orders": listing.orders(database, ours, span=_SHORT, sort="-id").items,
        "invoices": listing.invoices(database, ours, span=_SHORT).items,
        "events": listing.events(database, ours, span=_SHORT).items,
    }


def pulse(database: Session, visitor: Visitor, _args: Args) -> str:
    """What is overdue becomes so by itself, without a change of anything stored.

    So does a database that takes no changes.
    """
    ours = visitor.organization_id
    takes = takes_changes(database)
    overdue = repr((standstill(database, ours, clock.now()), takes, _broker_faults(visitor)))
    digest = blake2b(overdue.encode(), digest_size=4).hexdigest()
    return f"{pulses.pulse(database, ours)}-{digest}"


def _broker_faults(visitor: Visitor) -> Sequence[Finding]:
    """What is wrong with the broker, for who runs it; merchants can do nothing about it."""
    return broker.watch.last().faults if visitor.operates else ()


@dataclass
class Sum:
    """Today over all connections in one currency."""

    currency: str
    orders: int = 0
    total: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    due: int = 0
    issued: int = 0
    rest: int = 0
    rest_total: Decimal = Decimal(0)


def _totals(days: Sequence[Day]) -> list[Sum]:
    sums: dict[str, Sum] = {}
    for day in days:
        one = sums.setdefault(day.currency, Sum(day.currency))
        one.orders += day.orders
        one.total += day.total
        one.tax += day.tax
        one.due += day.due
        one.issued += day.issued
        one.rest += day.rest
        one.rest_total += day.rest_total
    return [sums[currency] for currency in sorted(sums)]


def _by_connection(days: Iterable[Day]) -> dict[int, dict[str, int]]:
    """Counts of orders and invoices; those may be added, whatever the currency."""
    found: dict[int, dict[str, int]] = {}
    for day in days:
        counts = found.setdefault(day.connection_id, dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            counts[name] += getattr(day, name)
    return found
