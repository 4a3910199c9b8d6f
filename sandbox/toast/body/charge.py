"""A service charge as the orders API shows it. Source: orders API 2.9.0, AppliedServiceCharge."""

from __future__ import annotations

from sandbox.toast import money
from sandbox.toast.body.adjustment import applied_tax, refund_details
from sandbox.toast.body.reference import Json, configured
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Order
from sandbox.toast.priced import PricedCharge

_CALCULATION = {True: "PRE_DISCOUNT", False: "POST_DISCOUNT", None: None}


def service_charge(priced: PricedCharge, order: Order, restaurant: Restaurant) -> Json:
    """One charge with its tax."""
    charge = priced.charge
    refund = None
    if charge.refund_guid is not None:
        refund = refund_details(*priced.refunded, charge.refund_guid)
    return {
        "guid": charge.guid,
        "entityType": "AppliedServiceCharge",
        "externalId": None,
        "chargeAmount": money.amount(priced.cents),
        "serviceCharge": configured(restaurant, "ServiceCharge", charge.name),
        "chargeType": charge.kind or ("FIXED" if charge.percent is None else "PERCENT"),
        "name": charge.name,
        "delivery": order.dining == "Delivery",
        "takeout": order.dining == "Take Out",
        "dineIn": order.dining == "Dine In",
        "gratuity": charge.gratuity,
        "taxable": charge.taxable,
        "appliedTaxes": [applied_tax(each, restaurant) for each in priced.taxes],
        "serviceChargeCalculation": _CALCULATION[charge.pre_discount],
        "refundDetails": refund,
        "serviceChargeCategory": charge.category,
        "paymentGuid": charge.payment_guid,
    }
