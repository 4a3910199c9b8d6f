"""Queries on connections: by address, by name; what they hold sealed; how they are doing."""

import json
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, update
from sqlalchemy.orm import Session

from config import keys, redaction
from config.errors import Fault, PermanentError, TransientError
from config.settings import settings
from models.connection import CONNECTED, DELAYED, NEEDS_ATTENTION, Connection
from models.cursor import IS_GONE, StreamCursor, at_rest
from models.session import DatabaseAwayError
from models.storable import storable

LOCATION_TAKEN = "location.taken"
LOCATION_UNREAD = "location.unread"
LOCATION_UNLISTED = "location.unlisted"
# How each platform's code ends for what its credentials may not read.
_NOT_GRANTED = ".not_granted"
# Only a listing knows when these are over: the streams of other locations do well meanwhile.
_OF_LISTING = (LOCATION_TAKEN, LOCATION_UNREAD, LOCATION_UNLISTED)


class UnknownConnectionError(PermanentError):
    """No connection of that name in this organization."""


def by_key(session: Session, platform: str, key: str) -> Connection | None:
    """The connection a webhook address belongs to."""
    return session.scalars(
        select(Connection).where(Connection.platform == platform, Connection.key == key)
    ).first()


def by_name(session: Session, organization_id: int, name: str) -> Connection:
    """A merchant's connection. Raises: UnknownConnectionError."""
    found = session.scalars(
        select(Connection).where(
            Connection.organization_id == organization_id, Connection.name == name
        )
    ).first()
    if found is None:
        raise UnknownConnectionError(
            "connection.unknown",
            f"There is no connection named '{name}'.",
            next_step="'taxpoynt connections' lists those there are.",
        )
    return found


def of_organization(session: Session, organization_id: int) -> list[Connection]:
    """Every connection of a merchant, by name."""
    return list(
        session.scalars(
            select(Connection)
            .where(Connection.organization_id == organization_id)
            .order_by(Connection.name)
        )
    )


def store(
    session: Session,
    organization_id: int,
    platform: str,
    name: str,
    plain: Mapping[str, Any],
    secret: Mapping[str, Any],
) -> Connection:
    """Make a connection, or give the one of that name new settings; its address stays."""
    found = session.scalars(
        select(Connection)
        .where(Connection.organization_id == organization_id, Connection.name == name)
        # Not so hard that deliveries and orders, whose rows point at it, have to wait.
        .with_for_update(key_share=True)
    ).first()
    if found is None:
        found = Connection(
            organization_id=organization_id,
            platform=platform,
            name=name,
            key=secrets.token_urlsafe(24),
        )
        session.add(found)
    elif found.platform != platform:
        raise PermanentError(
            "connection.taken",
            f"'{name}' is already a connection to {found.platform}.",
            next_step="Choose another name.",
        )
    found.settings = dict(plain)
    found.secrets = seal(secret)
    found.tokens = None
    session.flush()
    return found


def full_settings(connection: Connection) -> dict[str, Any]:
    """A connection's settings with its secrets opened."""
    return {**connection.settings, **unseal(connection.secrets)}


def seal(value: Mapping[str, Any]) -> bytes:
    """Encrypt a map for storage."""
    return keys.encrypt(json.dumps(dict(value)).encode(), settings().secret_keys)


def unseal(sealed: bytes, secret: Collection[str] | None = None) -> dict[str, Any]:
    """Open a sealed map; from now on no log of this process shows its values.

    `secret` names the members that are to be hidden where the others may be seen.
    """
    opened: dict[str, Any] = json.loads(keys.decrypt(sealed, settings().secret_keys))
    hidden = opened if secret is None else {k: v for k, v in opened.items() if k in secret}
    redaction.remember(*_texts(hidden))
    return opened


def succeeded(session: Session, connection_id: int, now: datetime) -> None:
    """Note that the platform answered.

    All is well unless one of its streams still fails, or not all locations could be listed.
    """
    failing = (
        select(StreamCursor.id)
        .where(StreamCursor.connection_id == connection_id, StreamCursor.failures > 0, ~IS_GONE)
        .exists()
    )
    well = {"status": CONNECTED, "status_code": None, "status_reason": None, "next_step": None}
    kept = {
        name: case((or_(failing, _IS_OF_LISTING), getattr(Connection, name)), else_=value)
        for name, value in well.items()
    }
    session.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(**kept, status_at=now, last_success_at=now)
        .execution_options(synchronize_session=False)
    )


def try_again(session: Session, connection_id: int, now: datetime) -> None:
    """Its credentials work now: streams that failed needn't wait for their next turn.

    Nor do those that are no sales: they may have been left out for want of a grant.
    """
    failed = at_rest(
        StreamCursor.connection_id == connection_id,
        or_(StreamCursor.failures > 0, ~StreamCursor.sales),
    )
    session.execute(
        update(StreamCursor)
        .where(StreamCursor.id.in_(failed))
        .values(failures=0, next_due_at=now)
        .execution_options(synchronize_session=False)
    )


def well_listed(session: Session, connection_id: int, now: datetime) -> None:
    """Note that all locations could be listed: what an earlier listing noted is over.

    Streams that failed meanwhile are tried at once: theirs may be the locations that are back.
    """
    noted = select(Connection.id).where(Connection.id == connection_id, _IS_OF_LISTING)
    if session.scalar(noted) is None:
        return
    session.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(status_code=None)
        .execution_options(synchronize_session=False)
    )
    try_again(session, connection_id, now)
    succeeded(session, connection_id, now)


def failed(session: Session, connection_id: int, fault: Fault, now: datetime) -> None:
    """Note what is wrong: delayed when it may pass by itself, else it needs attention.

    What may pass hides nothing that needs a person. What a listing noted stays unless this needs
    attention and isn't told by that already. That our database is away or busy is no fault of the
    platform's.
    """
    if isinstance(fault, DatabaseAwayError):
        return
    session.execute(
        update(Connection)
        .where(Connection.id == connection_id, ~_is_told_already(fault))
        .values(
            status=DELAYED if isinstance(fault, TransientError) else NEEDS_ATTENTION,
            status_code=fault.code,
            status_reason=storable(fault.sentence),
            next_step=storable(fault.next_step),
            status_at=now,
        )
    )


_IS_OF_LISTING = func.coalesce(Connection.status_code.in_(_OF_LISTING), false())


def _is_told_already(fault: Fault) -> ColumnElement[bool]:
    if fault.code in _OF_LISTING:
        return false()
    if isinstance(fault, TransientError):
        return or_(_IS_OF_LISTING, Connection.status == NEEDS_ATTENTION)
    if fault.code.endswith(_NOT_GRANTED):
        # Of a location that its listing couldn't read either.
        return and_(Connection.status_code == LOCATION_UNREAD, _IS_OF_LISTING)
    # The note names the location besides.
    same = Connection.status_reason.contains(storable(fault.sentence), autoescape=True)
    return and_(_IS_OF_LISTING, same)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        value = value.values()
    return [text for item in value for text in _texts(item)] if _iterable(value) else []


def _iterable(value: Any) -> bool:
    return hasattr(value, "__iter__")
