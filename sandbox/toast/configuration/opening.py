"""What a restaurant is configured with from the start: whatever orders and cash refer to."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.toast.body.reference import Json, local
from sandbox.toast.configuration.resource import RESOURCES
from sandbox.toast.configuration.thing import Thing, thing
from sandbox.toast.kitchen import delivery_fee, gratuity
from sandbox.toast.merchant import Restaurant, TaxRate
from sandbox.toast.order import Charge

# Things of which nothing but the name matters.
_NAMES: dict[str, tuple[str, ...]] = {
    "alternatePaymentTypes": ("Meal Voucher", "Marketplace", "Voucher"),
    "breakTypes": ("Meal break",),
    "noSaleReasons": ("Change for a guest", "Drawer check"),
    "payoutReasons": ("Supplies", "Produce market"),
    "printers": ("Kitchen printer", "Receipt printer"),
    "restaurantServices": ("All day",),
    "revenueCenters": ("Front of house",),
    "salesCategories": ("Food",),
    "voidReasons": ("Entered in error", "Guest changed mind"),
}
_DINING = (("Dine In", "DINE_IN"), ("Take Out", "TAKE_OUT"), ("Delivery", "DELIVERY"))
_TABLES = tuple(f"Table {number}" for number in range(1, 7))


def opening_things(restaurant: Restaurant) -> dict[str, dict[str, Thing]]:
    """All of it, by kind and guid."""
    made: dict[str, dict[str, Thing]] = {kind: {} for kind in RESOURCES}
    for kind, name, fields in _all(restaurant):
        each = thing(restaurant, kind, name, fields)
        made[kind][each.guid] = each
    return made


def _all(restaurant: Restaurant) -> Iterator[tuple[str, str, Json]]:
    for kind, names in _NAMES.items():
        yield from ((kind, name, {}) for name in names)
    for name, behavior in _DINING:
        yield "diningOptions", name, {"behavior": behavior}
    yield from _places(restaurant)
    yield from _discounts()
    for charge in (gratuity(), delivery_fee(restaurant)):
        yield "serviceCharges", charge.name, _charge(charge, restaurant)
    for tax in restaurant.taxes:
        yield "taxRates", tax.name, _tax(tax)


def _places(restaurant: Restaurant) -> Iterator[tuple[str, str, Json]]:
    center = local(restaurant, "RevenueCenter", "Front of house")
    yield "serviceAreas", "Main room", {"revenueCenter": center}
    area = _bare(local(restaurant, "ServiceArea", "Main room"))
    for name in _TABLES:
        yield "tables", name, {"serviceArea": area, "revenueCenter": center}
    printer = _bare(local(restaurant, "Printer", "Receipt printer"))
    for name in ("drawer 1", "drawer 2"):
        yield "cashDrawers", name, {"printer": printer}


def _discounts() -> Iterator[tuple[str, str, Json]]:
    lunch = {"type": "PERCENT", "percentage": 15, "selectionType": "ITEM"}
    loyal = {"type": "PERCENT", "percentage": 7.9, "nonExclusive": True}
    waste = {"type": "PERCENT", "percentage": 100, "selectionType": "ITEM"}
    yield "discounts", "Lunch Deal", lunch
    yield "discounts", "Loyal Guest", loyal
    yield "discounts", "Manager Discount", {}
    yield "discounts", "Waste", waste


def _charge(charge: Charge, restaurant: Restaurant) -> Json:
    percent = charge.percent
    taxes = restaurant.default_taxes if charge.taxable else ()
    shared = {
        "gratuity": charge.gratuity,
        "taxable": charge.taxable,
        "applicableTaxes": [
            thing(restaurant, "taxRates", tax.name, _tax(tax)).body(RESOURCES["taxRates"])
            for tax in taxes
        ],
        "destination": "SERVER" if charge.gratuity else "RESTAURANT",
    }
    if percent is None:
        return {**shared, "amountType": "FIXED", "amount_cents": charge.amount_cents}
    when = "PRE_DISCOUNT" if charge.pre_discount else "POST_DISCOUNT"
    return {
        **shared,
        "amountType": "PERCENT",
        "percent": percent,
        "serviceChargeCalculation": when,
    }


def _tax(tax: TaxRate) -> Json:
    # A fixed rate is the amount itself; rounding is a matter of percentages.
    fixed = tax.kind != "PERCENT"
    return {
        "isDefault": tax.default,
        "rate": float(tax.rate),
        "type": tax.kind,
        "roundingType": None if fixed else tax.rounding,
    }


def _bare(reference: Json) -> Json:
    """A reference without an id of somebody else's."""
    return {"guid": reference["guid"], "entityType": reference["entityType"]}
