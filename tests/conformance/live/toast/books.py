"""What the stand-in holds of each stream, and what our tables keep of it.

Amounts are in cents, instants in milliseconds, as the stand-in has them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.toast.stock.level import Level
from tests.conformance.live.stand import Facts
from tests.integration.tasks.asked import ask

_KINDS = {
    "diningOptions": "dining option",
    "revenueCenters": "revenue center",
    "taxRates": "tax rate",
    "discounts": "discount",
    "serviceCharges": "service charge",
    "voidReasons": "void reason",
    "alternatePaymentTypes": "payment type",
}
_KEPT = {
    "orders": "SELECT external_id AS id, version, deleted FROM orders WHERE connection_id = :c",
    "menus": "SELECT l.external_id AS place, m.name AS id, m.price FROM menu_items m "
    "JOIN locations l ON l.id = m.location_id WHERE l.connection_id = :c AND m.kind = 'item' "
    "AND m.removed_at IS NULL",
    "stock": "SELECT s.item_external_id AS id, s.status, s.quantity FROM stock_levels s "
    "JOIN locations l ON l.id = s.location_id WHERE l.connection_id = :c "
    "AND (s.status <> 'in stock' OR s.quantity IS NOT NULL)",
    "configuration": "SELECT c.kind, c.external_id AS id, c.name FROM configured c "
    "JOIN locations l ON l.id = c.location_id WHERE l.connection_id = :c "
    "AND c.removed_at IS NULL",
    "cash": "SELECT e.external_id AS id, e.business_date, e.amount FROM cash_entries e "
    "JOIN locations l ON l.id = e.location_id WHERE l.connection_id = :c",
    "availability": "SELECT external_id AS id, taking_orders FROM locations "
    "WHERE connection_id = :c AND taking_orders IS NOT NULL",
}


def held(platform: Any, stream: str) -> Facts:
    """From the stand-in's own books."""
    found: dict[str, Callable[[], Facts]] = {
        "orders": lambda: {
            each.guid: (each.modified_ms, each.order().deleted_ms is not None)
            for each in platform.book.all()
        },
        "menus": lambda: {
            (place.guid, item.name): item.price_cents
            for place in platform.merchant.restaurants
            for item in platform.estate.of(place).setup.card.items()
        },
        "stock": lambda: {
            guid: _told_of(level)
            for place in platform.merchant.restaurants
            for guid, level in platform.estate.of(place).stock._levels.items()
            if level.status != "IN_STOCK"
        },
        "configuration": lambda: {
            (kind, thing["guid"]): thing["name"]
            for place in platform.merchant.restaurants
            for resource, kind in _KINDS.items()
            for _, thing in platform.estate.of(place).setup.listed(resource)
        },
        "cash": lambda: {
            entry["guid"]: round(entry["amount"] * 100)
            for place in platform.merchant.restaurants
            for book in (platform.estate.of(place).cash,)
            for entry in (*book.entries(), *book.deposits())
        },
        "availability": lambda: {
            place.guid: platform.estate.of(place).availability.body()["status"]
            for place in platform.merchant.restaurants
        },
    }
    return found[stream]()


def kept(connection_id: int, stream: str) -> Facts:
    """From our tables, in the stand-in's terms."""
    rows = ask(_KEPT[stream], c=connection_id)
    told: dict[str, Callable[[Any], tuple[Any, Any]]] = {
        "orders": lambda row: (row.id, (_ms(row.version), row.deleted)),
        "menus": lambda row: ((row.place, row.id), _cents(row.price)),
        "stock": lambda row: (
            row.id,
            (row.status, None if row.quantity is None else float(row.quantity)),
        ),
        "configuration": lambda row: ((row.kind, row.id), row.name),
        "cash": lambda row: (row.id, _cents(row.amount)),
        "availability": lambda row: (row.id, "ONLINE" if row.taking_orders else "OFFLINE"),
    }
    return dict(told[stream](row) for row in rows)


def _told_of(level: Level) -> tuple[str, float | None]:
    """Five or fewer are "low", as the page of the stock webhook has it."""
    if level.status == "OUT_OF_STOCK" or level.quantity is None:
        return "out of stock", None
    return "low" if level.quantity <= 5 else "in stock", float(level.quantity)


def _cents(amount: Any) -> int | None:
    return None if amount is None else int(amount * 100)


def _ms(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * 1000)
