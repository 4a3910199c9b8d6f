"""Writes what a pull sets aside: records that can't be understood, each with its reason."""

from collections.abc import Iterable

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.errors import SkippedRecord
from models.connection import Connection
from models.parked_record import ParkedRecord
from models.storable import storable
from models.told import told

# An index row holds 2,700 bytes; a character may take four.
_LONGEST_NAME = 500

# As text, with two lists: putting together a comparison of hundreds of pairs takes milliseconds.
_FORGET = """
DELETE FROM parked_records USING unnest(%(streams)s::text[], %(ids)s::text[]) AS done(stream, id)
WHERE connection_id = %(connection_id)s AND parked_records.stream = done.stream
  AND external_id = done.id
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
            external_id=_name(external_id),
            **facts,
        )
        .on_conflict_do_update(
            index_elements=["connection_id", "stream", "external_id"], set_=facts
        )
    )


def forget(session: Session, connection: Connection, understood: Iterable[tuple[str, str]]) -> None:
    """Drop what is kept of records that are in the books now, each a stream and the vendor's id."""
    names = {(stream, _name(external_id)) for stream, external_id in understood}
    if names:
        streams, ids = zip(*names, strict=True)
        session.connection().exec_driver_sql(
            _FORGET, {"connection_id": connection.id, "streams": list(streams), "ids": list(ids)}
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


def _why(reason: SkippedRecord) -> dict[str, str]:
    return told(reason, otherwise="Correct it on the platform; it is read again.")


def _name(external_id: str) -> str:
    """An identity that an index can hold."""
    return storable(external_id)[:_LONGEST_NAME]
