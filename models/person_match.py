"""Matches a merchant's customers to persons: what `rules.persons` says, over rows.

Keys and persons are written here alone, by one transaction of a merchant at a time; so what others
hold in rows that are only read doesn't matter. Rows that are to change are never waited for: who
stores orders waits for customers in an order of their own, and the two would wait for each other.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from models import one_by_one
from models.contact_keys import email_key, name_key, phone_key
from rules.persons import MOST_FACES, Key, Known, connected, keys_of, person_of


class HeldError(Exception):
    """Somebody stores one of the customers that are to change: undo all of it, and try again."""


def waiting(session: Session) -> list[int]:
    """Organizations with customers that aren't matched with what is known of them."""
    return list(session.scalars(_WAITING))


def match(session: Session, organization_id: int, most: int, now: datetime) -> int | None:
    """Match up to `most` of an organization's customers, and whoever is connected to them.

    Returns how many of them there were; None when somebody else is at it.
    Raises: HeldError.
    """
    if not one_by_one.alone(session, f"matching of {organization_id}"):
        return None
    asking = {"organization_id": organization_id}
    claimed = session.execute(_CLAIM, {**asking, "most": most}).all()
    if not claimed:
        return 0
    found = [_Found(_known(row), _read(row), _surname(row)) for row in claimed]
    touched = {
        key
        for each in found
        if each.before != each.now
        for key in (*keys_of(each.before), *keys_of(each.now))
    }
    idle_before = _shared(session, organization_id, touched)
    _store_keys(session, found)
    books = _Books(session, organization_id, {each.now.id: each.now for each in found})
    books.reach(touched, idle_before)
    _assign(session, organization_id, books, now)
    return len(claimed)


_WAITING = text("""
SELECT o.id FROM organizations o WHERE EXISTS (
    SELECT FROM customers c WHERE c.organization_id = o.id AND NOT c.matched
) OR EXISTS (
    SELECT FROM connections n WHERE n.organization_id = o.id AND n.match_again_from IS NOT NULL
) ORDER BY o.id
""")
_KNOWN = "c.id, c.email_key, c.phone_key, c.name_key, c.person_id, c.own_person_id"
_CLAIM = text(f"""
SELECT {_KNOWN}, c.email, c.phone, c.phone_country, c.first_name, c.last_name,
    coalesce(n.phone_region, c.phone_region) AS region
FROM customers c JOIN connections n ON n.id = c.connection_id
WHERE c.organization_id = :organization_id AND NOT c.matched
ORDER BY c.id LIMIT :most FOR NO KEY UPDATE OF c SKIP LOCKED
""")


@dataclass(frozen=True, slots=True)
class _Found:
    """A customer as it was matched before and as it is known now."""

    before: Known
    now: Known
    surname: str | None


def _known(row: Row[Any]) -> Known:
    return Known(*(getattr(row, column.removeprefix("c.")) for column in _KNOWN.split(", ")))


def _read(row: Row[Any]) -> Known:
    return replace(
        _known(row),
        email=email_key(row.email),
        phone=phone_key(row.phone, row.phone_country, row.region),
        name=name_key(row.first_name, row.last_name),
    )


def _surname(row: Row[Any]) -> str | None:
    return name_key(row.last_name, row.first_name)


_KEYS = """
UPDATE customers c SET email_key = x.email, phone_key = x.phone, name_key = x.name,
    surname_key = x.surname, matched = true
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS x (id, email, phone, name, surname)
WHERE c.id = x.id
"""


def _store_keys(session: Session, found: Sequence[_Found]) -> None:
    rows = [(x.now.id, x.now.email, x.now.phone, x.now.name, x.surname) for x in found]
    _execute(session, _KEYS, *map(list, zip(*rows, strict=True)))


# Faces one by one from the end of the key's index: one that a hundred thousand share costs no more.
_SHARED = """
SELECT k.key FROM unnest(%s::text[]) AS k (key) WHERE (
    WITH RECURSIVE faces (face, n) AS (
        (SELECT {face}, 1 FROM customers
            WHERE organization_id = %s AND {column} = k.key AND {face} IS NOT NULL
            ORDER BY {face} LIMIT 1)
        UNION ALL
        SELECT (SELECT {face} FROM customers
            WHERE organization_id = %s AND {column} = k.key AND {face} > faces.face
            ORDER BY {face} LIMIT 1), n + 1
        FROM faces WHERE face IS NOT NULL AND n <= %s
    ) SELECT max(n) FROM faces WHERE face IS NOT NULL
) > %s
"""
_OF_KIND = {
    "email": {"column": "email_key", "face": "coalesce(phone_key, name_key)"},
    "phone": {"column": "phone_key", "face": "coalesce(email_key, name_key)"},
}
_HOLDERS = f"SELECT {_KNOWN} FROM customers c WHERE organization_id = %s AND {{column}} = ANY(%s)"


