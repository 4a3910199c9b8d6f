"""Every kind of configured thing, and what is known of each. Source: configuration API 2.5.0."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.toast.body.reference import Json


@dataclass(frozen=True)
class Resource:
    """One kind: its `entityType`, and its fields beside the name as they are unless told.

    `external` kinds may carry an id of somebody else's; `named` ones show their name.
    """

    entity: str
    fields: Json = field(default_factory=dict)
    external: bool = False
    named: bool = True


_DISCOUNT: Json = {
    "active": True,
    "type": "OPEN_PERCENT",
    "percentage": None,
    "amount": None,
    "selectionType": "CHECK",
    "nonExclusive": False,
    "itemPickingPriority": "LEAST_EXPENSIVE",
    "fixedTotal": None,
    "promoCodes": [],
}
_CRITERIA: Json = {
    "minCheckAmount": None,
    "maxCheckAmount": None,
    "minDeliveryDistance": None,
    "delivery": False,
    "takeout": False,
    "dineIn": False,
}
_SERVICE_CHARGE: Json = {
    "amountType": "OPEN",
    "amount": None,
    "percent": None,
    "criteria": _CRITERIA,
    "gratuity": False,
    "taxable": False,
    "applicableTaxes": [],
    "serviceChargeCalculation": None,
    "destination": "RESTAURANT",
    "taxInclusive": False,
    "taxProrated": False,
}
_TAX_RATE: Json = {
    "isDefault": False,
    "rate": None,
    "type": "PERCENT",
    "roundingType": "HALF_UP",
    "taxTable": [],
    "conditionalTaxRates": [],
}
_BREAK: Json = {
    "active": True,
    "paid": False,
    "duration": 30,
    "enforceMinimumTime": False,
    "trackMissedBreaks": False,
    "breakIntervalHrs": None,
    "breakIntervalMins": None,
    "trackBreakAcknowledgement": False,
}

RESOURCES: dict[str, Resource] = {
    "alternatePaymentTypes": Resource("AlternatePaymentType", external=True),
    "breakTypes": Resource("BreakType", _BREAK),
    "cashDrawers": Resource("CashDrawer", {"printer": None}, named=False),
    "diningOptions": Resource(
        "DiningOption", {"behavior": "DINE_IN", "curbside": False}, external=True
    ),
    "discounts": Resource("Discount", _DISCOUNT),
    "noSaleReasons": Resource("NoSaleReason"),
    "payoutReasons": Resource("PayoutReason"),
    "priceGroups": Resource("PriceGroup"),
    "printers": Resource("Printer"),
    "restaurantServices": Resource("RestaurantService"),
    "revenueCenters": Resource("RevenueCenter", {"description": None}),
    "salesCategories": Resource("SalesCategory"),
    "serviceAreas": Resource("ServiceArea", {"revenueCenter": None}),
    "serviceCharges": Resource("ServiceCharge", _SERVICE_CHARGE, external=True),
    "tables": Resource("Table", {"serviceArea": None, "revenueCenter": None}),
    "taxRates": Resource("TaxRate", _TAX_RATE),
    "voidReasons": Resource("VoidReason"),
}

# These show what is on the menu: they change with it, never by themselves.
OF_THE_MENU = (
    "menuGroups",
    "menuItems",
    "menuOptionGroups",
    "menus",
    "preModifierGroups",
    "preModifiers",
)
