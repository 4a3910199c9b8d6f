"""Setting stock levels, and telling of it. Source: guide apiStockWebhook."""

from __future__ import annotations

from functools import partial

from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.stock.level import details
from sandbox.toast.webhook.event import STOCK, event

# Item guid, status, quantity.
Wanted = tuple[str, str, float | None]


def set_levels(
    platform: Platform,
    restaurant: Restaurant,
    levels: list[Wanted],
    *,
    at_ms: int | None = None,
    sold: bool = False,
    webhooks: bool = True,
) -> list[str]:
    """Set levels whoever asks for it; the guids of the items that there was something to tell of.

    Raises:
        ValueError: a level that can't be.
    """
    now_ms = platform.clock.now_ms() if at_ms is None else at_ms
    change = {"levels": [list(each) for each in levels], "sold": sold}
    moved: list[str] = platform.estate.change(restaurant, "stock", now_ms, change)["moved"]
    for guid in moved if webhooks else ():
        tell(platform, restaurant, guid)
    return moved


def tell(platform: Platform, restaurant: Restaurant, guid: str) -> None:
    """Send the event of an item's present level."""
    shelf = platform.estate.of(restaurant).stock
    article, now = shelf.find(guid), shelf.level(guid)
    if article is not None:
        told = details(article, restaurant.guid, now)
        platform.webhooks.tell(STOCK, partial(event, STOCK, now.event, guid, told))
