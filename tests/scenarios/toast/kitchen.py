"""A kitchen with round figures: one tax of ten percent, and a day that ends at four."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask

import dashboard
from config import clock
from connectors import platforms
from connectors.base.contract import Delivery
from models import Connection, api_tokens, inbox, organizations
from models.session import unit_of_work
from sandbox.toast.merchant import Merchant, Restaurant, TaxRate, merchant_of, named_guid
from sandbox.toast.webhook.agenda import Agenda
from sandbox.toast.webhook.event import CATEGORIES
from sandbox.toast.webhook.message import order_updated
from tasks import connect, handle, refetch, sync, tally
from tests.integration.tasks.asked import ask, control, cursors_of, one
from tests.shop import Shop, open_till

ZONE = ZoneInfo("America/New_York")
_numbers = count(1)
# The first of a week that is wholly past.
DAY = clock.now().date() - timedelta(days=9)


def restaurant(site: str, **facts: Any) -> Restaurant:
    """A place of the merchant's."""
    plain = Restaurant(
        guid=named_guid("kitchen", site),
        name="Hand Kitchen",
        location=site,
        zone="America/New_York",
        currency="USD",
        country="US",
        city="New York",
        taxes=(TaxRate("Sales 10%", Decimal("0.10")),),
    )
    return replace(plain, **facts)


def kitchens(*places: Restaurant) -> Merchant:
    """A merchant of these places, or of one."""
    return merchant_of("Hand Kitchen", places or (restaurant("One"),))


@dataclass(frozen=True)
class Kitchen(Shop):
    """A connected merchant whose orders are rung up one by one.

    `posted` are the messages that the platform sent: bodies and headers.
    """

    posted: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant of the `day`th calendar day, in local time."""
        local = datetime.combine(DAY + timedelta(days=day), time(hour, minute), ZONE)
        return local.astimezone(ZoneInfo("UTC"))

    def ring_up(self, at: datetime, *cents: int, place: int = 0, **facts: Any) -> str:
        """An order of items at these prices; `lines` instead where more is to be said."""
        lines = facts.pop("lines", None) or [
            {"name": f"Item {n}", "price_cents": price} for n, price in enumerate(cents)
        ]
        check = {"lines": lines, **facts.pop("check", {})}
        order = {"checks": [check], "opened_ms": _ms(at), **facts}
        where = self.till.platform.merchant.restaurants[place].guid
        made = control(self, "orders", {"restaurant": where, "order": order, "webhooks": False})
        return str(made["guids"][0])

    def do(self, guid: str, at: datetime, do: str, **details: Any) -> dict[str, Any]:
        """Something happens to an order; its body after it."""
        said = {"do": do, "at": f"{at:%Y-%m-%dT%H:%M:%S}.000+0000", "webhooks": False, **details}
        found: dict[str, Any] = control(self, f"orders/{guid}", said, method="PATCH")
        return found

    def pay(self, guid: str, at: datetime, kind: str = "CASH", **payment: Any) -> dict[str, Any]:
        """What is due is paid, or `amount_cents` of it."""
        return self.do(guid, at, "pay", payment={"kind": kind, "at_ms": _ms(at), **payment})

    def read(self, *streams: str) -> None:
        """What changed is read, orders unless told, and days are counted."""
        for stream in streams or ("orders",):
            for cursor_id in cursors_of(self, stream):
                pull = sync.run(cursor_id)
                assert pull is not None
                assert pull.fault is None, pull.fault
        self.count()

    def deliver(self, *guids: str) -> None:
        """These orders are told by webhook as they are now."""
        held = [self.till.platform.book.get(guid) for guid in guids]
        self.take_in(
            [order_updated(x, named_guid(x.guid, x.modified_ms), x.modified_ms) for x in held if x]
        )
        self.handle()

    def deliver_as(self, guid: str, change: Callable[[dict[str, Any]], object]) -> None:
        """An order is told by webhook with something changed in its body."""
        held = self.till.platform.book.get(guid)
        assert held is not None
        told = order_updated(held, named_guid(guid, "changed", next(_numbers)), held.modified_ms)
        body = json.loads(told.body)
        change(body["details"]["order"])
        self.take_in([replace(told, body=json.dumps(body).encode())])
        self.handle()

    def receive(self) -> None:
        """What the platform sent meanwhile is verified, stored and handled."""
        self.till.platform.webhooks.agenda.run_due()
        webhook = platforms()["toast"].webhook
        assert webhook is not None
        sent = list(self.posted)
        self.posted.clear()
        for body, headers in sent:
            delivery = Delivery({name.lower(): value for name, value in headers.items()}, body)
            assert webhook.verify(delivery, webhook.secrets(self.config, delivery)).ok
            named = webhook.identify(delivery)
            with unit_of_work() as session:
                inbox.accept(
                    session,
                    inbox.NewEvent(
                        organization_id=self.organization_id,
                        connection_id=self.connection_id,
                        delivery_id=named.delivery_id,
                        event_type=named.event_type,
                        headers=dict(delivery.headers),
                        body=body,
                        correlation_id=uuid4().hex,
                    ),
                )
        self.handle()

    def api(self, path: str) -> Any:
        """What the JSON API answers to the merchant's token."""
        with unit_of_work() as session:
            token = api_tokens.make(session, self.organization_id, f"t{next(_numbers)}")
        made = Flask("taxpoynt")
        dashboard.register(made)
        answer = made.test_client().get(
            f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json

    def handle(self) -> None:
        """Deliveries that wait are applied, thin ones from the platform."""
        while handle.drain(self.connection_id):
            pass
        refetch.events(connection_id=self.connection_id, platform="toast")
        self.count()

    def count(self) -> None:
        """Days are counted to the end."""
        while not tally.take_turn(self.connection_id, 60)[1]:
            pass

    def order(self, guid: str) -> Any:
        """An order as it is in the books."""
        return one(
            "SELECT * FROM orders WHERE external_id = :g AND connection_id = :c",
            g=guid,
            c=self.connection_id,
        )

    def day(self, day: int, place: str = "") -> dict[str, str]:
        """Figures of a business day that aren't nought, to the cent."""
        rows = ask(
            "SELECT d.* FROM location_days d JOIN locations l ON l.id = d.location_id WHERE "
            "l.connection_id = :c AND d.business_date = :d AND (:p = '' OR l.external_id = :p)",
            c=self.connection_id,
            d=DAY + timedelta(days=day),
            p=place,
        )
        (row,) = rows
        return {
            name: f"{value:.2f}"
            for name, value in row._mapping.items()
            if isinstance(value, Decimal) and value
        }

    def date(self, day: int) -> date:
        """A business date."""
        return DAY + timedelta(days=day)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


@contextmanager
def open_kitchen(*places: Restaurant, name: str = "kitchen", **options: Any) -> Iterator[Kitchen]:
    """A kitchen that has sold nothing yet, connected."""
    posted: list[tuple[bytes, dict[str, str]]] = []

    def send(_url: str, body: bytes, headers: dict[str, str]) -> int:
        posted.append((body, headers))
        return 202

    hooks = {"send": send, "agenda": Agenda(threads=0)}
    with open_till(merchant=kitchens(*places), **hooks, **options) as till:
        facts = till.facts()
        with unit_of_work() as session:
            organization_id = organizations.ensure_first(session)[0].id
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
        opened = Kitchen(till, organization_id, connection_id, address, config, posted)
        for category in (*CATEGORIES, "guest_order_status", "moon"):
            wanted = {"url": "http://hook.test", "eventCategory": category}
            control(opened, "subscriptions", wanted)
        yield opened
