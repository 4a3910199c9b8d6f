"""Toast's rate limits, and what its headers say is left of them.

Source: Toast developer guide, "Rate limiting",
    https://doc.toasttab.com/doc/devguide/apiRateLimiting.html, read 2026-11-01.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from connectors.base.contract import Response
from connectors.base.platform import Bucket

SECOND = timedelta(seconds=1)
_QUARTER = timedelta(minutes=15)
# History calls of one client are to come 5 to 10 seconds apart.
HISTORY_INTERVAL = timedelta(seconds=5)

GLOBAL = ("global", "global_15min")
# Calls that name no restaurant (login, the partner's list) are counted by our own address.
ADDRESS = ("address", "address_15min")
ORDERS = (*GLOBAL, "ordersBulk")
HISTORY = (*ORDERS, "history")

BUCKETS: Mapping[str, Bucket] = {
    bucket.name: bucket
    for bucket in (
        Bucket("global", "location", 20, SECOND),
        Bucket("global_15min", "location", 10_000, _QUARTER),
        Bucket("address", "host", 20, SECOND),
        Bucket("address_15min", "host", 10_000, _QUARTER),
        Bucket("ordersBulk", "location", 5, SECOND),
        Bucket("history", "location", 1, HISTORY_INTERVAL, spaced=True),
    )
}


def buckets(history_interval: timedelta) -> Mapping[str, Bucket]:
    """The limits of one connection; without an interval history has no limit of its own."""
    kept = {name: bucket for name, bucket in BUCKETS.items() if name != "history"}
    if history_interval:
        kept["history"] = Bucket("history", "location", 1, history_interval, spaced=True)
    return kept


def readings(response: Response) -> Mapping[str, tuple[int, datetime]]:
    """Calls left and the end of the slice, for every bucket that the headers may speak of.

    The headers name a kind of limit, not its length: a reset more than a second ahead is that of
    the quarter of an hour. A limit per API is read as the global one, whose calls include it.
    """
    headers = response.headers
    try:
        left = int(headers["x-toast-ratelimit-remaining"])
        resets_at = datetime.fromtimestamp(int(headers["x-toast-ratelimit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return {}
    kind = limit_kind(headers)
    if kind == "ENDPOINT":
        return {"ordersBulk": (left, resets_at)}
    at_once = resets_at - response.server_time <= SECOND
    names = ("global", "address") if at_once else ("global_15min", "address_15min")
    return {name: (left, resets_at) for name in names} if kind in ("GLOBAL", "API") else {}


def limit_kind(headers: Mapping[str, str]) -> str:
    """Which limit the headers speak of: GLOBAL, API or ENDPOINT; `, ACCOUNT` may follow."""
    return headers.get("x-toast-ratelimit-by", "").split(",")[0].strip().upper()
