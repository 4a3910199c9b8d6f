"""Publishing menus, and telling of it. Source: guide apiMessageDataSchema; menus webhook."""

from __future__ import annotations

from sandbox.toast import times
from sandbox.toast.body.reference import Json
from sandbox.toast.merchant import Restaurant
from sandbox.toast.platform import Platform
from sandbox.toast.webhook.event import MENUS, Event


def publish_menus(
    platform: Platform,
    restaurant: Restaurant,
    changes: list[Json],
    *,
    at_ms: int | None = None,
    webhooks: bool = True,
) -> None:
    """Publish the card with these changes, or once more without any.

    Raises:
        ValueError, LookupError: a change that can't be made; then nothing is published.
    """
    now_ms = platform.clock.now_ms() if at_ms is None else at_ms
    platform.estate.change(restaurant, "menus", now_ms, {"changes": changes})
    if webhooks:
        told = {"restaurantGuid": restaurant.guid, "publishedDate": times.zulu(now_ms)}
        platform.webhooks.tell(
            Event(MENUS, "menus_updated", told, restaurant.guid, restaurant.guid)
        )
