"""What Toast says of a restaurant, as a location that sales can be counted at.

Source: Toast API reference, "Restaurants" (openapi toast-restaurants-api),
    https://doc.toasttab.com/openapi/restaurants/overview/, read 2026-12-01.
"""

import re
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config.errors import PermanentError
from rules.records import LocationRecord

# Toast's default.
_FOUR_IN_THE_MORNING = 4
_ISO_4217 = re.compile("[A-Z]{3}")
_ISO_3166 = re.compile("[A-Z]{2}")


class General(msgspec.Struct):
    """Who a restaurant is and when its day ends."""

    name: str | None = None
    locationName: str | None = None
    # Of any kind, so that what doesn't fit is told of this restaurant and hides no other.
    timeZone: Any = None
    closeoutHour: Any = None
    currencyCode: Any = None
    managementGroupGuid: str | None = None
    archived: bool | None = None


class Address(msgspec.Struct):
    """Where a restaurant is."""

    country: Any = None


class Restaurant(msgspec.Struct):
    """A restaurant as Toast sends it."""

    general: General | None = None
    location: Address | None = None


def location(restaurant: Restaurant, guid: str) -> LocationRecord:
    """A restaurant in our words.

    Raises: PermanentError when sales there would have no day or no price: neither its zone nor its
        currency is ever assumed.
    """
    general, address = restaurant.general or General(), restaurant.location or Address()
    if not general.timeZone or not general.currencyCode:
        raise incomplete(f"Toast doesn't say the time zone or the currency of restaurant {guid}.")
    return LocationRecord(
        external_id=guid,
        name=_name(general) or guid,
        time_zone=_zone(general.timeZone, guid),
        currency=_currency(general.currencyCode, guid),
        closeout_hour=_closeout_hour(general.closeoutHour, guid),
        group_id=general.managementGroupGuid,
        archived=bool(general.archived),
        brand=general.name or None,
        country=_country(address.country),
    )


def incomplete(sentence: str) -> PermanentError:
    """A restaurant can't be read, or sales there can't be counted."""
    return PermanentError(
        "toast.location_unusable",
        sentence,
        next_step="Check the restaurant's settings in Toast Web, and its guid in this connection.",
    )


def _zone(name: Any, guid: str) -> str:
    """A zone that every page and every business date can count with."""
    if isinstance(name, str):
        # Directories of zones and over-long names are refused by the file system.
        with suppress(LookupError, ValueError, OSError):
            return ZoneInfo(name).key
    raise incomplete(
        f"Toast says that restaurant {guid} is in the time zone {_quoted(name)}, which isn't a"
        " zone of the tz database such as America/New_York."
    )


def _currency(code: Any, guid: str) -> str:
    if isinstance(code, str) and _ISO_4217.fullmatch(code):
        return code
    raise incomplete(
        f"Toast says that restaurant {guid} takes {_quoted(code)}, which isn't the code of a"
        " currency such as USD."
    )


def _closeout_hour(hour: Any, guid: str) -> int:
    if hour is None:
        return _FOUR_IN_THE_MORNING
    if type(hour) is int and 0 <= hour < 24:
        return hour
    raise incomplete(
        f"Toast says that the business day of restaurant {guid} ends at hour {_quoted(hour)},"
        " which isn't a whole hour from 0 to 23."
    )


def _country(code: Any) -> str | None:
    """The country, where it is told by its code; nothing is counted with it."""
    return code if isinstance(code, str) and _ISO_3166.fullmatch(code) else None


def _quoted(value: Any) -> str:
    return repr(value)[:80]


def _name(general: General) -> str:
    """The restaurant's name with that of its site, where the two differ."""
    names = [general.name or "", general.locationName or ""]
    return " – ".join(dict.fromkeys(filter(None, names)))
