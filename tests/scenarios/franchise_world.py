"""A franchise's stand-in on a clock of ours, and merchants who learn of it in different ways."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config import clock
from connectors.base.contract import Delivery
from connectors.toast import limits
from models import Connection, InboxEvent, Organization, ParkedRecord, StreamCursor, inbox
from models.inbox import NewEvent
from models.session import unit_of_work
from sandbox.base.clock import Clock
from sandbox.toast.franchise import franchise
from sandbox.toast.held import Held
from sandbox.toast.platform import Platform
from sandbox.toast.serving import Served
from sandbox.toast.webhook.agenda import Agenda
from sandbox.toast.webhook.event import CATEGORIES
from sandbox.toast.webhook.message import CHANNEL_ORDER_UPDATED
from sandbox.toast.webhook.subscription import Subscription
from tasks import connect, handle, refetch, ring, sync, tally
from tests.scenarios.wall_clocks import ms
from tests.shop import open_till
from webhooks.judging import judged

EVERYTHING = (*CATEGORIES, CHANNEL_ORDER_UPDATED, "guest_order_status")
# Abreast, as workers read: whoever needs a token meanwhile must not ask for one each.
_READERS = 4


@dataclass
class Merchant:
    """One merchant's connection to the franchise; `mail` is what was sent to its address."""

    organization_id: int
    connection_id: int
    key: str
    mail: list[Delivery] = field(default_factory=list)
    late: list[Delivery] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where its deliveries go."""
        return f"http://taxpoynt.test/webhooks/toast/{self.key}"

    def take_in(self, deliveries: Sequence[Delivery]) -> None:
        """Let deliveries in at the door, without a signal."""
        with unit_of_work() as session:
            for delivery in deliveries:
                inbox.accept(session, self._judged(delivery))

    def take_in_all(self) -> None:
        """Let in all that was sent, in its order."""
        self.take_in(self.mail)
        self.mail.clear()

    def take_in_at_random(self, chance: random.Random) -> None:
        """Let in most of what was sent, in no order and some of it twice; the rest comes late."""
        sent = list(self.mail)
        self.mail.clear()
        late = [each for each in sent if chance.random() < 0.05]
        kept = {id(each) for each in late}
        self.late += late
        now = [each for each in sent if id(each) not in kept]
        now += [each for each in now if chance.random() < 0.05]
        chance.shuffle(now)
        self.take_in(now)

    def take_in_late(self, chance: random.Random) -> None:
        """Let in what is late."""
        chance.shuffle(self.late)
        self.take_in(self.late)
        self.late.clear()

    def handle(self) -> None:
        """Apply all that came in; what only points at a record is fetched."""
        while handle.drain(self.connection_id):
            pass
        while held := self._held():
            assert refetch.complete(self.connection_id, held)

    def cursors(self, *, sales: bool = True) -> list[StreamCursor]:
        """Where reading of orders stands at each location; or of all that is no sale."""
        query = select(StreamCursor).where(
            StreamCursor.connection_id == self.connection_id, StreamCursor.sales == sales
        )
        with unit_of_work() as session:
            return list(session.scalars(query.order_by(StreamCursor.id)))

    def read(self) -> None:
        """Read the orders of every location up to the present."""
        with ThreadPoolExecutor(_READERS) as readers:
            pulls = list(readers.map(sync.run, [cursor.id for cursor in self.cursors()]))
        assert [pull.fault for pull in pulls if pull is not None] == [None] * len(pulls)

    def tally(self) -> None:
        """Count every day that changed."""
        _, is_all = tally.take_turn(self.connection_id, 60)
        assert is_all

    def unhandled(self) -> dict[str, int]:
        """What isn't in the books: deliveries by state, and parked records."""
        events = (
            select(InboxEvent.state, func.count())
            .where(InboxEvent.connection_id == self.connection_id, InboxEvent.state != "done")
            .group_by(InboxEvent.state)
        )
        parked = select(func.count()).where(ParkedRecord.connection_id == self.connection_id)
        with unit_of_work() as session:
            found = {row[0]: row[1] for row in session.execute(events)}
            records = session.scalar(parked) or 0
        return {**found, **({"records": records} if records else {})}

    def came(self) -> dict[str, int]:
        """How many deliveries of each category were let in, repeats aside."""
        category = InboxEvent.headers["toast-event-category"].astext
        query = select(category, func.count()).where(InboxEvent.connection_id == self.connection_id)
        with unit_of_work() as session:
            return {row[0]: row[1] for row in session.execute(query.group_by(category))}

    def stored(self) -> Connection:
        """Its connection as it stands."""
        with unit_of_work() as session:
            return session.get_one(Connection, self.connection_id)

    def _judged(self, delivery: Delivery) -> NewEvent:
        event = judged("toast", self.key, delivery)
        assert isinstance(event, NewEvent)
        return event

    def _held(self) -> list[int]:
        with unit_of_work() as session:
            return inbox.held(session, self.connection_id, 200)


