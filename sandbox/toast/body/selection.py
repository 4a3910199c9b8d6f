"""An item of a check, and its modifiers, as the orders API shows them.

Source: orders API 2.9.0, Selection.
"""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.body.adjustment import applied_discount, applied_tax, refund_details
from sandbox.toast.body.reference import Json, configured
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Line, Order
from sandbox.toast.priced import PricedLine
from sandbox.toast.pricing import pre_discount_cents

# What is sold without being on the menu.
UNLISTED = ("TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE", "SPECIAL_REQUEST")


def selection(priced: PricedLine, order: Order, restaurant: Restaurant, opened_ms: int) -> Json:
    """One top-level item with its figures."""
    line = priced.line
    return {
        **_frame(line, order, restaurant, opened_ms),
        "quantity": line.quantity,
        "preDiscountPrice": money.amount(priced.pre),
        "price": money.amount(priced.price),
        "tax": money.amount(priced.tax),
        "appliedTaxes": [applied_tax(each, restaurant) for each in priced.taxes],
        "appliedDiscounts": [applied_discount(each, restaurant) for each in priced.discounts],
        "refundDetails": _refund(priced),
        "modifiers": _modifiers(line, line.quantity, order, restaurant, opened_ms),
    }


def _modifiers(
    line: Line, times_each: float, order: Order, restaurant: Restaurant, opened_ms: int
) -> list[Json]:
    """The modifiers repeat their own price; their tax sits on the item."""
    return [_modifier(each, times_each, order, restaurant, opened_ms) for each in line.modifiers]


def _modifier(
    line: Line, times_each: float, order: Order, restaurant: Restaurant, opened_ms: int
) -> Json:
    quantity = line.quantity * times_each
    price = money.amount(pre_discount_cents(line, quantity))
    return {
        **_frame(line, order, restaurant, opened_ms),
        "itemGroup": None,
        "optionGroup": configured(restaurant, "MenuOptionGroup", line.group),
        "optionGroupPricingMode": line.pricing_mode or "ADJUSTS_PRICE",
        "quantity": quantity,
        "preDiscountPrice": price,
        "price": price,
        "tax": 0,
        "appliedTaxes": [],
        "appliedDiscounts": [],
        "refundDetails": None,
        "modifiers": _modifiers(line, quantity, order, restaurant, opened_ms),
    }


def _frame(line: Line, order: Order, restaurant: Restaurant, opened_ms: int) -> Json:
    """Everything but the figures."""
    opened = times.instant(opened_ms)
    free = line.selection_type in UNLISTED
    return {
        "guid": line.guid,
        "entityType": "MenuItemSelection",
        "externalId": line.external_id,
        "item": None if free else configured(restaurant, "MenuItem", line.name),
        "itemGroup": None if free else configured(restaurant, "MenuGroup", line.group),
        "optionGroup": None,
        "preModifier": _pre_modifier(line, restaurant),
        "unitOfMeasure": line.unit,
        "seatNumber": line.seat,
        "selectionType": line.selection_type,
        "salesCategory": None if free else configured(restaurant, "SalesCategory", line.category),
        "displayName": line.name,
        "receiptLinePrice": money.amount(line.price_cents),
        "deferred": line.deferred,
        "voided": line.voided_ms is not None,
        "voidDate": times.instant_or_null(line.voided_ms),
        "voidBusinessDate": _void_date(line, restaurant),
        "voidReason": _void_reason(line, restaurant),
        "fulfillmentStatus": line.fulfillment or _fulfillment(order),
        "fulfillment": None,
        "taxInclusion": "INCLUDED" if line.tax_included else "NOT_INCLUDED",
        "optionGroupPricingMode": None,
        "diningOption": configured(restaurant, "DiningOption", line.dining or order.dining),
        "createdDate": opened,
        "modifiedDate": opened if line.voided_ms is None else times.instant(line.voided_ms),
        "plu": line.plu,
        "premodifierPlu": None,
    }


def _fulfillment(order: Order) -> str:
    return "NEW" if order.promised_ms and not order.closed_ms else "SENT"


def _pre_modifier(line: Line, restaurant: Restaurant) -> Json | None:
    if line.pre_modifier is None:
        return None
    return configured(restaurant, "PreModifier", line.pre_modifier)


def _void_date(line: Line, restaurant: Restaurant) -> int | None:
    return None if line.voided_ms is None else restaurant.business_date(line.voided_ms)


def _void_reason(line: Line, restaurant: Restaurant) -> Json | None:
    if line.void_reason is None:
        return None
    return configured(restaurant, "VoidReason", line.void_reason)


def _refund(priced: PricedLine) -> Json | None:
    if priced.line.refund_guid is None:
        return None
    return refund_details(*priced.refunded, priced.line.refund_guid)
