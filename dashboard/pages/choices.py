"""What filters offer: a merchant's connections and locations."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models import connection_list, site_list


@dataclass(frozen=True)
class Choices:
    """Names to choose from; `locations` pairs our id with the name."""

    connections: Sequence[str]
    locations: Sequence[tuple[int, str]] = ()


def connections_of(database: Session, organization_id: int) -> Choices:
    """The merchant's connections by name."""
    return Choices(connection_list.names(database, organization_id))


def places_of(database: Session, organization_id: int) -> Choices:
    """The merchant's connections and locations by name."""
    return Choices(
        connection_list.names(database, organization_id),
        site_list.names(database, organization_id),
    )