class World:
    """The stand-in and all who are connected to it, at one instant."""

    def __init__(
        self, till: Served, advance: Callable[[timedelta], None], mail: dict[str, list[Delivery]]
    ) -> None:
        self.till = till
        self.platform: Platform = till.platform
        self._advance = advance
        self._mail = mail

    def go_to(self, at_ms: int) -> None:
        """Let time pass until an instant; it never goes back."""
        ahead = at_ms - ms(clock.now())
        if ahead > 0:
            self._advance(timedelta(milliseconds=ahead))

    def tell(self, orders: Sequence[Held]) -> None:
        """Have the stand-in tell of orders, and send what it has to send."""
        for held in orders:
            self.platform.webhooks.announce(held)
        self.platform.webhooks.agenda.run_due()

    def connect(self, name: str, *, listens: bool) -> Merchant:
        """A merchant of its own, who `listens` to every category, each with a secret of its own."""
        secrets = {each: f"secret of {name} for {each}" for each in EVERYTHING}
        facts = self.till.facts()
        config = {
            "api_url": self.till.url,
            "client_id": facts["client_id"],
            "client_secret": facts["client_secret"],
            "webhook_secret": secrets,
            # Two for each of the three merchants, who are one client here and share no token.
            "logins_an_hour": 6,
        }
        with unit_of_work() as session:
            organization = Organization(name=name)
            session.add(organization)
            session.flush()
            organization_id = organization.id
        connection_id, health = connect.connect(organization_id, "toast", name, config)
        assert health is not None
        with unit_of_work() as session:
            key = session.get_one(Connection, connection_id).key
        merchant = Merchant(organization_id, connection_id, key)
        if listens:
            self._mail[merchant.address] = merchant.mail
            for category, secret in secrets.items():
                self.platform.webhooks.subscribe(Subscription(merchant.address, secret, category))
        return merchant


@contextmanager
def opened(at: datetime, monkeypatch: pytest.MonkeyPatch, restaurants: int = 50) -> Iterator[World]:
    """A world in which it is `at`, on the stand-in's clock and on ours.

    Its limits are lifted, and so is our budget: time stands still while all is read.
    """
    lifted = {name: replace(one, capacity=1_000_000) for name, one in limits.BUCKETS.items()}
    monkeypatch.setattr(limits, "BUCKETS", lifted)
    mail: dict[str, list[Delivery]] = {}

    def send(url: str, body: bytes, headers: dict[str, str]) -> int:
        mail[url].append(Delivery({k.lower(): v for k, v in headers.items()}, body))
        return 202

    def now_s() -> float:
        return clock.now().timestamp()

    with (
        clock.frozen(at.astimezone(UTC)) as advance,
        ring.inline(lambda *_: None),
        open_till(
            merchant=franchise(restaurants),
            clock=Clock(now_s),
            agenda=Agenda(threads=0, monotonic=now_s),
            send=send,
        ) as till,
    ):
        yield World(till, advance, mail)
