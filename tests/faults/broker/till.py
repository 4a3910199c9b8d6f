"""A till whose orders come by webhook alone, and how all that it sent stands in the books."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from time import monotonic
from uuid import uuid4

import requests
from sqlalchemy import func, select

from models import Connection, InboxEvent, Location, Order, connections, inbox, organizations
from models.session import unit_of_work
from tests.deliveries import SECRET, Sent, storm
from tests.faults.broker.pulse import Span, pulse
from tests.waiting import until

_numbers = count(1)
_SENDERS = 2


class Till:
    """A connection of its own; `url` is the web's, if there is one."""

    def __init__(self, url: str = "") -> None:
        self.restaurant = str(uuid4())
        with unit_of_work() as session:
            organization, _ = organizations.ensure_first(session)
            self.connection = _connected(session, organization.id, self.restaurant)
            self.id, key = self.connection.id, self.connection.key
        self.address = f"{url}/webhooks/toast/{key}"

    def orders(self, number: int) -> list[Sent]:
        """Good deliveries, one an order."""
        made = storm(number, 1, self.restaurant, random.Random(next(_numbers)))
        return list({one.order: one for one in made}.values())

    def take_in(self, sent: list[Sent]) -> None:
        """Store deliveries as the door does, without a signal."""
        with unit_of_work() as session:
            for one in sent:
                event = inbox.NewEvent(
                    organization_id=self.connection.organization_id,
                    connection_id=self.id,
                    delivery_id=one.order,
                    event_type="order_updated",
                    headers=one.headers,
                    body=one.body,
                    correlation_id=one.order.replace("-", ""),
                )
                inbox.accept(session, event)

    def until_applied(self, number: int, timeout_s: float = 60) -> None:
        """Wait until so many orders are in the books, and nothing waits."""
        until(
            lambda: self.applied() == number and not self.waiting(),
            what=f"{number} orders in the books",
            timeout_s=timeout_s,
        )

    def applied(self) -> int:
        """How many of its orders are in the books."""
        with unit_of_work() as session:
            query = select(func.count()).where(Order.connection_id == self.id)
            return int(session.scalar(query) or 0)

    def waiting(self) -> int:
        """How many of its deliveries aren't applied."""
        with unit_of_work() as session:
            query = select(func.count()).where(
                InboxEvent.connection_id == self.id, InboxEvent.state != "done"
            )
            return int(session.scalar(query) or 0)

    def taken(
        self, number: int, meanwhile: Callable[[], object], lasts_s: float = 0.0
    ) -> list[float]:
        """Deliver so many orders, two at a time, over `lasts_s`: all are taken, none is refused.

        `meanwhile` runs once a quarter is answered. Returns the seconds of each answer.
        """
        refused: list[Span] = []
        pause, pause_s = Event(), _SENDERS * lasts_s / number

        def deliver(one: Sent) -> tuple[int, float]:
            pause.wait(pause_s)
            return self._deliver(one, refused)

        with pulse() as beating, ThreadPoolExecutor(_SENDERS) as senders:
            answers = [senders.submit(deliver, one) for one in self.orders(number)]
            until(lambda: sum(a.done() for a in answers) >= number // 4, what="some answers")
            meanwhile()
            found = [each.result() for each in answers]
        assert {status for status, _ in found} == {202}
        # Nothing but the broker can have been in the door's way while the database was in time.
        assert not [span for span in refused if not beating.late_within(*span)]
        return [took for _, took in found]

    def _deliver(self, one: Sent, refused: list[Span]) -> tuple[int, float]:
        """Twice more after a 503: on a machine that is busy the database is late now and then."""
        slowest = 0.0
        for _ in range(3):
            began = monotonic()
            found = requests.post(self.address, data=one.body, headers=one.headers, timeout=10)
            slowest = max(slowest, monotonic() - began)
            if found.status_code != 503:
                break
            refused.append((began, monotonic()))
        return found.status_code, slowest


def _connected(session: object, organization_id: int, restaurant: str) -> Connection:
    name = f"till {next(_numbers)}"
    made = connections.store(
        session,  # type: ignore[arg-type]
        organization_id,
        "toast",
        name,
        # Nobody is there: what the deliveries bring is all there is.
        {"api_url": "http://127.0.0.1:9"},
        {"client_id": "id", "client_secret": f"secret of {name}", "webhook_secret": SECRET},
    )
    session.add(  # type: ignore[attr-defined]
        Location(
            organization_id=organization_id,
            connection_id=made.id,
            external_id=restaurant,
            name=name,
            time_zone="Europe/London",
            currency="GBP",
            closeout_hour=4,
        )
    )
    return made
