"""What is told of a location besides its sales, from the cache.

Each entry is named by the location and by the version of what is known of it, which is only to be
had of a location of the merchant's: nobody is given what another one's location was told.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import cache
from models.location import Location


def of_place(
    session: Session, organization_id: int, location_id: int, kind: str, make: Callable[[], Any]
) -> Any:
    """What `make` gives of a location, as JSON holds it; None when it isn't the merchant's.

    `make` depends on nothing but the location and what its `facts_version` moves with.
    """
    query = select(Location.facts_version, Location.created_at).where(
        Location.organization_id == organization_id, Location.id == location_id
    )
    found = session.execute(query).first()
    if found is None:
        return None
    # Another database at the same Redis counts its locations from one, too.
    key = f"{location_id}-{found.created_at.timestamp():.6f}"
    return cache.read(kind, key, found.facts_version, make)
