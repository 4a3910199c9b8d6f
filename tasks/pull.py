"""Stores the pages of a pull: rows, cursor and counts move together or not at all."""

import random
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import update
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault, PermanentError, TransientError
from config.logging import logger
from connectors.base.contract import Connector, Http, Page, Request, Response
from connectors.base.errors import LimitedError
from models import Connection, Slice, StreamCursor, SyncRun, lease
from models.particulars import READING, Told, close_listing, still_listed
from models.session import DatabaseAwayError, unit_of_work
from rules.waits import backoff, spread
from tasks import apply, reach, ring, understanding
from tasks.lost_readers import LostWorkersError

log = logger(__name__)

# Often enough that a lease never ends between two calls of a reader that is alive.
_TELL_EVERY = lease.LEASE / 3
# A signal costs as much as storing ten orders. One that is put off until a reader stops is in time:
# that is seconds, and what it names was sold long before.
_DUE_A_SIGNAL = 500
# A platform's slices of calls mostly end sooner; whoever has to wait longer is told.
_A_TURN_S = 60.0
# What needs a person is still tried now and then: some causes are mended on the other side.
ATTENTION_EVERY = timedelta(minutes=30)
# What isn't granted, and is no sale, is asked for again after so long: somebody may grant it.
LEFT_OUT_FOR = timedelta(hours=1)


def wait_after(
    fault: Fault, failures: int, chance: Callable[[], float] = random.random
) -> timedelta:
    """How long to leave a reading alone after its `failures + 1`th failure in a row.

    Those whom a platform sent away together don't come back together.
    """
    if isinstance(fault, LostWorkersError):
        return spread(backoff(failures), chance())
    if not isinstance(fault, TransientError):
        return ATTENTION_EVERY
    if fault.retry_after_s is not None:
        return spread(timedelta(seconds=fault.retry_after_s), chance())
    return spread(backoff(failures), chance())


def is_turn(fault: Fault) -> bool:
    """Whether nothing is wrong: the calls of the moment are used up, and soon there are others."""
    wait_s = fault.retry_after_s if isinstance(fault, LimitedError) else None
    return wait_s is not None and wait_s <= _A_TURN_S


@dataclass
class Counts:
    """Rows of a pull so far."""

    read: int = 0
    written: int = 0
    skipped: int = 0
    parked: int = 0

    def columns(self, table: Any) -> dict[str, Any]:
        """These counts added to a row's columns."""
        return {
            "rows_read": table.rows_read + self.read,
            "rows_written": table.rows_written + self.written,
            "rows_skipped": table.rows_skipped + self.skipped,
            "rows_parked": table.rows_parked + self.parked,
        }


@dataclass(frozen=True)
class Stored:
    """What a page came to, and the business dates of orders that owe an invoice.

    `newest` is the last change of an order that it holds, where any was new to the books.
    """

    counts: Counts
    due: Collection[date]
    newest: datetime | None = None


Held = TypeVar("Held", StreamCursor, Slice)


class Alive:
    """A way out that holds the reader's lease between calls.

    Before a window's first page its last one has to be found; that alone can outlast a lease.
    """

    def __init__(self, http: Http, held: StreamCursor | Slice) -> None:
        self._http = http
        self._held = held
        self._told_at = clock.now()

    def send(self, request: Request) -> Response:
        """The response. Raises: LeaseLostError when another reader has taken over."""
        response = self._http.send(request)
        now = clock.now()
        if now - self._told_at >= _TELL_EVERY:
            with unit_of_work() as session:
                lease.keep(session, self._held, now)
            self._told_at = now
        return response


