"""Writes what a pull sets aside: records that can't be understood, each with its reason."""

from collections.abc import Iterable

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.errors import Fault, SkippedRecord
from models.connection import Connection
from models.parked_record import ParkedRecord
from models.storable import storable
from models.told import told

# An index row holds 2,700 bytes; a character may take four.
_LONGEST_NAME = 500

# As text, with lists: putting together a comparison of hundreds of pairs takes milliseconds. Locked
# by the bytes of their names, as Python sorts: whatever the database's own order is.
_FORGET = """
WITH held AS MATERIALIZED (
    SELECT parked_records.id, named.understood
    FROM unnest(%(streams)s::text[], %(ids)s::text[], %(understood)s::boolean[])
        AS named(stream, external_id, understood)
    JOIN parked_records USING (stream, external_id)
    WHERE connection_id = %(connection_id)s
    ORDER BY stream COLLATE "C", external_id COLLATE "C"
    FOR UPDATE OF parked_records
)
DELETE FROM parked_records USING held WHERE parked_records.id = held.id AND held.understood
"""


def park(
    session: Session,
    connection: Connection,
    reason: SkippedRecord,
    *,
    stream: str,
    location: str,
    external_id: str,
    body: bytes,
) -> None:
    """Keep a record as it came, or its newer copy, with its reason: one row a record."""
    facts = {"body": body, **_why(reason)}
    session.execute(
        insert(ParkedRecord)
        .values(
            organization_id=connection.organization_id,
            connection_id=connection.id,
            stream=stream,
            location_external_id=location,
            external_id=name_of(stream, external_id)[1],
            **facts,
        )
        .on_conflict_do_update(
            index_elements=["connection_id", "stream", "external_id"], set_=facts
        )
    )


def forget(
    session: Session,
    connection: Connection,
    understood: Iterable[tuple[str, str]],
    refused: Iterable[tuple[str, str]] = (),
) -> None:
    """Drop what is kept of records that are in the books now, each a stream and the vendor's id.

    Rows of `refused` are only locked, together with those in one order: the caller is about to
    refresh them, and another reader may understand what this one refuses.
    """
    named = {name_of(*each): False for each in refused}
    named |= {name_of(*each): True for each in understood}
    if not any(named.values()):
        return
    streams, ids = zip(*named, strict=True)
    session.connection().exec_driver_sql(
        _FORGET,
        {
            "connection_id": connection.id,
            "streams": list(streams),
            "ids": list(ids),
            "understood": list(named.values()),
        },
    )


def settle(
    session: Session, record_id: int, body: bytes, reason: SkippedRecord | None
) -> dict[str, str]:
    """Drop a row that was tried again, or refresh its reason; returns what it tells then.

    A copy that a pull put there meanwhile stays.
    """
    facts = {} if reason is None else _why(reason)
    change = update(ParkedRecord).values(facts) if facts else delete(ParkedRecord)
    tried = (ParkedRecord.id == record_id, ParkedRecord.body == body)
    session.execute(change.where(*tried), execution_options={"synchronize_session": False})
    return facts


def still_to_try(session: Session, record_id: int, fault: Fault) -> None:
    """Say on a row that trying it again came to nothing; why it was set aside stays."""
    said = f"It could not be tried again: {fault.sentence} Try it again."
    change = update(ParkedRecord).where(ParkedRecord.id == record_id).values(next_step=said)
    session.execute(change, execution_options={"synchronize_session": False})


def _why(reason: SkippedRecord) -> dict[str, str]:
    return told(reason, otherwise="Correct it on the platform; it is read again.")


def name_of(stream: str, external_id: str) -> tuple[str, str]:
    """What a row is found by, in a form that an index can hold."""
    return stream, storable(external_id)[:_LONGEST_NAME]
