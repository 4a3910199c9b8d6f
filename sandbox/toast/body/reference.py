"""References to other entities, as order JSON holds them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sandbox.toast.merchant import Restaurant, named_guid

Json = dict[str, Any]


@lru_cache(maxsize=8_192)
def _guid(place: str, entity: str, name: str) -> str:
    return named_guid(place, entity, name)


@lru_cache(maxsize=8_192)
def _multi_location_id(entity: str, name: str) -> str:
    # The same at every location; eighteen digits, as the vendor's are.
    return str(int(_guid("everywhere", entity, name).replace("-", ""), 16))[:18]


def local(restaurant: Restaurant, entity: str, name: str) -> Json:
    """Something that belongs to one location, such as a table or a member of staff."""
    return {
        "guid": _guid(restaurant.guid, entity, name),
        "entityType": entity,
        "externalId": None,
    }


def configured(restaurant: Restaurant, entity: str, name: str) -> Json:
    """Something from the configuration or the menu: also known across locations."""
    return {
        **local(restaurant, entity, name),
        "multiLocationId": _multi_location_id(entity, name),
    }
