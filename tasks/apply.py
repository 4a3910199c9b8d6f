"""Applies records to the books, whatever brought them; what can't be understood is parked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.errors import Fault, SkippedRecord
from config.logging import logger
from connectors.base.contract import Connector, Record
from models import Connection, Location, parked_write
from models.order_row import Arrival
from models.order_write import MetAnotherError, Written, write_orders

log = logger(__name__)

# Classes of SQLSTATE that blame what is stored: one row twice, data, constraints, limits of the
# program. All others (a deadlock, a lock, a full disk, a server going down) pass by themselves.
_OF_THE_RECORD = frozenset({"21", "22", "23", "54"})


@dataclass
class Applied:
    """What a batch of records came to. `parked` pairs each refused record with its reason."""

    stored: int = 0
    ignored: int = 0
    due: list[int] = field(default_factory=list)
    parked: list[tuple[Record, SkippedRecord]] = field(default_factory=list)

    def add(self, written: Written) -> None:
        """Count a written batch."""
        self.stored += written.stored
        self.ignored += written.ignored
        self.due += written.due


@dataclass
class Understood:
    """Records as they were read, before the books are opened: orders, and what is no order."""

    arrivals: list[tuple[Record, Arrival]] = field(default_factory=list)
    parked: list[tuple[Record, SkippedRecord]] = field(default_factory=list)


class UnknownLocationError(SkippedRecord):
    """The record belongs to a location that this connection doesn't know."""


@contextmanager
def alone() -> Iterator[None]:
    """Understand one record inside: a mistake of ours there parks it and no other.

    Raises: SkippedRecord.
    """
    try:
        yield
    except (Fault, SoftTimeLimitExceeded, MemoryError):
        # Of the worker, not of the record: `tasks.isolate` finds out which record it was.
        raise
    except Exception as error:
        log.exception("a record could not be read")
        raise SkippedRecord(
            "record.unreadable",
            f"Reading the record failed ({type(error).__name__}).",
            next_step="Report it: the record is kept as it came and can be replayed once mended.",
        ) from error


def locations_of(session: Session, connection: Connection) -> dict[str, Location]:
    """A connection's locations by the platform's id."""
    rows = session.scalars(select(Location).where(Location.connection_id == connection.id))
    return {row.external_id: row for row in rows}


def understand(connector: Connector, records: Sequence[tuple[Record, str]]) -> Understood:
    """Read records, each with its correlation id; one that can't be read is left out alone."""
    found = Understood()
    for record, correlation_id in records:
        try:
            with alone():
                order = connector.read_order(record)
        except SkippedRecord as reason:
            found.parked.append((record, reason))
        else:
            found.arrivals.append((record, Arrival(order, record.raw, correlation_id)))
    return found


def apply(
    session: Session,
    connection: Connection,
    connector: Connector,
    records: Sequence[tuple[Record, str]],
) -> Applied:
    """Write records, each with its correlation id, to the books.

    A record that can't be understood, or that the database refuses, is left out alone.
    """
    return store(session, connection, understand(connector, records))


def store(session: Session, connection: Connection, understood: Understood) -> Applied:
    """Write to the books what was understood; what the database refuses is left out alone."""
    applied = Applied(parked=[*understood.parked])
    locations = locations_of(session, connection)
    arrivals: list[tuple[Record, Arrival]] = []
    for record, arrival in understood.arrivals:
        if arrival.order.location_id in locations:
            arrivals.append((record, arrival))
        else:
            applied.parked.append((record, _unknown_location(arrival)))
    try:
        applied.add(_together(session, connection, locations, [a for _, a in arrivals]))
    except Exception as error:
        if not _is_about_the_record(error):
            raise
        log.warning("a batch was refused", error=type(error).__name__, records=len(arrivals))
        _without_refused(session, connection, locations, arrivals, applied)
    _forget(session, connection, [record for record, _ in arrivals], applied)
    return applied


