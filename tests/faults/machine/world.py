"""One merchant on the real core: real tables, the real functions of the tasks, and no process.

What a process would do for us is here a list that can be lost, doubled and reordered.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import select, update

from config import clock
from connectors.toast.timestamps import timestamp
from models import Connection, Organization, ParkedRecord, StreamCursor, connections, inbox
from models.inbox_event import InboxEvent
from models.session import unit_of_work
from tasks import backfill, handle, invoice, refetch, retry, ring, sites, sweep, sync
from tests.faults import points
from tests.faults.machine.till import HERE, THERE, Till, Version
from tests.slices import open_slices

_numbers = count(1)
_tills: dict[str, Till] = {}
_TASKS: dict[str, Callable[..., Any]] = {
    "handle.events": handle.events,
    "refetch.events": refetch.events,
    "invoice.orders": invoice.orders,
    "invoice.past": invoice.past,
    "sites.list": sites.list_,
    "sync.stream": sync.stream,
    "backfill.slice": backfill.slice_,
}
Message = tuple[str, dict[str, Any]]


class World:
    """A merchant, the till, the messages on their way, and what was promised to whom."""

    def __init__(self, advance: Callable[[timedelta], None]) -> None:
        self.advance = advance
        self._opened = clock.now() - timedelta(hours=1)
        self.till = Till()
        self.queue: list[Message] = []
        # By delivery: the version it told of, None where it held rubbish.
        self.sent: dict[str, Version | None] = {}
        # Those that only name their order: what it is then is what the till says when it is asked.
        self.thin: set[str] = set()
        self.acknowledged: set[str] = set()
        self.forgotten: set[str] = set()
        self.crashes: list[str] = []
        # Each makes the readings after it longer.
        self.months = 0
        # A broker that forgets what its worker was at when that died.
        self.acks_early = False
        self.connection = self._connected()
        _tills[self.connection.key] = self.till
        with self.working(None):
            sites.refresh(self.connection.id)
            self._start_now()

    @contextmanager
    def working(self, crash: int | None) -> Iterator[None]:
        """Signals go into the queue; the process ends at the point of number `crash`."""
        with ring.inline(self._take_signal), points.crashing(crash) as cut:
            yield
        self.crashes += cut

    def deliver(self, name: str, version: Version | None, body: bytes, crash: int | None) -> None:
        """What the door does; the sender knows of it only once it was answered."""
        self.sent[name] = version
        event = inbox.NewEvent(
            organization_id=self.connection.organization_id,
            connection_id=self.connection.id,
            delivery_id=name,
            event_type="order_updated",
            headers={"toast-event-category": "order_updated"},
            body=body,
            correlation_id=name,
        )
        with self.working(crash):
            with unit_of_work() as session:
                inbox.accept(session, event)
            self.forgotten.discard(name)
            self.acknowledged.add(name)
            ring.task("handle.events", connection_id=self.connection.id, platform="toast")

    def work(self, at: int, crash: int | None) -> None:
        """A worker takes a message; it is gone once that is done, or with an early ack at once."""
        message = self.queue[at % len(self.queue)]
        if self.acks_early:
            self.queue.remove(message)
        finished = False
        with self.working(crash):
            _TASKS[message[0]](**message[1])
            finished = True
        if finished and not self.acks_early:
            self.queue.remove(message)

    def sweep(self, crash: int | None) -> None:
        """What beat has done every few seconds."""
        self.advance(timedelta(seconds=30))
        for task in (sweep.inbox_, invoice.due, sweep.slices):
            with self.working(crash):
                task()

    def prune(self) -> None:
        """A month later: applied deliveries are forgotten."""
        with self.working(None):
            self.months += 1
            self.advance(timedelta(days=31))
            done = self._ids_of("done")
            sweep.prune()
            self.forgotten |= done

    def pull(self, place: str, crash: int | None, *, whole: bool = False) -> None:
        """A reader of the delta: one page of it, or all."""
        with unit_of_work() as session:
            cursor = session.scalar(
                select(StreamCursor.id).where(
                    StreamCursor.connection_id == self.connection.id,
                    StreamCursor.location_external_id == place,
                    StreamCursor.stream == "orders",
                )
            )
        if cursor is not None:
            with self.working(crash):
                sync.run(cursor, budget_s=None if whole else -1.0)

    def history(self, crash: int | None, *, whole: bool) -> None:
        """A reader of the days that all orders are of."""
        day = clock.now().date().replace(year=2026, month=3, day=1)
        with self.working(crash):
            run = backfill.begin(self.connection, "orders", day, day)
            backfill.cut(run)
            for slice_id in open_slices(run):
                backfill.read(slice_id, budget_s=None if whole else -1.0)

    def grant(self, crash: int | None) -> None:
        """The merchant lets us read the other place, and we ask for the places."""
        self.till.granted.add(THERE)
        with self.working(crash):
            sites.refresh(self.connection.id)
            self._start_now()

    def replay(self, states: Sequence[str], crash: int | None) -> None:
        """Deliveries are put back in line by a person."""
        ids = self._rows_of(*states)
        with self.working(crash):
            with unit_of_work() as session:
                found = inbox.replay(session, self.connection.organization_id, ids, clock.now())
            if found:
                ring.task("handle.events", connection_id=self.connection.id, platform="toast")

    def retry(self, crash: int | None) -> None:
        """A person has every record that a pull set aside tried again."""
        owner = self.connection.organization_id
        with unit_of_work() as session:
            ids = session.scalars(
                select(ParkedRecord.id).where(ParkedRecord.organization_id == owner)
            ).all()
        for record_id in ids:
            with self.working(crash):
                retry.again(owner, record_id)

    def _take_signal(self, name: str, given: dict[str, Any]) -> None:
        # Sweeps look after every merchant of the database, earlier runs' too.
        if name in _TASKS and given.get("connection_id", self.connection.id) == self.connection.id:
            self.queue.append((name, given))

    def _rows_of(self, *states: str) -> list[int]:
        with unit_of_work() as session:
            query = select(InboxEvent.id).where(
                InboxEvent.connection_id == self.connection.id, InboxEvent.state.in_(states)
            )
            return list(session.scalars(query))

    def _ids_of(self, state: str) -> set[str]:
        with unit_of_work() as session:
            query = select(InboxEvent.delivery_id).where(
                InboxEvent.connection_id == self.connection.id, InboxEvent.state == state
            )
            return set(session.scalars(query))

    def _connected(self) -> Connection:
        number = next(_numbers)
        with unit_of_work() as session:
            organization = Organization(name=f"Merchant {number}")
            session.add(organization)
            session.flush()
            return connections.store(
                session,
                organization.id,
                "toast",
                f"till {number}",
                {"api_url": "http://till.test", "restaurants": [HERE, THERE]},
                {"client_id": "us", "client_secret": "a-till-client-secret"},
            )

    def _start_now(self) -> None:
        """A new place is read from its first day on, not twelve weeks back in windows of four."""
        mark = {"v": 1, "mark": timestamp(self._opened)}
        with unit_of_work() as session:
            fresh = (
                StreamCursor.connection_id == self.connection.id,
                StreamCursor.stream == "orders",
                StreamCursor.resume.is_(None),
            )
            session.execute(update(StreamCursor).where(*fresh).values(resume=mark))


def till_of(key: str) -> Till:
    """The till that a connection reaches."""
    return _tills[key]


def envelope(name: str, version: Version, *, thin: bool = False) -> bytes:
    """A delivery of a version; a thin one only names its order."""
    order = {"guid": version.guid} if thin else version.body
    event = {
        **{"timestamp": "2026-03-01T12:00:00.000Z", "guid": name},
        **{"eventCategory": "order_updated", "eventType": "order_updated"},
        "details": {"restaurantGuid": version.place, "order": order},
    }
    return json.dumps(event).encode()
