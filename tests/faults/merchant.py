"""A merchant whose platform only delivers: nobody is there to be asked."""

from dataclasses import dataclass
from uuid import uuid4

from models import Location, Organization, connections, inbox
from models.session import unit_of_work
from tests.deliveries import SECRET, Sent


@dataclass(frozen=True)
class Merchant:
    """A connection with one restaurant."""

    organization_id: int
    connection_id: int
    path: str
    restaurant: str

    def take_in(self, one: Sent) -> None:
        """Store a delivery as the door does, without a signal."""
        with unit_of_work() as session:
            inbox.accept(session, self.event(one))

    def event(self, one: Sent) -> inbox.NewEvent:
        """What the door stores of a delivery."""
        return inbox.NewEvent(
            organization_id=self.organization_id,
            connection_id=self.connection_id,
            delivery_id=one.event,
            event_type="order_updated",
            headers={"toast-event-category": "order_updated"},
            body=one.body,
            correlation_id=one.event.replace("-", ""),
        )


def merchant(name: str) -> Merchant:
    """Connect one as `name`; it is an organization of its own, so its numbers are too."""
    restaurant = str(uuid4())
    with unit_of_work() as session:
        organization = Organization(name=name)
        session.add(organization)
        session.flush()
        made = connections.store(
            session,
            organization.id,
            "toast",
            name,
            {"api_url": "http://127.0.0.1:9"},
            {"client_id": "id", "client_secret": "secret-of-storm", "webhook_secret": SECRET},
        )
        session.add(
            Location(
                organization_id=organization.id,
                connection_id=made.id,
                external_id=restaurant,
                name=name,
                time_zone="Europe/London",
                currency="GBP",
                closeout_hour=4,
            )
        )
        return Merchant(organization.id, made.id, f"/webhooks/toast/{made.key}", restaurant)
