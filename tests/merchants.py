"""Merchants with something to look at: orders, invoices, deliveries and pulls of every state."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import func, select, text, update

from config import clock
from config.errors import SkippedRecord
from models import (
    Base,
    Connection,
    InboxEvent,
    Location,
    Order,
    Organization,
    ParkedRecord,
    SyncRun,
    User,
    inbox,
    invoice_write,
    order_read,
)
from models import dead_message as dead_messages
from models.invoice_write import Issue
from models.session import unit_of_work
from rules.invoicing import draft
from rules.records import OrderRecord, RefundRecord
from tasks import tally
from tests import factories
from tests.copying import copying

SECRET = "a-webhook-secret-nobody-may-see"
_numbers = count(1)


@dataclass(frozen=True)
class Merchant:
    """An organization with one connection and one person."""

    organization_id: int
    connection: Connection
    user: User


def merchant(*, places: Sequence[str] = (factories.PLACE,), currency: str = "GBP") -> Merchant:
    """A connected merchant with nothing in the books."""
    connection = factories.connected(places=places, currency=currency)
    with unit_of_work() as session:
        user = User(organization_id=connection.organization_id, email="o@example.com", name="Ola")
        session.add(user)
    return Merchant(connection.organization_id, connection, user)


def operates(owner: Merchant) -> Merchant:
    """The same, who now operates the installation."""
    with unit_of_work() as session:
        session.get_one(Organization, owner.organization_id).operates = True
    return owner


def rich_order(
    external_id: str = "o1", version: datetime = factories.NOON, **facts: Any
) -> OrderRecord:
    """An order with a part of every kind: net 21.50, tax 2.15, gratuity 3.00, total 26.65."""
    plain: dict[str, Any] = {
        "display_number": "41",
        "source": "In Store",
        "approval": "APPROVED",
        "guests": 2,
        "opened_at": factories.NOON - timedelta(minutes=40),
        "paid_at": factories.NOON - timedelta(minutes=2),
        "closed_at": factories.NOON,
        "customer": factories.guest(first_name="Ada", last_name="Obi", email="ada@example.com"),
        "lines": (
            factories.line("l1", "19.50", "1.95", name="Jollof rice", gross=Decimal("20.50")),
            factories.line("l2", "1.50", name="Plantain", parent_id="l1"),
            factories.line("l3", "9.00", name="Lemonade", voided=True),
        ),
        "discounts": (replace(factories.discount(line_id="l1"), name="Loyal guest"),),
        "charges": (
            replace(factories.charge("s1", "2.00"), name="Delivery"),
            replace(factories.charge("s2", "3.00", gratuity=True), name="Service"),
        ),
        "taxes": (
            factories.tax("1.95", line_id="l1"),
            factories.tax("0.20", charge_id="s1"),
        ),
        "payments": (
            factories.payment(
                "p1",
                "26.65",
                tip="2.00",
                card_type="VISA",
                last_digits="4242",
                refund=RefundRecord(Decimal("5.00"), Decimal(0), factories.NOON, date(2026, 3, 1)),
            ),
        ),
    }
    return factories.order(external_id, version, **{**plain, **facts})


def take_orders(owner: Merchant, *records: OrderRecord) -> list[int]:
    """Write orders with JSON of a vendor's; returns our ids in their order."""
    for record in records:
        vendor = json.dumps({"guid": record.external_id, "accessToken": "hush", "total": 26.65})
        factories.store(owner.connection, factories.arrival(record, vendor.encode()))
    with unit_of_work() as session:
        ours = select(Order.external_id, Order.id).where(Order.connection_id == owner.connection.id)
        ids = {row.external_id: row.id for row in session.execute(ours)}
    return [ids[record.external_id] for record in records]


def tallied(owner: Merchant) -> int:
    """All noted days are counted; returns our id of the first location."""
    with copying():
        tally.take_turn(owner.connection.id, 60)
    with unit_of_work() as session:
        ours = select(func.min(Location.id)).where(Location.connection_id == owner.connection.id)
        return session.scalars(ours).one()


def invoice(*order_ids: int) -> list[str]:
    """Issue the invoices of orders; returns their numbers."""
    with copying(), unit_of_work() as session:
        orders = order_read.due_orders(session, order_ids)
        records = order_read.sale_records(session, orders)
        issues = [
            Issue(order, draft(record, order.currency))
            for order, record in zip(orders, records, strict=True)
        ]
        return invoice_write.issue(session, orders[0].organization_id, issues)


