"""The usual build: one Celery task an event, marshmallow and the ORM, written the usual way."""

import json
import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from marshmallow import EXCLUDE, Schema, fields
from sqlalchemy import ForeignKey, LargeBinary, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

app = Celery("usual")
# Said in full: without it Celery would read the project's own celeryconfig.py.
app.config_from_object(
    {
        "broker_url": os.environ.get("BENCH_BROKER_URL"),
        "task_ignore_result": True,
        "task_acks_late": True,
    }
)


class Base(DeclarativeBase):
    """Its tables."""


class Event(Base):
    """A delivery."""

    __tablename__ = "usual_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    guid: Mapped[str] = mapped_column(unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="pending", server_default="pending")


class Line(Base):
    """Something sold."""

    __tablename__ = "usual_lines"
    guid: Mapped[str] = mapped_column(primary_key=True)
    order_guid: Mapped[str] = mapped_column(ForeignKey("usual_orders.guid"), index=True)
    name: Mapped[str | None]
    quantity: Mapped[float]
    price: Mapped[float]
    tax: Mapped[float]


class Payment(Base):
    """A tender."""

    __tablename__ = "usual_payments"
    guid: Mapped[str] = mapped_column(primary_key=True)
    order_guid: Mapped[str] = mapped_column(ForeignKey("usual_orders.guid"), index=True)
    kind: Mapped[str]
    amount: Mapped[float]
    tip: Mapped[float]


class Order(Base):
    """An order with its parts."""

    __tablename__ = "usual_orders"
    guid: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    business_date: Mapped[int]
    voided: Mapped[bool]
    vendor: Mapped[bytes] = mapped_column(LargeBinary)
    lines: Mapped[list[Line]] = relationship(cascade="all, delete-orphan")
    payments: Mapped[list[Payment]] = relationship(cascade="all, delete-orphan")


class _Loose(Schema):
    class Meta:
        unknown = EXCLUDE


class _SelectionSchema(_Loose):
    guid = fields.String(required=True)
    name = fields.String(data_key="displayName", allow_none=True)
    quantity = fields.Float()
    price = fields.Float()
    tax = fields.Float()


class _PaymentSchema(_Loose):
    guid = fields.String(required=True)
    kind = fields.String(data_key="type")
    amount = fields.Float()
    tip = fields.Float(data_key="tipAmount")


class _CheckSchema(_Loose):
    selections = fields.List(fields.Nested(_SelectionSchema))
    payments = fields.List(fields.Nested(_PaymentSchema))


class _OrderSchema(_Loose):
    guid = fields.String(required=True)
    version = fields.String(data_key="modifiedDate")
    business_date = fields.Integer(data_key="businessDate")
    voided = fields.Boolean()
    checks = fields.List(fields.Nested(_CheckSchema))


_schema = _OrderSchema()
_engine = create_engine(os.environ.get("BENCH_URL", "postgresql+psycopg2://"))


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    _engine.dispose(close=False)


@app.task
def apply_event(event_id: int) -> None:
    """Apply one delivery."""
    with Session(_engine) as session:
        event = session.get_one(Event, event_id)
        order = _schema.load(json.loads(event.body)["details"]["order"])
        checks = order.pop("checks")
        stored = session.get(Order, order["guid"])
        if stored is None or stored.version <= order["version"]:
            session.merge(
                Order(
                    **order,
                    vendor=event.body,
                    lines=[Line(**x) for check in checks for x in check["selections"]],
                    payments=[Payment(**x) for check in checks for x in check["payments"]],
                )
            )
        event.state = "done"
        session.commit()


def accept(guid: str, body: bytes) -> None:
    """Store one delivery and send its task."""
    with Session(_engine) as session:
        event = Event(guid=guid, body=body)
        session.add(event)
        session.commit()
        apply_event.delay(event.id)