@dataclass
class Pull(Generic[Held]):
    """One reader at work: what it reads for, and under which lease it stores.

    `more` when it stopped to make room before the end; `fault` when it failed. `lost` when it is
    not to be read now: it costs workers.
    """

    connection: Connection
    run_id: int
    correlation_id: str
    held: Held
    counts: Counts = field(default_factory=Counts)
    more: bool = False
    fault: Fault | None = None
    lost: LostWorkersError | None = None
    newest: datetime | None = None
    _due: list[date] = field(default_factory=list)

    def heed(self) -> None:
        """Read nothing that costs workers. Raises: LostWorkersError."""
        if self.lost is not None:
            raise self.lost

    @cached_property
    def connector(self) -> Connector:
        """What reads its records. Raises: PermanentError when no key at hand opens its settings."""
        return reach.connector(self.connection)

    def understand(self, page: Page) -> understanding.Understood:
        """Read a page's records. Raises: PermanentError."""
        return understanding.understand(
            self.connector, [(record, self.correlation_id) for record in page.records]
        )

    def store(self, page: Page, understood: understanding.Understood, **changes: Any) -> Stored:
        """Apply a page and move the cursor in one transaction; `told` says what is to follow.

        Should the server fail before the disk has it, the cursor goes back with the rows.
        Raises: LeaseLostError when another reader has taken over; nothing is stored then.
        """
        with unit_of_work(awaited=False) as session:
            told = Told(READING, page.listed_at)
            applied = apply.store(session, self.connection, understood, told=told)
            apply.park(session, self.connection, applied.parked)
            counts = Counts(len(page.records), applied.stored, applied.ignored, len(applied.parked))
            if page.listed_at is not None:
                where = (self.held.stream, self.held.location_external_id)
                refused = [record.id for record, _ in applied.parked]
                still_listed(session, self.connection, *where, refused, page.listed_at)
                if page.done:
                    close_listing(session, self.connection, *where, page.listed_at)
            extra = counts.columns(Slice) if isinstance(self.held, Slice) else {}
            lease.keep(session, self.held, clock.now(), resume=dict(page.next), **extra, **changes)
            session.execute(
                update(SyncRun)
                .where(SyncRun.id == self.run_id)
                .values(counts.columns(SyncRun))
                .execution_options(synchronize_session=False)
            )
        return Stored(counts, applied.due.values(), _newest(understood, applied))

    def told(self, stored: Stored) -> None:
        """After the commit: count the page; invoices are signalled once enough are owed."""
        self._count(stored.counts)
        if stored.newest is not None:
            self.newest = max(stored.newest, self.newest or stored.newest)
        self._due += stored.due
        if len(self._due) >= _DUE_A_SIGNAL:
            self.signal()

    def signal(self) -> None:
        """Signal the invoices that are owed so far."""
        due, self._due = self._due, []
        ring.invoices(self.connection.id, self.connection.platform, due)

    def _count(self, page: Counts) -> None:
        self.counts.read += page.read
        self.counts.written += page.written
        self.counts.skipped += page.skipped
        self.counts.parked += page.parked


def _newest(understood: understanding.Understood, applied: apply.Applied) -> datetime | None:
    versions = [arrival.order.version for _, arrival in understood.arrivals]
    return max(versions, default=None) if applied.stored else None


def taken(
    begin: Callable[[Session], Pull[Held] | None], let_go: Callable[[Pull[Held]], None]
) -> Pull[Held] | None:
    """What `begin` takes the lease of, in one transaction; None when it isn't to be had.

    Stopped by hand as that commits, nobody reads: it is `let_go` as it is once it is being read.
    Raises: DatabaseAwayError.
    """
    pull = None
    try:
        with unit_of_work() as session:
            pull = begin(session)
    except KeyboardInterrupt:
        if pull is not None:
            _quietly(let_go, pull)
        raise
    return pull


@contextmanager
def noting(
    pull: Pull[Held],
    give_up: Callable[[Pull[Held], Fault], None],
    let_go: Callable[[Pull[Held]], None],
) -> Iterator[None]:
    """Read inside: what goes wrong is set as the pull's `fault` and noted by `give_up`.

    When another reader has taken over, it alone has something to note. Whoever stops this one by
    hand has it `let_go`; a reader whose time is up stops where it stands, and its lease ends.
    """
    try:
        yield
    except lease.LeaseLostError as fault:
        pull.fault = fault
    except DatabaseAwayError as fault:
        pull.fault = fault
        # Where it takes no note the lease ends by itself.
        with suppress(DatabaseAwayError):
            give_up(pull, fault)
    except KeyboardInterrupt:
        _quietly(let_go, pull)
        raise
    except (TransientError, PermanentError) as fault:
        pull.fault = fault
        give_up(pull, fault)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # noqa: BLE001 - logged, and noted where people look
        pull.fault = _unexpected(error)
        give_up(pull, pull.fault)


def _quietly(let_go: Callable[[Pull[Held]], None], pull: Pull[Held]) -> None:
    # Where the database doesn't take it the lease ends by itself.
    with suppress(DatabaseAwayError):
        let_go(pull)


def _unexpected(error: Exception) -> PermanentError:
    """A mistake of ours, told where people look; the log has its traceback."""
    log.error("reading failed", exc_info=error)
    return PermanentError(
        "reading.failed",
        f"Reading stopped on a mistake of ours ({type(error).__name__}).",
        next_step="Report it with the log of that minute; reading is tried again by itself.",
    )
