"""Setting stock levels and selling, and telling of it. Source: guide apiStockWebhook."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.toast.body.reference import Json
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.stock.level import Level, details
from sandbox.toast.webhook.event import STOCK, Event

# Item guid, status, quantity.
Wanted = tuple[str, str, float | None]


def set_levels(
    platform: Platform,
    restaurant: Restaurant,
    levels: Sequence[Wanted],
    *,
    at_ms: int | None = None,
    webhooks: bool = True,
) -> list[str]:
    """Set levels, whoever asks for it; the guids of the items that changed.

    Raises:
        ValueError: a level that can't be.
    """
    change = {"levels": [list(each) for each in levels]}
    return _change(platform, restaurant, change, at_ms, webhooks=webhooks)


def sell(
    platform: Platform,
    restaurant: Restaurant,
    guid: str,
    number: float,
    *,
    at_ms: int | None = None,
    webhooks: bool = True,
) -> list[str]:
    """Count an item down; its guid if that made it low, or if none is left."""
    change = {"sold": [[guid, number]]}
    return _change(platform, restaurant, change, at_ms, webhooks=webhooks)


def _change(
    platform: Platform, restaurant: Restaurant, change: Json, at_ms: int | None, *, webhooks: bool
) -> list[str]:
    now_ms = platform.clock.now_ms() if at_ms is None else at_ms
    moved = platform.estate.change(restaurant, "stock", now_ms, change)["moved"]
    shelf = platform.estate.of(restaurant).stock
    for guid, status, quantity in moved if webhooks else ():
        article, now = shelf.find(guid), Level(status, quantity)
        if article is not None:
            told = details(article, restaurant.guid, now)
            platform.webhooks.tell(Event(STOCK, now.event, told, guid, restaurant.guid))
    return [guid for guid, _status, _quantity in moved]
