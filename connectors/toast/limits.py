"""Toast's rate limits, and what its headers say is left of them.

Source: Toast developer guide, "Rate limiting",
    https://doc.toasttab.com/doc/devguide/apiRateLimiting.html, read 2026-12-01.
    Every call counts three times: with all calls, with those of its API, and with those of its
    endpoint where that has a limit of its own. Each restaurant has its own counts.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connectors.base.contract import Response
from connectors.base.platform import Bucket

SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
# History calls of one client are to come 5 to 10 seconds apart.
HISTORY_INTERVAL = timedelta(seconds=5)

_GLOBAL = ("global", "global_15min")
# Calls that name no restaurant (login, the partner's list) are counted by our own address.
ADDRESS = ("address", "address_15min")


def _api(name: str) -> tuple[str, str]:
    return f"{name}_api", f"{name}_api_15min"


ORDERS = (*_GLOBAL, *_api("orders"))
ORDERS_BULK = (*ORDERS, "ordersBulk")
HISTORY = (*ORDERS_BULK, "history")
MENU_METADATA = (*_GLOBAL, *_api("menus"))
MENUS = (*MENU_METADATA, "menus")
CONFIG = (*_GLOBAL, *_api("config"))
STOCK = (*_GLOBAL, *_api("stock"))
CASH = (*_GLOBAL, *_api("cashmgmt"))
RESTAURANTS = (*_GLOBAL, *_api("restaurants"))
AVAILABILITY = (*_GLOBAL, *_api("availability"))
PARTNERS = (*ADDRESS, *_api("partners"))

_APIS = {
    **dict.fromkeys(("orders", "menus", "config", "stock", "cashmgmt"), "location"),
    **dict.fromkeys(("restaurants", "availability"), "location"),
    "partners": "host",
}


def _slices(name: str, per: str) -> tuple[Bucket, Bucket]:
    return Bucket(name, per, 20, SECOND), Bucket(f"{name}_15min", per, 10_000, _QUARTER)


BUCKETS: Mapping[str, Bucket] = {
    bucket.name: bucket
    for bucket in (
        *_slices("global", "location"),
        *_slices("address", "host"),
        *(bucket for api, per in _APIS.items() for bucket in _slices(f"{api}_api", per)),
        Bucket("ordersBulk", "location", 5, SECOND),
        Bucket("menus", "location", 1, SECOND),
        Bucket("history", "location", 1, HISTORY_INTERVAL, spaced=True),
    )
}
# Those that each kind of limit in the headers may speak of, the shorter slice first.
_KINDS = {
    "GLOBAL": ("global", "address", "global_15min", "address_15min"),
    "API": (*(f"{api}_api" for api in _APIS), *(f"{api}_api_15min" for api in _APIS)),
    "ENDPOINT": ("ordersBulk", "menus"),
}


def buckets(history_interval: timedelta) -> Mapping[str, Bucket]:
    """The limits of one connection; without an interval history has no limit of its own."""
    kept = {name: bucket for name, bucket in BUCKETS.items() if name != "history"}
    if history_interval:
        kept["history"] = Bucket("history", "location", 1, history_interval, spaced=True)
    return kept


def readings(response: Response) -> Mapping[str, tuple[int, datetime]]:
    """Calls left and the end of the slice, for every bucket that the headers may speak of.

    They name a kind of limit, neither its API nor its length: whoever asked knows the API, and a
    reset more than a second ahead is that of the quarter of an hour.
    """
    headers = response.headers
    try:
        left = int(headers["x-toast-ratelimit-remaining"])
        resets_at = datetime.fromtimestamp(int(headers["x-toast-ratelimit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return {}
    length = SECOND if resets_at - response.server_time <= SECOND else _QUARTER
    named = _KINDS.get(_kind(headers), ())
    return {name: (left, resets_at) for name in named if BUCKETS[name].window == length}


def full(headers: Mapping[str, str], charged: Sequence[str]) -> str | None:
    """The one bucket of those charged that the headers say is full; None when they don't say."""
    return next((name for name in _KINDS.get(_kind(headers), ()) if name in charged), None)


def _kind(headers: Mapping[str, str]) -> str:
    """Which limit the headers speak of: GLOBAL, API or ENDPOINT; `, ACCOUNT` may follow."""
    return headers.get("x-toast-ratelimit-by", "").split(",")[0].strip().upper()