def _shared(session: Session, organization_id: int, keys: Collection[Key]) -> set[Key]:
    """Those of the keys that too many people share."""
    found: set[Key] = set()
    for kind, values in _by_kind(keys):
        query = _SHARED.format(**_OF_KIND[kind])
        given = (values, organization_id, organization_id, MOST_FACES, MOST_FACES)
        found |= {(kind, row.key) for row in _execute(session, query, *given)}
    return found


def _holders(session: Session, organization_id: int, keys: Collection[Key]) -> Iterator[Known]:
    for kind, values in _by_kind(keys):
        query = _HOLDERS.format(**_OF_KIND[kind])
        yield from map(_known, _execute(session, query, organization_id, values))


def _by_kind(keys: Collection[Key]) -> Iterator[tuple[str, list[str]]]:
    for kind in _OF_KIND:
        if values := sorted(value for of, value in keys if of == kind):
            yield kind, values


@dataclass
class _Books:
    """Everybody whose person may be another now, and keys of theirs that connect nobody."""

    session: Session
    organization_id: int
    guests: dict[int, Known]

    def __post_init__(self) -> None:
        """Keys that were looked at, and those of them that are shared by too many."""
        self.seen: set[Key] = set()
        self.idle: set[Key] = set()

    def reach(self, touched: Collection[Key], idle_before: Collection[Key]) -> None:
        """Find all whom the guests are, or by `touched` keys were, connected to.

        Who else has a key that was and is shared by too many isn't touched by it.
        """
        ahead = set(touched).union(*(keys_of(guest) for guest in self.guests.values()))
        unmoved = (ahead - set(touched)) | set(idle_before)
        while ahead:
            self.seen |= ahead
            idle = _shared(self.session, self.organization_id, ahead)
            self.idle |= idle
            found = list(_holders(self.session, self.organization_id, ahead - (idle & unmoved)))
            new = {guest.id: guest for guest in found if guest.id not in self.guests}
            self.guests |= new
            ahead = set[Key]().union(*(keys_of(guest) for guest in new.values())) - self.seen
            unmoved = ahead


def _assign(session: Session, organization_id: int, books: _Books, now: datetime) -> None:
    """Give each group its person; a person of another group's guest is itself again."""
    groups = connected(books.guests.values(), books.idle)
    without = [group for group in groups if person_of(group) is None]
    made = _make(session, organization_id, len(without))
    owners = {group[0].id: made_id for group, made_id in zip(without, made, strict=True)}
    persons: dict[int, int] = {}
    fates: dict[int, int | None] = {}
    for group in groups:
        person_id = person_of(group) or owners[group[0].id]
        persons |= {guest.id: person_id for guest in group if guest.person_id != person_id}
        own = (guest.own_id for guest in group if guest.own_id is not None)
        fates |= {own_id: None if own_id == person_id else person_id for own_id in own}
    _hold(session, persons)
    _execute(session, _POINT, list(persons), list(persons.values()))
    _execute(session, _OWN, list(owners), list(owners.values()))
    _execute(session, _MERGE, now, list(fates), list(fates.values()))


_POINT = """
UPDATE customers c SET person_id = x.person_id
FROM unnest(%s::bigint[], %s::bigint[]) AS x (id, person_id) WHERE c.id = x.id
"""
_OWN = _POINT.replace("SET person_id", "SET own_person_id")
_MERGE = """
UPDATE persons p SET merged_into_id = x.into_id,
    merged_at = CASE WHEN x.into_id IS NOT NULL THEN %s::timestamptz END
FROM unnest(%s::bigint[], %s::bigint[]) AS x (id, into_id)
WHERE p.id = x.id AND p.merged_into_id IS DISTINCT FROM x.into_id
"""
_MAKE = "INSERT INTO persons (organization_id) SELECT %s FROM generate_series(1, %s) RETURNING id"
_HOLD = "SELECT id FROM customers WHERE id = ANY(%s) FOR NO KEY UPDATE SKIP LOCKED"


def _make(session: Session, organization_id: int, count: int) -> list[int]:
    return sorted(row.id for row in _execute(session, _MAKE, organization_id, count))


def _hold(session: Session, customer_ids: Collection[int]) -> None:
    if len(_execute(session, _HOLD, list(customer_ids))) < len(customer_ids):
        raise HeldError


def _execute(session: Session, statement: str, *given: Any) -> list[Row[Any]]:
    found: Iterable[Row[Any]] = ()
    result = session.connection().exec_driver_sql(statement, given)
    if result.returns_rows:
        found = result.all()
    return list(found)