def deliver(owner: Merchant, *, state: str = "done", record: str | None = None) -> int:
    """A delivery in a state; its body and headers hold a secret."""
    name = f"delivery-{next(_numbers)}"
    body = {"eventType": "order_updated", "guid": record, "apiKey": "hush", "note": SECRET}
    with unit_of_work() as session:
        inbox.accept(
            session,
            inbox.NewEvent(
                organization_id=owner.organization_id,
                connection_id=owner.connection.id,
                delivery_id=name,
                event_type="order_updated",
                headers={"toast-signature": SECRET, "toast-timestamp": "2026-03-01T12:00:00Z"},
                body=json.dumps(body).encode(),
                correlation_id=f"correlation-{name}",
            ),
        )
        event_id = session.scalars(
            select(InboxEvent.id).where(InboxEvent.delivery_id == name)
        ).one()
        if state == "done":
            inbox.settle(session, {event_id: record})
        elif state == "parked":
            fault = SkippedRecord(
                "toast.unreadable",
                "This delivery can't be read as an order.",
                next_step="Replay it once the till's software is updated.",
            )
            inbox.park(session, event_id, fault)
        return event_id


def pulled(
    owner: Merchant,
    *,
    status: str = "done",
    error: str | None = None,
    location: str = "",
    parked: int = 0,
) -> int:
    """A delta of the orders stream."""
    with unit_of_work() as session:
        run = SyncRun(
            organization_id=owner.organization_id,
            connection_id=owner.connection.id,
            stream="orders",
            location_external_id=location,
            kind="delta",
            status=status,
            started_at=factories.NOON,
            finished_at=None if status == "running" else factories.at(0.1),
            rows_read=1200,
            rows_written=1198,
            rows_skipped=2,
            rows_parked=parked,
            error=error,
            error_code="toast.away" if error else None,
            next_step="It is tried again by itself." if error else None,
            correlation_id="correlation-pull",
        )
        session.add(run)
        session.flush()
        return run.id


def parked_record(owner: Merchant, **facts: Any) -> int:
    """A pulled record that nobody understands."""
    plain: dict[str, Any] = {
        "stream": "orders",
        "location_external_id": factories.PLACE,
        "external_id": f"odd-{next(_numbers)}",
        "body": b"{}",
        "error_code": "toast.unreadable",
        "error": "It has no checks.",
        "next_step": "Report it.",
    }
    with unit_of_work() as session:
        parked = ParkedRecord(
            organization_id=owner.organization_id,
            connection_id=owner.connection.id,
            **{**plain, **facts},
        )
        session.add(parked)
        session.flush()
        return parked.id


def dead_message(about: str = "one", **facts: Any) -> int:
    """A message that no worker could work on."""
    entry = {
        **{"queue": "upkeep", "task": "moon.rise", "body": b"", "error_code": "task.unknown"},
        **{"error": "Nobody knows it.", "next_step": "Deploy.", "worker": "w@h"},
        **{"seen_at": clock.now(), "about": about},
        **facts,
    }
    with unit_of_work() as session:
        dead_messages.keep(session, [{**entry, "size": len(entry["body"])}])
        return max(row["id"] for row in dead_messages.waiting(session))


def standing(owner: Merchant, status: str, now: datetime, **facts: Any) -> None:
    """How a connection is doing."""
    with unit_of_work() as session:
        session.execute(
            update(Connection)
            .where(Connection.id == owner.connection.id)
            .values(status=status, status_at=now, **facts)
        )


def many_orders(owner: Merchant, count: int) -> None:
    """So many orders, a thousand a day: for tests and measurements of size.

    They are copies of one, made by the database. One in a thousand was changed after issue, the
    others need no invoice.
    """
    [pattern] = take_orders(owner, rich_order("pattern"))
    names = [c.name for c in Order.__table__.columns if c.name != "id"]
    changed = {
        "external_id": "'copy-' || n",
        "display_number": "n::text",
        "business_date": "business_date - (n / 1000)::int",
        "invoice_state": "CASE WHEN n % 1000 = 7 THEN 'changed after issue' ELSE 'not needed' END",
    }
    values = ", ".join(changed.get(name, name) for name in names)
    with unit_of_work() as session:
        session.execute(
            text(
                f"INSERT INTO orders ({', '.join(names)}) SELECT {values} "
                "FROM orders, generate_series(1, :count) AS n WHERE orders.id = :pattern"
            ),
            {"count": count, "pattern": pattern},
        )
        session.execute(text("ANALYZE orders, invoices, connections, locations"))


def forget_everything() -> None:
    """Empty every table. For the few rows of a test this is ten times faster than TRUNCATE."""
    names = [table.name for table in Base.metadata.sorted_tables]
    with unit_of_work() as session:
        # Issued invoices refuse to go, and parents would look for their children.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(";".join(f"DELETE FROM {name}" for name in names)))