def _forget(
    session: Session, connection: Connection, records: Sequence[Record], applied: Applied
) -> None:
    """Records that are in the books are parked no longer.

    A pull brings a record as it is now, while a delivery may be an older copy that comes late: it
    is no reason to forget a newer one.
    """
    refused = {id(record) for record, _ in applied.parked}
    understood = [each for each in records if not each.partial and id(each) not in refused]
    parked_write.forget(
        session,
        connection,
        [(each.stream, each.id) for each in understood],
        [(each.stream, each.id) for each, _ in applied.parked if not each.partial],
    )


def park(
    session: Session, connection: Connection, parked: Sequence[tuple[Record, SkippedRecord]]
) -> None:
    """Keep refused records of a pull with their reasons."""
    # In one order, so that no two readers wait for each other's rows.
    for record, reason in sorted(
        parked, key=lambda each: parked_write.name_of(each[0].stream, each[0].id)
    ):
        parked_write.park(
            session,
            connection,
            reason,
            stream=record.stream,
            location=record.location,
            external_id=record.id,
            body=record.raw,
        )


def _unknown_location(arrival: Arrival) -> UnknownLocationError:
    place = arrival.order.location_id
    return UnknownLocationError(
        "location.unknown",
        f"The order belongs to location {place}, which this connection can't read.",
        next_step="Grant the location to the connection on the platform, then replay.",
    )


def _together(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Sequence[Arrival],
) -> Written:
    """Write all of them or, when that raises, none."""
    try:
        with session.begin_nested():
            return write_orders(session, connection, locations, arrivals)
    except MetAnotherError:
        with session.begin_nested():
            return write_orders(session, connection, locations, arrivals, straight=False)


def _without_refused(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Sequence[tuple[Record, Arrival]],
    applied: Applied,
) -> None:
    """The batch failed as a whole: find the records that spoil it, and write all others as one.

    Each trial is taken back with the locks it took: batches lock customers, then orders, each in
    one order, and whoever kept the rows of single records would wait across others' batches.
    """
    write = partial(_try, session, connection, locations)
    found = list(_spoilers(write, arrivals))
    applied.parked += found
    spoiled = {id(record) for record, _ in found}
    rest = [each for each in arrivals if id(each[0]) not in spoiled]
    if isinstance(written := write(rest, keep=True), Written):
        applied.add(written)
        return
    # Fit alone and not together is a mistake of ours, which must hold up nobody.
    for each in rest:
        if isinstance(written := write([each], keep=True), Written):
            applied.add(written)
        else:
            applied.parked.append((each[0], _refused(written)))


def _try(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Sequence[tuple[Record, Arrival]],
    *,
    keep: bool = False,
) -> Written | Exception:
    """What writing these came to, or why they are refused; taken back unless it is to `keep`."""
    try:
        with session.begin_nested() as trial:
            written = write_orders(
                session,
                connection,
                locations,
                [each for _, each in arrivals],
                straight=False,
            )
            if not keep:
                trial.rollback()
    except Exception as error:
        if not _is_about_the_record(error):
            raise
        return error
    return written


def _spoilers(
    write: Callable[..., Written | Exception], arrivals: Sequence[tuple[Record, Arrival]]
) -> Iterator[tuple[Record, SkippedRecord]]:
    """Those of a refused batch that are refused alone too: one half is tried, then the other."""
    middle = len(arrivals) // 2
    for some in (arrivals[:middle], arrivals[middle:]):
        error = write(some) if some else None
        if isinstance(error, Exception):
            if len(some) == 1:
                yield some[0][0], _refused(error)
            else:
                yield from _spoilers(write, some)


def _refused(error: Exception) -> SkippedRecord:
    log.error("an order could not be stored", exc_info=error)
    cause = error.orig if isinstance(error, DBAPIError) else error
    return SkippedRecord(
        "record.refused",
        f"The order could not be stored ({type(cause).__name__}).",
        next_step="Report it with the record; it is kept as it came.",
    )


def _is_about_the_record(error: Exception) -> bool:
    """Whether the same record would fail again, rather than the moment was bad."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or ""
        return not error.connection_invalidated and state[:2] in _OF_THE_RECORD
    return isinstance(error, ValueError | ArithmeticError | LookupError | TypeError)
