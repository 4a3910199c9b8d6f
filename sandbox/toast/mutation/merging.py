"""Two orders becoming one. Source: orders API, Order.deleted."""

from __future__ import annotations

from sandbox.toast.merchant import Restaurant
from sandbox.toast.mutation.paying import reckon
from sandbox.toast.order import Order


def merge(
    source: Order, target: Order, restaurant: Restaurant, at_ms: int, wanted: list[int] | None
) -> None:
    """Move checks, all unless named by position; an order left without any is deleted.

    Raises:
        ValueError: an order into itself, or one that is no more.
    """
    if source.guid == target.guid:
        raise ValueError("an order can't be merged into itself")
    if any(each.deleted_ms or each.voided_ms for each in (source, target)):
        raise ValueError("a deleted or voided order can't be merged")
    places = range(len(source.checks)) if wanted is None else wanted
    if not all(0 <= place < len(source.checks) for place in places):
        raise ValueError("no such check")
    target.checks += [source.checks[place] for place in places]
    source.checks = [each for place, each in enumerate(source.checks) if place not in places]
    target.guests += source.guests
    target.closed_ms = None
    reckon(target, restaurant, at_ms)
    if not source.checks:
        source.deleted_ms = at_ms
    for order in (source, target):
        order.modified_ms = max(at_ms, order.modified_ms + 1)
