"""The till sites that a connection reads.

Source: Toast developer guide, "Getting accessible restaurants",
    https://doc.toasttab.com/doc/devguide/apiPartnersGettingAccessibleRestaurants.html, and Toast
    API reference, "Restaurants" (openapi toast-restaurants-api),
    https://doc.toasttab.com/openapi/restaurants/overview/, read 2026-12-01.
    Only partner accounts can list their restaurants; a management group lists its own to whoever
    reads one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

import msgspec

from config.errors import PermanentError, TransientError
from connectors.base.contract import Http, Listing, Request
from connectors.base.errors import AccessRefusedError, GoneError, LimitedError, NotGrantedError
from connectors.toast import limits
from connectors.toast.bodies import answered
from connectors.toast.restaurant import Restaurant, incomplete, location
from rules.records import LocationRecord

PARTNERS = "/partners/v1/restaurants"
_RESTAURANT = "/restaurants/v1/restaurants/"
_GROUP = "/restaurants/v1/groups/{}/restaurants"


class _UnknownError(PermanentError):
    """Toast knows no restaurant of that guid."""


class _Access(msgspec.Struct):
    restaurantGuid: str | None = None
    deleted: bool | None = None


class _Member(msgspec.Struct):
    guid: str | None = None


_accesses = msgspec.json.Decoder(list[_Access])
_members = msgspec.json.Decoder(list[_Member])
_restaurants = msgspec.json.Decoder(Restaurant)


def read(http: Http, restaurants: Sequence[str], *, whole_groups: bool = False) -> Listing:
    """The named restaurants, or all that the partner account can list.

    With `whole_groups` also those that share a management group with a named one. One that can't be
    read yet (a new permission takes a quarter of an hour) doesn't hide the rest. One call each: a
    list tells nothing of a restaurant's zone.

    One whose calls are used up for the moment doesn't hold up the rest either, and is told apart.
    A named one that can't be read, and that a partner's list hasn't, is gone.

    Raises: PermanentError when none can be listed or read; AccessRefusedError at once, for Toast
        frowns on more than two logins an hour. Fault when a group can't be listed: what it holds
        isn't known then, and one left out would be taken for gone.
    """
    found: dict[str, LocationRecord] = {}
    unread: dict[str, PermanentError] = {}
    limited: dict[str, LimitedError] = {}
    _read(http, restaurants or _listed(http), found, unread, limited)
    if restaurants and whole_groups:
        # By group one restaurant that is read, and so may ask for the others.
        askers = {site.group_id: site.external_id for site in found.values() if site.group_id}
        for group, asker in askers.items():
            _read(http, _grouped(http, group, asker), found, unread, limited)
    gone = _gone(http, unread) if restaurants else {}
    if not found and not gone:
        why = next(iter((*limited.values(), *unread.values())), None)
        raise why or _none("The Toast account has no restaurants.")
    return Listing(
        [*found.values()],
        unread | gone,
        {guid: why.retry_after_s or 0.0 for guid, why in limited.items()},
    )


def touch(http: Http, restaurants: Sequence[str]) -> None:
    """One call that the credentials must allow, of the first restaurant that can be read.

    Raises: PermanentError when they don't.
    """
    if not restaurants:
        _list(http)
        return
    refused: list[PermanentError] = []
    for guid in restaurants:
        try:
            _restaurant(http, guid)
        except AccessRefusedError:
            raise
        except PermanentError as why:
            refused.append(why)
        else:
            return
    raise refused[0]


def _read(
    http: Http,
    guids: Iterable[str],
    found: dict[str, LocationRecord],
    unread: dict[str, PermanentError],
    limited: dict[str, LimitedError],
) -> None:
    for guid in dict.fromkeys(guids):
        if guid in found or guid in unread or guid in limited:
            continue
        try:
            found[guid] = _restaurant(http, guid)
        except AccessRefusedError:
            raise
        except LimitedError as later:
            limited[guid] = later
        except PermanentError as refused:
            unread[guid] = refused


def _gone(http: Http, unread: Mapping[str, PermanentError]) -> dict[str, PermanentError]:
    """Of those that can't be read, what a partner's list hasn't; other accounts have no list."""
    kinds = (NotGrantedError, _UnknownError)
    maybe = [guid for guid, fault in unread.items() if isinstance(fault, kinds)]
    if not maybe:
        return {}
    try:
        listed = set(_listed(http))
    except AccessRefusedError:
        raise
    except (PermanentError, TransientError):
        return {}
    return {guid: _no_more(guid) for guid in maybe if guid not in listed}


def _listed(http: Http) -> Iterator[str]:
    for access in _list(http):
        if access.restaurantGuid and not access.deleted:
            yield access.restaurantGuid


def _list(http: Http) -> list[_Access]:
    try:
        response = http.send(Request("GET", PARTNERS, buckets=limits.PARTNERS))
    except NotGrantedError:
        raise _none("These Toast credentials can't list their restaurants.") from None
    if response.status != 200:
        raise _none("Toast has no list of restaurants for these credentials.")
    return answered(response, _accesses)


def _grouped(http: Http, group: str, asker: str) -> list[str]:
    path = _GROUP.format(quote(group, safe=""))
    response = http.send(Request("GET", path, location=asker, buckets=limits.RESTAURANTS))
    if response.status != 200:
        raise _ungrouped(asker)
    return [member.guid for member in answered(response, _members) if member.guid]


def _restaurant(http: Http, guid: str) -> LocationRecord:
    path = _RESTAURANT + quote(guid, safe="")
    query = {"includeArchived": "true"}
    response = http.send(Request("GET", path, query, location=guid, buckets=limits.RESTAURANTS))
    if response.status != 200:
        why = incomplete(f"Toast knows no restaurant {guid}.")
        raise _UnknownError(why.code, why.sentence, next_step=why.next_step)
    return location(answered(response, _restaurants), guid)


def _no_more(guid: str) -> GoneError:
    return GoneError(
        "toast.location_gone",
        f"Toast's list for these credentials has no restaurant {guid}.",
        next_step=(
            "Check its guid. If the restaurant ended the integration, have it added again in Toast"
            " Web, or take it out of the connection's setting `restaurants`."
        ),
    )


def _ungrouped(asker: str) -> PermanentError:
    return PermanentError(
        "toast.no_group",
        f"Toast doesn't list the management group of restaurant {asker}.",
        next_step=(
            "Name each restaurant in the connection's setting `restaurants`, without"
            " `whole_groups`."
        ),
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
