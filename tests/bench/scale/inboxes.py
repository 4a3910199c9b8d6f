"""Inboxes filled by SQL: as many deliveries as wanted, of small orders, for many merchants."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from models import Location, Organization, connections
from models.session import unit_of_work
from tests.bench.books import BOOKS
from tests.bench.scale.hub import Hub
from tests.deliveries import SECRET, delivery

# Each part of a run makes merchants of its own.
_numbers = count(1)
_FILL = """
INSERT INTO inbox_events
    (organization_id, connection_id, delivery_id, event_type, headers, body, correlation_id)
SELECT %s, %s, gen, 'order_updated', '{"toast-event-category": "order_updated"}',
    convert_to(replace(replace(%s, '{event}', gen), '{order}', gen || '-order'), 'UTF8'), md5(gen)
FROM (SELECT md5(%s || number)::uuid::text AS gen FROM generate_series(%s, %s) AS number) AS made
"""


@dataclass(frozen=True)
class Merchant:
    """A connection with one restaurant that only delivers."""

    organization_id: int
    connection_id: int
    platform: str
    key: str
    restaurant: str


def merchants(how_many: int, platform: str = "toast") -> list[Merchant]:
    """So many, each an organization of its own."""
    return [_merchant(platform, next(_numbers)) for _ in range(how_many)]


def _merchant(platform: str, number: int) -> Merchant:
    restaurant = f"00000000-0000-4000-8000-{number:012d}"
    with unit_of_work() as session:
        organization = Organization(name=f"{platform} {number}")
        session.add(organization)
        session.flush()
        made = connections.store(
            session,
            organization.id,
            platform,
            "till",
            {"api_url": "http://127.0.0.1:9"},
            {"client_id": "id", "client_secret": "a-secret-of-scale", "webhook_secret": SECRET},
        )
        session.add(
            Location(
                organization_id=organization.id,
                connection_id=made.id,
                external_id=restaurant,
                name=f"{platform} {number}",
                time_zone="Europe/London",
                currency="GBP",
                closeout_hour=4,
            )
        )
        return Merchant(organization.id, made.id, platform, made.key, restaurant)


def fill(hub: Hub, to: Merchant, first: int, last: int) -> None:
    """Deliveries number `first` to `last` of a merchant wait, each of another order."""
    one = delivery(0, 0, to.restaurant)
    template = one.body.decode().replace(one.event, "{event}").replace(one.order, "{order}")
    values = (to.organization_id, to.connection_id, template, f"{to.connection_id} ", first, last)
    hub.sql(_FILL, *values)


def empty(hub: Hub) -> None:
    """As if nothing had been delivered yet."""
    hub.sql(
        f"TRUNCATE inbox_events, invoices, invoice_lines, invoice_taxes, {', '.join(BOOKS)} CASCADE"
    )
    hub.broker().flushall()


def signal(to: Sequence[Merchant]) -> None:
    """Tell workers that deliveries of these merchants wait."""
    from tasks import ring

    for one in to:
        ring.task("handle.events", connection_id=one.connection_id, platform=one.platform)
