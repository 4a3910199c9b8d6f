"""Whose country's phones a connection's customers have: that of its locations, where it is one."""

from collections import defaultdict

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.connection import Connection
from models.contact_keys import calling_code
from models.customer import Customer
from models.location import Location

# In a few milliseconds.
_AT_ONCE = 2000


def learn(session: Session, organization_id: int) -> bool:
    """Take up what locations say by now; customers of another country are to be matched again.

    To be called by who matches the organization alone. Returns whether more of them are to be.
    """
    countries: dict[int, set[str]] = defaultdict(set)
    query = select(Location.connection_id, Location.country).distinct()
    told = session.execute(query.where(Location.organization_id == organization_id))
    for connection_id, country in told.all():
        if country is not None and calling_code(country):
            countries[connection_id].add(country)
    ours = select(Connection.id, Connection.phone_region, Connection.match_again_from)
    more = False
    for row in session.execute(ours.where(Connection.organization_id == organization_id)).all():
        again_from = row.match_again_from
        region = _region(countries[row.id])
        if calling_code(region) != calling_code(row.phone_region):
            again_from = 0
            _note(session, row.id, phone_region=region, match_again_from=0)
        if again_from is not None:
            more |= _again(session, row.id, again_from)
    return more


def _region(countries: set[str]) -> str | None:
    """One of them; None where their numbers begin differently."""
    return min(countries) if len(set(map(calling_code, countries))) == 1 else None


def _again(session: Session, connection_id: int, again_from: int) -> bool:
    """Have the next customers matched again, unless others hold them; whether there are more."""
    here = (Customer.connection_id == connection_id, Customer.id > again_from)
    query = select(Customer.id).where(*here).order_by(Customer.connection_id, Customer.id)
    ids = list(session.scalars(query.limit(_AT_ONCE)))
    held = select(Customer.id).where(Customer.id.in_(ids))
    free = session.scalars(held.with_for_update(key_share=True, skip_locked=True)).all()
    if len(free) < len(ids):
        # The next look finds them.
        return False
    told = (Customer.id.in_(ids), Customer.matched, Customer.phone.is_not(None))
    session.execute(update(Customer).where(*told).values(matched=False))
    _note(session, connection_id, match_again_from=ids[-1] if len(ids) == _AT_ONCE else None)
    return len(ids) == _AT_ONCE


def _note(session: Session, connection_id: int, **facts: object) -> None:
    session.execute(update(Connection).where(Connection.id == connection_id).values(**facts))
