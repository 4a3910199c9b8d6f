"""Applies records to the books, whatever brought them; what can't be understood is parked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.errors import SkippedRecord, TransientError
from config.logging import logger
from connectors.base.contract import Connector, Record
from models import Connection, Location, parked_write
from models.locations import locations_of
from models.order_row import Arrival
from models.order_write import MetAnotherError, Written, write_orders
from models.particulars import Told
from models.session import waited_in_vain
from tasks.particulars import ParticularsWritten
from tasks.particulars import write as write_particulars
from tasks.understanding import Understood, understand

log = logger(__name__)

# Classes of SQLSTATE that blame what is stored: one row twice, data, constraints, limits of the
# program. All others (a deadlock, a lock, a full disk, a server going down) pass by themselves.
_OF_THE_RECORD = frozenset({"21", "22", "23", "54"})
# Whose row it is that is held is found out by trials that wait no longer than this each.
_TRIAL = text("SET LOCAL lock_timeout = 50")


@dataclass
class Applied:
    """What a batch of records came to. `parked` pairs each refused record with its reason.

    `due` has the business date of each order that owes an invoice, by id. `held` are those whose
    rows somebody else holds: nothing is known of them yet.
    """

    stored: int = 0
    ignored: int = 0
    due: dict[int, date] = field(default_factory=dict)
    parked: list[tuple[Record, SkippedRecord]] = field(default_factory=list)
    held: list[tuple[Record, TransientError]] = field(default_factory=list)

    def add(self, written: Written) -> None:
        """Count a written batch."""
        self.stored += written.stored
        self.ignored += written.ignored
        self.due |= written.due

    def add_particulars(self, written: ParticularsWritten) -> None:
        """Count what is no sale."""
        self.stored += written.stored
        self.ignored += written.ignored
        self.parked += written.parked
        self.held += [(record, _held("location")) for record in written.held]


class HeldError(TransientError):
    """Somebody else works on the record's rows, and has for a while."""


class UnknownLocationError(SkippedRecord):
    """The record belongs to a location that this connection doesn't know."""


def apply(
    session: Session,
    connection: Connection,
    connector: Connector,
    records: Sequence[tuple[Record, str]],
    *,
    past_held: bool = False,
) -> Applied:
    """Write records, each with its correlation id, to the books.

    A record that can't be understood, or that the database refuses, is left out alone.
    """
    return store(session, connection, understand(connector, records), past_held=past_held)


def store(
    session: Session,
    connection: Connection,
    understood: Understood,
    *,
    past_held: bool = False,
    told: Told | None = None,
) -> Applied:
    """Write what was understood; what the database refuses is left out alone.

    So is, when it is to go on `past_held` rows, what somebody else holds a row of. `told` says how
    what is no sale came to be known; without it, by a delivery.
    """
    applied = Applied(parked=[*understood.parked])
    named = {arrival.order.location_id for _, arrival in understood.arrivals}
    named |= {noun.location_id for _, noun in understood.particulars}
    locations = locations_of(session, connection, named)
    arrivals: list[tuple[Record, Arrival]] = []
    for record, arrival in understood.arrivals:
        if arrival.order.location_id in locations:
            arrivals.append((record, arrival))
        else:
            applied.parked.append((record, _unknown_location(arrival.order.location_id)))
    try:
        applied.add(_together(session, connection, locations, [a for _, a in arrivals]))
    except Exception as error:
        if not (_is_about_the_record(error) or (past_held and waited_in_vain(error))):
            raise
        log.warning("a batch was refused", error=type(error).__name__, records=len(arrivals))
        write = partial(_try, session, connection, locations, past_held=past_held)
        _without_refused(write, arrivals, applied)
    particulars = []
    for record, noun in understood.particulars:
        if noun.location_id in locations:
            particulars.append((record, noun))
        else:
            applied.parked.append((record, _unknown_location(noun.location_id)))
    written = write_particulars(
        session, connection, locations, particulars, told or Told(), past_held=past_held
    )
    applied.add_particulars(written)
    read = [record for record, _ in (*arrivals, *particulars)]
    _forget(session, connection, read, applied)
    return applied


def _forget(
    session: Session, connection: Connection, records: Sequence[Record], applied: Applied
) -> None:
    """Records that are in the books are parked no longer.

    A pull brings a record as it is now, while a delivery may be an older copy that comes late: it
    is no reason to forget a newer one.
    """
    refused = {id(record) for record, _ in (*applied.parked, *applied.held)}
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


def _unknown_location(place: str) -> UnknownLocationError:
    return UnknownLocationError(
        "location.unknown",
        f"The record belongs to location {place}, which this connection can't read.",
        next_step="Grant the location to the connection on the platform, then replay.",
    )


def _together(
    session: Session,
    connection: Connection,
    locations: dict[str, Location],
    arrivals: Sequence[Arrival],
) -> Written:
    """Write all of them or, when that raises, none."""
    straight = True
    while True:
        try:
            with session.begin_nested():
                return write_orders(session, connection, locations, arrivals, straight=straight)
        except MetAnotherError:
            straight = False


def _without_refused(
    write: Callable[..., Written | Exception],
    arrivals: Sequence[tuple[Record, Arrival]],
    applied: Applied,
) -> None:
    """The batch failed as a whole: find the records that spoil it, and write all others as one.

    Each trial is taken back with the locks it took: batches lock customers, then orders, each in
    one order, and whoever kept the rows of single records would wait across others' batches.
    """
    spoiled = set()
    for record, error in _spoilers(write, arrivals):
        spoiled.add(id(record))
        if waited_in_vain(error):
            applied.held.append((record, _held("order")))
        else:
            applied.parked.append((record, _refused(error)))
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
    past_held: bool,
    keep: bool = False,
) -> Written | Exception:
    """What writing these came to, or why they are refused; taken back unless it is to `keep`."""
    try:
        with session.begin_nested() as trial:
            if past_held and not keep:
                session.execute(_TRIAL)
            orders = [each for _, each in arrivals]
            written = write_orders(session, connection, locations, orders, straight=False)
            if not keep:
                trial.rollback()
    except MetAnotherError:
        return _try(session, connection, locations, arrivals, past_held=past_held, keep=keep)
    except Exception as error:
        held = past_held and not keep and waited_in_vain(error)
        if not (held or _is_about_the_record(error)):
            raise
        return error
    return written


def _spoilers(
    write: Callable[..., Written | Exception], arrivals: Sequence[tuple[Record, Arrival]]
) -> Iterator[tuple[Record, Exception]]:
    """Those of a failed batch that fail alone too: one half is tried, then the other."""
    middle = len(arrivals) // 2
    for some in (arrivals[:middle], arrivals[middle:]):
        error = write(some) if some else None
        if isinstance(error, Exception) and len(some) == 1:
            yield some[0][0], error
        elif isinstance(error, Exception):
            yield from _spoilers(write, some)


def _held(what: str) -> HeldError:
    return HeldError(
        f"{what}.held",
        f"Somebody else is changing the {what} just now.",
        next_step="Nothing to do: it is applied as soon as they are done.",
    )


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
