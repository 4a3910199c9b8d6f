"""Tax invoices: numbered without a gap, one a sale, unchanged once issued."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Currency, Instant, Money, Owned, OwnedPart, Quantity, Rate

ISSUED = "issued"


class InvoiceSeries(Owned, Base):
    """A run of numbers. `next_number` is taken in the transaction that issues, so none is lost."""

    __tablename__ = "invoice_series"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    name: Mapped[str]
    next_number: Mapped[int] = mapped_column(default=1, server_default="1")


class Invoice(Owned, Base):
    """An issued invoice of one order. `net` + `tax` + `gratuities` = `total`.

    The names of seller, location and customer are those of the day it was issued.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("order_id"),
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("series_id", "sequence"),
        # As of orders: lists merge the ends of these.
        Index("ix_invoices_connection_id_id", "connection_id", "id"),
        Index("ix_invoices_connection_id_business_date", "connection_id", "business_date", "id"),
        Index("ix_invoices_location_id_business_date", "location_id", "business_date", "id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    series_id: Mapped[int] = mapped_column(ForeignKey("invoice_series.id"))
    sequence: Mapped[int]
    number: Mapped[str]
    status: Mapped[str] = mapped_column(default=ISSUED)
    seller: Mapped[str]
    location: Mapped[str]
    time_zone: Mapped[str]
    customer_first_name: Mapped[str | None]
    customer_last_name: Mapped[str | None]
    customer_email: Mapped[str | None]
    order_display_number: Mapped[str | None]
    business_date: Mapped[date]
    issued_at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    currency: Mapped[Currency]
    net: Mapped[Money]
    tax: Mapped[Money]
    gratuities: Mapped[Money]
    total: Mapped[Money]
    correlation_id: Mapped[str]


class PartOfInvoice(OwnedPart):
    """A row that belongs to one invoice."""

    invoice_id: Mapped[int] = mapped_column(index=True)
    position: Mapped[int]


class InvoiceLine(PartOfInvoice, Base):
    """One line of an invoice: `gross` less `discount` is `net`; `details` lists modifiers."""

    __tablename__ = "invoice_lines"

    kind: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[Quantity]
    unit_price: Mapped[Money]
    gross: Mapped[Money]
    discount: Mapped[Money]
    net: Mapped[Money]
    tax: Mapped[Money]
    details: Mapped[dict[str, Any]]


class InvoiceTax(PartOfInvoice, Base):
    """The tax of one rate over an invoice."""

    __tablename__ = "invoice_taxes"

    name: Mapped[str]
    rate: Mapped[Rate | None]
    taxable: Mapped[Money]
    amount: Mapped[Money]
    remitted_by_marketplace: Mapped[bool]
