"""Lists records that a pull set aside, and finds one with its body."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, inspect, select
from sqlalchemy.orm import Session

from models.connection import Connection
from models.paging import FIRST, Listed, Span
from models.parked_record import ParkedRecord
from models.per_connection import location_of, newest
from models.row_version import version_of

# Differs after each try, even when the reason is the same.
_VERSION = version_of(ParkedRecord)
# A body is shown one record at a time.
_COLUMNS = (
    *(c for c in inspect(ParkedRecord).columns if c.key != "body"),
    location_of(ParkedRecord),
)


def parked_records(
    session: Session,
    organization_id: int,
    *,
    connection: str | None = None,
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's records that can't be used, newest first. Raises: CursorError."""
    return newest(session, organization_id, _COLUMNS, (), span, connection=connection)


def parked_record(session: Session, organization_id: int, record_id: int) -> RowMapping | None:
    """One of them, body included."""
    query = (
        select(
            *_COLUMNS,
            ParkedRecord.body,
            _VERSION,
            Connection.name.label("connection"),
            Connection.platform,
            Connection.secrets.label("connection_secrets"),
        )
        .join(Connection, Connection.id == ParkedRecord.connection_id)
        .where(ParkedRecord.organization_id == organization_id, ParkedRecord.id == record_id)
    )
    return session.execute(query).mappings().first()


def by_ids(session: Session, organization_id: int, ids: Sequence[int]) -> dict[int, RowMapping]:
    """Those of `ids` that are a merchant's, by id; `version` differs once one was tried again."""
    query = (
        select(*_COLUMNS, _VERSION, Connection.platform)
        .join(Connection, Connection.id == ParkedRecord.connection_id)
        .where(ParkedRecord.organization_id == organization_id, ParkedRecord.id.in_(ids))
        .order_by(ParkedRecord.id)
    )
    return {row["id"]: row for row in session.execute(query).mappings()}


def ids_of(session: Session, connection_id: int) -> list[int]:
    """A connection's records that can't be used, oldest first."""
    query = select(ParkedRecord.id).where(ParkedRecord.connection_id == connection_id)
    return list(session.scalars(query.order_by(ParkedRecord.id)))
