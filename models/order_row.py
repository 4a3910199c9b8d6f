"""An order on its way into the books, and the row it becomes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from models import check_guests, copy_text, facts
from models.connection import Connection
from models.location import Location
from rules.invoicing import standing
from rules.order_totals import totals
from rules.records import CustomerRecord, OrderRecord

# Raised when orders are read into more than before: then the same copy, read again, replaces.
_READ_AS = b"2"


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order on its way into the books, with the JSON it was read from."""

    order: OrderRecord
    vendor: bytes
    correlation_id: str

    @property
    def fingerprint(self) -> str:
        """Tells two copies of one version apart, and one that was read by an earlier release."""
        return sha256(_READ_AS + self.vendor).hexdigest()[:32]


# What a copy may leave out without erasing it.
FACTS = ("customer_id", "external_reference")
# Columns that a newer copy simply takes over.
TAKEN = (
    *("location_id", "version", "fingerprint", "partial", "display_number", "source"),
    *("approval", "state", "voided", "deleted", "not_sale_reason", "guests", "business_date"),
    *("opened_at", "paid_at", "closed_at", "promised_at", "currency", "net", "discounts"),
    *("charges", "gratuities", "tax", "total", "tips", "paid", "refunded", "correlation_id"),
    *("void_business_date", "dining_option_external_id", "revenue_center_external_id"),
    *("service_external_id", "area_external_id", "table_external_id", "server_external_id"),
    *("channel_external_id", "fundraising", "marketplace_tax", "deferred"),
)
_KEYS = ("organization_id", "connection_id", "external_id")
_STANDING = ("invoice_state", "invoice_reason")
COLUMNS = (*_KEYS, *_STANDING, *TAKEN, *facts.columns(FACTS), "vendor")

STATE_AT = COLUMNS.index("invoice_state")


@dataclass(slots=True)
class Newest:
    """The copy of an order that stands in a batch, and what any of its copies tells of `FACTS`.

    `guests` are those that any of them names of its checks.
    """

    arrival: Arrival
    known: facts.Known = field(default_factory=dict)
    guests: dict[str, CustomerRecord] = field(default_factory=dict)


def newest_of(arrivals: Iterable[Arrival]) -> list[Newest]:
    """One copy an order, in a fixed order so that two batches never deadlock."""
    best: dict[str, Newest] = {}
    for arrival in arrivals:
        order = arrival.order
        found = best.setdefault(order.external_id, Newest(arrival))
        named = check_guests.told_by(order)
        if _rank(order) >= _rank(found.arrival.order):
            found.arrival = arrival
            found.guests |= named
        elif named:
            found.guests = named | found.guests
        # Of the customer, the platform's id: ours is known once all are stored.
        customer = order.customer.external_id if order.customer else None
        said = {"customer_id": customer, "external_reference": order.external_reference}
        facts.learn(found.known, order.version, said)
    return [best[key] for key in sorted(best)]


def _rank(order: OrderRecord) -> tuple[datetime, bool]:
    return order.version, not order.partial


def row_of(
    connection: Connection,
    locations: dict[str, Location],
    customers: dict[str, int],
    newest: Newest,
) -> tuple[Any, ...]:
    """An order's values for all of COLUMNS but the last, filled."""
    arrival, order = newest.arrival, newest.arrival.order
    location = locations[order.location_id]
    sums = totals(order, location.currency)
    state, reason = standing(order, sums)
    return copy_text.filled(
        (
            *(connection.organization_id, connection.id, order.external_id),
            *(state, reason),
            *(location.id, order.version, arrival.fingerprint, order.partial),
            *(order.display_number, order.source, order.approval, order.state, order.voided),
            *(order.deleted, order.not_sale_reason, order.guests, order.business_date),
            *(order.opened_at, order.paid_at, order.closed_at, order.promised_at),
            *(location.currency, sums.net, sums.discounts, sums.charges, sums.gratuities),
            *(sums.tax, sums.total, sums.tips, sums.paid, sums.refunded, arrival.correlation_id),
            *(order.void_business_date, order.dining_option_id, order.revenue_center_id),
            *(order.service_id, order.area_id, order.table_id, order.server_id, order.channel_id),
            *(sums.fundraising, sums.marketplace_tax, sums.deferred),
            *facts.values(_with_our_customer(newest.known, customers), FACTS),
        )
    )


def _with_our_customer(known: facts.Known, customers: dict[str, int]) -> facts.Known:
    theirs = known.get("customer_id")
    ours = customers.get(theirs.value) if theirs else None
    if theirs is None or ours is None:
        return {fact: told for fact, told in known.items() if fact != "customer_id"}
    return {**known, "customer_id": replace(theirs, value=ours)}
