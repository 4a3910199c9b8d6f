"""The till sites that a connection reads.

Source: Toast developer guide, "Getting accessible restaurants",
    https://doc.toasttab.com/doc/devguide/apiPartnersGettingAccessibleRestaurants.html,
    read 2026-11-01.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from config.errors import Fault, PermanentError, TransientError
from connectors.base.contract import Http, Listing, Request
from connectors.base.errors import AccessRefusedError
from connectors.toast.limits import ADDRESS, GLOBAL
from rules.records import LocationRecord

T = TypeVar("T")

PARTNERS = "/partners/v1/restaurants"
_RESTAURANT = "/restaurants/v1/restaurants/"
# Toast's default.
_FOUR_IN_THE_MORNING = 4
_ISO_4217 = re.compile("[A-Z]{3}")


class _Access(msgspec.Struct):
    restaurantGuid: str | None = None
    deleted: bool | None = None


class _General(msgspec.Struct):
    name: str | None = None
    locationName: str | None = None
    # Of any kind, so that what doesn't fit is told of this restaurant and hides no other.
    timeZone: Any = None
    closeoutHour: Any = None
    currencyCode: Any = None
    managementGroupGuid: str | None = None
    archived: bool | None = None


class _Restaurant(msgspec.Struct):
    guid: str | None = None
    general: _General | None = None


_accesses = msgspec.json.Decoder(list[_Access])
_restaurants = msgspec.json.Decoder(_Restaurant)


def read(http: Http, restaurants: Sequence[str]) -> Listing:
    """The named restaurants, or all that the partner account can list.

    One that can't be read yet (a new permission takes a quarter of an hour) doesn't hide the rest.

    Raises: PermanentError when none can be listed or read; AccessRefusedError at once, for Toast
        frowns on more than two logins an hour.
    """
    found: list[LocationRecord] = []
    unread: dict[str, PermanentError] = {}
    for guid in restaurants or _listed(http):
        try:
            found.append(_restaurant(http, guid))
        except AccessRefusedError:
            raise
        except PermanentError as refused:
            unread[guid] = refused
    if not found:
        raise next(iter(unread.values()), None) or _none("The Toast account has no restaurants.")
    return Listing(found, unread)


def touch(http: Http, restaurants: Sequence[str]) -> None:
    """One call that the credentials must allow. Raises: PermanentError when they don't."""
    if restaurants:
        _restaurant(http, restaurants[0])
    else:
        _list(http)


def _listed(http: Http) -> Iterator[str]:
    for access in _list(http):
        if access.restaurantGuid and not access.deleted:
            yield access.restaurantGuid


def _list(http: Http) -> list[_Access]:
    try:
        response = http.send(Request("GET", PARTNERS, buckets=ADDRESS))
    except PermanentError as refused:
        if refused.code != "toast.not_granted":
            raise
        raise _none("These Toast credentials can't list their restaurants.") from None
    if response.status != 200:
        raise _none("Toast has no list of restaurants for these credentials.")
    return _decoded(response.body, _accesses)


def _restaurant(http: Http, guid: str) -> LocationRecord:
    path = _RESTAURANT + quote(guid, safe="")
    query = {"includeArchived": "true"}
    response = http.send(Request("GET", path, query, location=guid, buckets=GLOBAL))
    if response.status != 200:
        raise _incomplete(f"Toast knows no restaurant {guid}.")
    general = _decoded(response.body, _restaurants).general or _General()
    # Without its zone and currency a sale has no day and no price; neither is ever assumed.
    if not general.timeZone or not general.currencyCode:
        raise _incomplete(f"Toast doesn't say the time zone or the currency of restaurant {guid}.")
    return LocationRecord(
        external_id=guid,
        name=_name(general) or guid,
        time_zone=_zone(general.timeZone, guid),
        currency=_currency(general.currencyCode, guid),
        closeout_hour=_closeout_hour(general.closeoutHour, guid),
        group_id=general.managementGroupGuid,
        archived=bool(general.archived),
    )


def _zone(name: Any, guid: str) -> str:
    """A zone that every page and every business date can count with."""
    if isinstance(name, str):
        # Directories of zones and over-long names are refused by the file system.
        with suppress(LookupError, ValueError, OSError):
            return ZoneInfo(name).key
    raise _incomplete(
        f"Toast says that restaurant {guid} is in the time zone {_quoted(name)}, which isn't a"
        " zone of the tz database such as America/New_York."
    )


def _currency(code: Any, guid: str) -> str:
    if isinstance(code, str) and _ISO_4217.fullmatch(code):
        return code
    raise _incomplete(
        f"Toast says that restaurant {guid} takes {_quoted(code)}, which isn't the code of a"
        " currency such as USD."
    )


def _closeout_hour(hour: Any, guid: str) -> int:
    if hour is None:
        return _FOUR_IN_THE_MORNING
    if type(hour) is int and 0 <= hour < 24:
        return hour
    raise _incomplete(
        f"Toast says that the business day of restaurant {guid} ends at hour {_quoted(hour)},"
        " which isn't a whole hour from 0 to 23."
    )


def _quoted(value: Any) -> str:
    return repr(value)[:80]


def _name(general: _General) -> str:
    """The restaurant's name with that of its site, where the two differ."""
    names = [general.name or "", general.locationName or ""]
    return " – ".join(dict.fromkeys(filter(None, names)))


def _decoded(body: bytes, by: msgspec.json.Decoder[T]) -> T:
    try:
        return by.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _garbled() from None


def _garbled() -> Fault:
    return TransientError("toast.garbled", "Toast's description of its restaurants can't be read.")


def _incomplete(sentence: str) -> PermanentError:
    return PermanentError(
        "toast.location_unusable",
        sentence,
        next_step="Check the restaurant's settings in Toast Web, and its guid in this connection.",
    )


def _none(sentence: str) -> PermanentError:
    return PermanentError(
        "toast.no_locations",
        sentence,
        next_step=(
            "Add `restaurants` to the connection's settings: the list of restaurant guids, which"
            " Toast Web shows under the integration's details."
        ),
    )
