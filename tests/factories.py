"""Records as connectors make them, and the rows they hang on, with only what a test cares about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from models import Connection, Location, Organization, StreamCursor, connections
from models.locations import locations_of
from models.order_row import Arrival
from models.order_write import Written, write_orders
from models.session import unit_of_work
from rules.records import (
    ChargeRecord,
    CheckRecord,
    CustomerRecord,
    DiscountRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    TaxRecord,
)
from tests.copying import copying

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = "site-1"
_numbers = count(1)


def at(minutes: float) -> datetime:
    """An instant after noon, by minutes."""
    return NOON + timedelta(minutes=minutes)


def line(
    external_id: str = "l1", amount: str = "10.00", tax: str = "0", **facts: Any
) -> LineRecord:
    """One thing sold at `amount`."""
    plain: dict[str, Any] = {
        "check_id": "c1",
        "position": 0,
        "name": f"Item {external_id}",
        "quantity": Decimal(1),
        "unit_price": Decimal(amount),
        "gross": Decimal(amount),
    }
    return LineRecord(
        external_id=external_id, amount=Decimal(amount), tax=Decimal(tax), **{**plain, **facts}
    )


def charge(external_id: str = "s1", amount: str = "2.00", **facts: Any) -> ChargeRecord:
    """A service charge."""
    return ChargeRecord(external_id, "c1", f"Charge {external_id}", Decimal(amount), **facts)


def check(external_id: str = "c1", position: int = 0, **facts: Any) -> CheckRecord:
    """A bill of which the platform states nothing."""
    return CheckRecord(external_id, position, **facts)


def discount(external_id: str = "d1", amount: str = "1.00", **facts: Any) -> DiscountRecord:
    """A reduction."""
    return DiscountRecord(external_id, "c1", f"Discount {external_id}", Decimal(amount), **facts)


def tax(amount: str, rate: str | None = "0.1", name: str = "VAT", **facts: Any) -> TaxRecord:
    """One rate on one line or charge."""
    return TaxRecord("c1", name, None if rate is None else Decimal(rate), Decimal(amount), **facts)


def payment(external_id: str = "p1", amount: str = "10.00", **facts: Any) -> PaymentRecord:
    """One tender."""
    tip = Decimal(facts.pop("tip", "0"))
    return PaymentRecord(external_id, "c1", "CASH", Decimal(amount), tip, **facts)


def order(external_id: str = "o1", version: datetime = NOON, **facts: Any) -> OrderRecord:
    """A closed order of one line of 10.00."""
    plain: dict[str, Any] = {
        "location_id": PLACE,
        "business_date": date(2026, 3, 1),
        "state": "closed",
        "lines": (line(),),
    }
    return OrderRecord(external_id=external_id, version=version, **{**plain, **facts})


def guest(external_id: str = "g1", **facts: Any) -> CustomerRecord:
    """Who bought."""
    return CustomerRecord(external_id, **facts)


def arrival(record: OrderRecord, vendor: bytes | None = None) -> Arrival:
    """An order on its way in; without its JSON the record itself tells copies apart."""
    return Arrival(record, vendor or repr(record).encode(), "correlation")


def partial(record: OrderRecord) -> OrderRecord:
    """The copy that a delivery brings: without guest and outside reference."""
    return replace(record, partial=True, customer=None, external_reference=None)


def connected(*, places: Sequence[str] = (PLACE,), currency: str = "GBP") -> Connection:
    """A stored connection with its locations and cursors, of an organization of its own."""
    number = next(_numbers)
    with unit_of_work() as session:
        organization = Organization(name=f"Merchant {number}")
        session.add(organization)
        session.flush()
        made = connections.store(
            session, organization.id, "toast", f"till {number}", {"api_url": "http://x"}, {}
        )
        for place in places:
            session.add(
                Location(
                    organization_id=organization.id,
                    connection_id=made.id,
                    external_id=place,
                    name=place,
                    time_zone="Europe/London",
                    currency=currency,
                    closeout_hour=4,
                )
            )
            session.add(
                StreamCursor(
                    organization_id=organization.id,
                    connection_id=made.id,
                    stream="orders",
                    location_external_id=place,
                    next_due_at=NOON,
                )
            )
    return made


def store(connection: Connection, *records: OrderRecord | Arrival) -> Written:
    """Write orders through the one write path."""
    arrivals = [r if isinstance(r, Arrival) else arrival(r) for r in records]
    with copying(), unit_of_work() as session:
        named = {each.order.location_id for each in arrivals}
        places = locations_of(session, connection, named)
        return write_orders(session, connection, places, arrivals)
