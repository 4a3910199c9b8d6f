"""Who of a merchant's guests is the same person: those that share an e-mail or a phone.

What too many different people share connects nobody: a restaurant's own phone, a marketplace's, the
e-mail that a cashier types for want of one. All of it follows from the guests alone, so that in
whatever order they come, and however they are batched, the same ones end as one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

# So many faces one phone or e-mail may have: a household's, or one person's over the years.
MOST_FACES = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What a guest is matched by, each in one form; `name` tells strangers apart, no more.

    `person_id` is whom it is taken for, `own_id` the person that was made for it, if one was.
    """

    id: int
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    person_id: int | None = None
    own_id: int | None = None

    @property
    def emails_face(self) -> str | None:
        """Who its e-mail is with this guest: its phone, or else its name."""
        return self.phone or self.name

    @property
    def phones_face(self) -> str | None:
        """Who its phone is with this guest: its e-mail, or else its name."""
        return self.email or self.name


Key = tuple[str, str]
"""`("email", ...)` or `("phone", ...)`."""


def keys_of(guest: Known) -> tuple[Key, ...]:
    """What may connect a guest to others."""
    both = (("email", guest.email), ("phone", guest.phone))
    return tuple((kind, value) for kind, value in both if value is not None)


def shared(guests: Iterable[Known]) -> set[Key]:
    """Keys with more faces than one person or household has, among all of a merchant's guests."""
    faces: dict[Key, set[str]] = {}
    for guest in guests:
        for key in keys_of(guest):
            face = guest.emails_face if key[0] == "email" else guest.phones_face
            faces.setdefault(key, set()).update([face] if face else [])
    return {key for key, found in faces.items() if len(found) > MOST_FACES}


def connected(guests: Collection[Known], idle: Collection[Key]) -> list[list[Known]]:
    """Guests in groups that share keys, directly or over others; `idle` keys connect nobody.

    Each is sorted by id, and so are they by their first ones.
    """
    first: dict[int, int] = {guest.id: guest.id for guest in guests}

    def root(id_: int) -> int:
        while first[id_] != id_:
            first[id_] = id_ = first[first[id_]]
        return id_

    holder: dict[Key, int] = {}
    for guest in guests:
        for key in keys_of(guest):
            if key in idle:
                continue
            one, other = sorted((root(guest.id), root(holder.setdefault(key, guest.id))))
            first[other] = one
    groups: dict[int, list[Known]] = {}
    for guest in sorted(guests, key=lambda each: each.id):
        groups.setdefault(root(guest.id), []).append(guest)
    return [groups[key] for key in sorted(groups)]


def person_of(group: Sequence[Known]) -> int | None:
    """Whom a group is taken for: the oldest of the persons made for its members; None without any.

    A person is made for one guest and stays its own, whoever that guest is connected to: so no two
    groups ask for the same, and who is told apart again is who it was.
    """
    return min((guest.own_id for guest in group if guest.own_id is not None), default=None)
