"""A merchant with a till: a stand-in for Toast, our connection to it, and what it delivers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sqlalchemy import delete, func, select, update

from connectors.toast import limits as ours
from models import ClientLogins, Connection, InboxEvent, inbox, organizations
from models.session import unit_of_work
from sandbox import toast
from sandbox.toast.limits import Limits
from sandbox.toast.serving import Served
from sandbox.toast.webhook.message import Message, order_updated
from tasks import connect


@dataclass(frozen=True)
class Shop:
    """A connected merchant. Its limits are lifted: tests are in a hurry."""

    till: Served
    organization_id: int
    connection_id: int
    address: str
    config: dict[str, Any]

    @property
    def secret(self) -> str:
        """What deliveries are signed with."""
        return str(self.config["webhook_secret"])

    def messages(self, most: int | None = None) -> list[Message]:
        """One delivery an order of the till, each with an identity of its own."""
        number = count(1)
        orders = self.till.platform.book.all()[:most]
        return [
            order_updated(held, f"00000000-0000-4000-8000-{next(number):012d}", held.modified_ms)
            for held in orders
        ]

    def take_in(self, messages: list[Message]) -> None:
        """Store deliveries as the door does, without a signal."""
        with unit_of_work() as session:
            for message in messages:
                inbox.accept(session, self.event(message))

    def event(self, message: Message) -> inbox.NewEvent:
        """A delivery as it is stored."""
        return inbox.NewEvent(
            organization_id=self.organization_id,
            connection_id=self.connection_id,
            delivery_id=message.guid,
            event_type=message.kind,
            headers={"toast-event-category": message.category},
            body=message.body,
            correlation_id=message.guid.replace("-", ""),
        )

    def states(self) -> dict[str, int]:
        """How many deliveries stand at what."""
        with unit_of_work() as session:
            rows = session.execute(
                select(InboxEvent.state, func.count()).group_by(InboxEvent.state)
            )
            return {state: found for state, found in rows}


@contextmanager
def lifted() -> Iterator[None]:
    """In this process we call as often as we can, too: how fast a machine is decides no test."""
    before = ours.BUCKETS
    ours.BUCKETS = {name: replace(bucket, capacity=1_000_000) for name, bucket in before.items()}
    try:
        yield
    finally:
        ours.BUCKETS = before


@contextmanager
def open_till(**options: Any) -> Iterator[Served]:
    """A stand-in for Toast with its limits lifted, of `options`, at an address of its own.

    The system gives a port out again once a till is closed, and all tills know the same
    restaurants: a connection to one that is gone must not pass for one to this.
    """
    with lifted(), toast.serve(limits=Limits(off=True), **options) as till:
        with unit_of_work() as session:
            of_another = update(Connection).where(Connection.base_url == till.url)
            session.execute(of_another.values(base_url=None))
            session.execute(delete(ClientLogins))
        yield till


@contextmanager
def open_shop(
    *, orders: int = 3, name: str = "till", anchor_ms: int | None = None
) -> Iterator[Shop]:
    """A stand-in with `orders` past orders a restaurant, connected as `name`.

    They lead up to the instant `anchor_ms`, by default the present.
    """
    with open_till(history=orders, anchor_ms=anchor_ms) as till:
        facts = till.facts()
        with unit_of_work() as session:
            organization, _ = organizations.ensure_first(session)
            organization_id = organization.id
        config = {
            "api_url": till.url,
            "client_id": facts["client_id"],
            "client_secret": facts["client_secret"],
            "webhook_secret": facts["webhook_secret"],
        }
        connection_id, _ = connect.connect(organization_id, "toast", name, config)
        with unit_of_work() as session:
            key = session.get_one(Connection, connection_id).key
        address = f"/webhooks/toast/{key}"
        yield Shop(till, organization_id, connection_id, address, config)
