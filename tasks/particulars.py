"""Stores what platforms say besides sales: menus, stock, configuration, cash."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.errors import SkippedRecord
from config.logging import logger
from connectors.base.contract import Record
from models import Connection, Location
from models.locations import hold, hold_free
from models.particulars import WRITERS, Told
from models.session import waited_in_vain
from rules.facts import Noun

log = logger(__name__)

Read = tuple[Record, Noun]


@dataclass
class ParticularsWritten:
    """What a batch came to: records that changed something, that didn't, that were refused.

    `held` are those of places that somebody else writes: nothing was done about them.
    """

    stored: int = 0
    ignored: int = 0
    parked: list[tuple[Record, SkippedRecord]] = field(default_factory=list)
    held: list[Record] = field(default_factory=list)


def write(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    read: Sequence[Read],
    told: Told,
    *,
    past_held: bool = False,
) -> ParticularsWritten:
    """Write records of any kinds; one that the database refuses is left out alone.

    So are, when it is to go on `past_held` places, those of a place that somebody else writes.
    """
    done = ParticularsWritten()
    if not read:
        return done
    free = _free(session, {locations[noun.location_id].id for _, noun in read}, past_held)
    kinds: dict[type[Any], list[Read]] = {}
    for record, noun in read:
        if locations[noun.location_id].id in free:
            kinds.setdefault(type(noun), []).append((record, noun))
        else:
            done.held.append(record)
    for kind, batch in kinds.items():
        _write(session, connection, locations, kind, batch, told, done)
    return done


def _free(session: Session, places: set[int], past_held: bool) -> set[int]:
    """Hold places until the transaction ends, those that can be had; nearly always all of them."""
    try:
        with session.begin_nested():
            hold(session, places)
    except DBAPIError as error:
        if not (past_held and waited_in_vain(error)):
            raise
        return hold_free(session, places)
    return places


def _write(
    session: Session,
    connection: Connection,
    locations: Mapping[str, Location],
    kind: type[Any],
    batch: Sequence[Read],
    told: Told,
    done: ParticularsWritten,
) -> None:
    try:
        with session.begin_nested():
            stored = WRITERS[kind](session, connection, locations, [x for _, x in batch], told)
    except DBAPIError as error:
        if error.connection_invalidated or not _is_about_the_record(error):
            raise
        if len(batch) == 1:
            done.parked.append((batch[0][0], _refused(error)))
            return
        middle = len(batch) // 2
        for half in (batch[:middle], batch[middle:]):
            _write(session, connection, locations, kind, half, told, done)
        return
    done.stored += stored
    done.ignored += len(batch) - stored


def _is_about_the_record(error: DBAPIError) -> bool:
    """Classes of SQLSTATE that blame what is stored: data, constraints, limits of the program."""
    state = getattr(error.orig, "pgcode", None) or ""
    return state[:2] in {"21", "22", "23", "54"}


def _refused(error: DBAPIError) -> SkippedRecord:
    log.error("a record could not be stored", exc_info=error)
    return SkippedRecord(
        "record.refused",
        f"The record could not be stored ({type(error.orig).__name__}).",
        next_step="Report it with the record; it is kept as it came.",
    )
