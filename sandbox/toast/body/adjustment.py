"""Taxes, discounts and refunds as items, checks and charges carry them.

Source: orders API 2.9.0, AppliedTaxRate, AppliedDiscount, RefundDetails.
"""

from __future__ import annotations

from sandbox.toast import money
from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Discount
from sandbox.toast.priced import AppliedTax, PricedDiscount


def refund_details(cents: int, tax: int, transaction: str) -> Json:
    """What of a payment's refund belongs to this item or charge."""
    return {
        "refundAmount": money.amount(cents),
        "taxRefundAmount": money.amount(tax),
        "refundTransaction": {"guid": transaction, "entityType": "RefundTransaction"},
    }


def applied_tax(applied: AppliedTax, restaurant: Restaurant) -> Json:
    """One rate; its amount is not rounded."""
    tax = applied.tax
    return {
        "guid": tax.guid,
        "entityType": "AppliedTaxRate",
        "taxRate": configured(restaurant, "TaxRate", tax.name),
        "name": tax.name,
        # A tax that isn't worked out from its rate has none.
        "rate": None if tax.kind in ("NONE", "TABLE") else float(tax.rate),
        "taxAmount": money.amount(applied.cents),
        "type": tax.kind,
        "facilitatorCollectAndRemitTax": applied.facilitated,
        "displayName": tax.name,
        "jurisdiction": None,
        "jurisdictionType": None,
    }


def applied_discount(priced: PricedDiscount, restaurant: Restaurant) -> Json:
    """One discount with what it took off."""
    discount = priced.discount
    percent = discount.percent
    return {
        "guid": discount.guid or named_guid("AppliedDiscount", discount.name),
        "entityType": "AppliedCustomDiscount",
        "externalId": None,
        "name": discount.name,
        "discountAmount": money.amount(priced.cents),
        "nonTaxDiscountAmount": money.amount(priced.net_cents),
        "discount": configured(restaurant, "Discount", discount.name),
        "triggers": [],
        "approver": _staff(restaurant, discount.approver),
        "processingState": discount.state,
        "appliedDiscountReason": _reason(discount),
        "loyaltyDetails": None,
        "comboItems": [],
        "appliedPromoCode": discount.promo_code,
        "discountType": discount.kind or ("FIXED" if percent is None else "PERCENT"),
        "discountPercent": None if percent is None else percent / 100,
    }


def _staff(restaurant: Restaurant, name: str | None) -> Json | None:
    return None if name is None else local(restaurant, "RestaurantUser", name)


def _reason(discount: Discount) -> Json | None:
    if discount.reason is None:
        return None
    return {"name": discount.reason, "description": discount.reason, "comment": None}
