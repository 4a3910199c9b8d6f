"""Lists persons: each with all that its customers are called, and what they bought."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.bought import bought
from models.connection import Connection
from models.contact_keys import calling_code, name_key, phone_key
from models.customer import Customer
from models.location import Location
from models.paging import FIRST, MOST, Listed, Sort, Span, cut, page, place
from models.person import Person

_COLUMNS: tuple[Any, ...] = (Person.id, Person.created_at)
NEWEST = Sort("-id", (Person.id,))
# So many customers a search looks at by each index; who finds more has to say more.
MOST_FOUND = 1000
# Behind all that begins the same.
_LAST = "\U0010ffff"
_OF_PHONES = set("+0123456789 ()-./")
_FEWEST_DIGITS = 3

Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class PersonFilter:
    """Which persons. `search` is how a first, last or full name, an e-mail or a phone begins."""

    search: str | None = None


def persons(
    session: Session,
    organization_id: int,
    wanted: PersonFilter = PersonFilter(),
    span: Span = FIRST,
) -> Listed:
    """A page of a merchant's persons, newest first, without those merged into others.

    Each row: `id`, `created_at`, `name`, `emails`, `phones` (E.164, or as told where that is none),
    `connections` (names), `customer_count`, `orders`, `totals` by currency, `last_order_on`.
    Raises: CursorError.
    """
    query = select(*_COLUMNS).where(Person.organization_id == organization_id)
    if wanted.search:
        listed = _searched(session, organization_id, wanted.search, query, span)
    else:
        listed = page(session, query.where(Person.merged_into_id.is_(None)), NEWEST, span)
    return Listed(told(session, organization_id, listed.items), listed.next)


def newest(session: Session, organization_id: int) -> tuple[int | None, bool]:
    """The newest person's id, and whether a customer waits to be matched: lists change by it."""
    last = select(func.max(Person.id)).where(
        Person.organization_id == organization_id, Person.merged_into_id.is_(None)
    )
    waits = select(Customer.id).where(
        Customer.organization_id == organization_id, ~Customer.matched
    )
    return session.scalar(last), bool(session.scalar(select(waits.exists())))


def told(session: Session, organization_id: int, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of persons with what is told of each: two queries, however many they are."""
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    customers: dict[int, list[Row]] = {id_: [] for id_ in ids}
    for one in _customers(session, organization_id, ids):
        customers[one["person_id"]].append(one)
    totals: dict[int, list[Row]] = {id_: [] for id_ in ids}
    for one in _totals(session, organization_id, ids):
        totals[one["person_id"]].append(one)
    return [{**row, **_names(customers[row["id"]]), **_bought(totals[row["id"]])} for row in rows]


def phone_of(customer: Row) -> str | None:
    """A customer's phone: as E.164, or as told where that is none."""
    phone: str | None = customer["phone_key"] or customer["phone"]
    return phone


def name_of(customer: Row) -> str | None:
    """A customer's name as told."""
    return " ".join(filter(None, (customer["first_name"], customer["last_name"]))) or None


def _customers(session: Session, organization_id: int, ids: Collection[int]) -> Sequence[Row]:
    columns = (Customer.first_name, Customer.last_name, Customer.email, Customer.email_key)
    query = (
        select(
            *(Customer.person_id, Customer.phone, Customer.phone_key, *columns),
            Connection.name.label("connection"),
        )
        .join(Connection, Connection.id == Customer.connection_id)
        .where(Customer.organization_id == organization_id, Customer.person_id.in_(ids))
        # What was told last comes first.
        .order_by(Customer.version.desc(), Customer.id)
    )
    return session.execute(query).mappings().all()


def _totals(session: Session, organization_id: int, ids: Collection[int]) -> Sequence[Row]:
    theirs = bought(Customer.organization_id == organization_id, Customer.person_id.in_(ids)).c
    query = (
        select(
            theirs.person_id,
            theirs.currency,
            func.count(theirs.order_id.distinct()).label("orders"),
            func.sum(theirs.total).label("total"),
            func.sum(theirs.refunded).label("refunded"),
            func.max(theirs.business_date).label("last_order_on"),
        )
        .where(theirs.sold)
        .group_by(theirs.person_id, theirs.currency)
        .order_by(theirs.currency)
    )
    return session.execute(query).mappings().all()


def _names(customers: Sequence[Row]) -> dict[str, Any]:
    # One as it is written of each that is the same.
    emails = {one["email_key"] or one["email"]: one["email"] for one in reversed(customers)}
    return {
        "name": next(filter(None, map(name_of, customers)), None),
        "emails": [email for email in reversed(emails.values()) if email],
        "phones": list(dict.fromkeys(filter(None, map(phone_of, customers)))),
        "connections": sorted({one["connection"] for one in customers}),
        "customer_count": len(customers),
    }


def _bought(totals: Sequence[Row]) -> dict[str, Any]:
    return {
        "orders": sum(one["orders"] for one in totals),
        "totals": totals,
        "last_order_on": max((one["last_order_on"] for one in totals), default=None),
    }


def _searched(
    session: Session, organization_id: int, search: str, query: Select[Any], span: Span
) -> Listed:
    """A page of those found, which are few; no planner is to look for them among all others."""
    limit = max(1, min(span.limit, MOST))
    seen = None if span.after is None else place(NEWEST, span.after)[0]
    ids = set(session.scalars(_found(session, organization_id, search)))
    past = sorted((id_ for id_ in ids if seen is None or id_ < seen), reverse=True)
    query = query.where(Person.id.in_(past[: limit + 1])).order_by(Person.id.desc())
    return cut(session.execute(query).mappings().all(), NEWEST, limit)


def _found(session: Session, organization_id: int, search: str) -> CompoundSelect[Any]:
    """Persons whose customers are called so, as far as each index leads in a moment."""
    beginnings = [
        *((Customer.phone_key, text) for text in _phones(session, organization_id, search)),
        *((column, name_key(search)) for column in (Customer.name_key, Customer.surname_key)),
        (Customer.email_key, search.strip().lower()),
    ]
    return union(*(_begins(organization_id, column, text) for column, text in beginnings if text))


def _begins(organization_id: int, column: InstrumentedAttribute[Any], text: str) -> Select[Any]:
    found = (
        select(Customer.person_id)
        .where(
            Customer.organization_id == organization_id,
            column.between(text, text + _LAST),
            Customer.person_id.is_not(None),
        )
        .order_by(column)
        .limit(MOST_FOUND)
        .subquery()
    )
    return select(found.c.person_id)


def _phones(session: Session, organization_id: int, search: str) -> set[str]:
    """How the phones begin that somebody may mean, in each country in which the merchant is."""
    digits = "".join(c for c in search if c.isdigit() and c.isascii())
    if len(digits) < _FEWEST_DIGITS or not set(search) <= _OF_PHONES:
        return set()
    if search.strip().startswith("+"):
        return {phone_key(search, None, None) or f"+{digits}"}
    regions = select(Location.country).where(Location.organization_id == organization_id)
    found = {f"+{digits}"}
    for region in session.scalars(regions.distinct().limit(MOST)):
        if calling_code(region):
            # Within a country many write a nought in front.
            begins = f"+{calling_code(region)}{digits.removeprefix('0')}"
            found.add(phone_key(search, None, region) or begins)
    return found
