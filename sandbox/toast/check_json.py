"""A check as the orders API shows it. Source: orders API 2.9.0, Check, AppliedServiceCharge."""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Check, Guest, Order
from sandbox.toast.payment_json import payment
from sandbox.toast.pricing import PricedCharge, PricedCheck, price_check
from sandbox.toast.reference import Json, configured, local
from sandbox.toast.selection_json import (
    applied_discount,
    applied_tax,
    refund_details,
    selection,
)


def check(held: Check, order: Order, restaurant: Restaurant) -> Json:
    """One check with its figures, items and payments."""
    priced = price_check(held, restaurant)
    return {
        **_frame(held, order, restaurant),
        "amount": money.amount(priced.amount),
        "taxAmount": money.amount(priced.tax),
        "totalAmount": money.amount(priced.total),
        "paymentStatus": payment_status(priced),
        "selections": [selection(one, order, restaurant, order.opened_ms) for one in priced.lines],
        "payments": [payment(one, order.guid, held.guid, restaurant) for one in held.payments],
        "appliedDiscounts": [applied_discount(one, restaurant) for one in priced.discounts],
        "appliedServiceCharges": [_charge(one, order, restaurant) for one in priced.charges],
    }


def payment_status(priced: PricedCheck) -> str:
    """OPEN while money is due, PAID while a card waits for its tip, then CLOSED."""
    if priced.paid < priced.due:
        return "OPEN"
    waiting = any(each.status == "AUTHORIZED" for each in priced.check.payments)
    return "PAID" if waiting else "CLOSED"


def paid_ms(held: Check) -> int | None:
    """When the last payment came."""
    return max((each.at_ms for each in held.payments), default=None)


def _frame(held: Check, order: Order, restaurant: Restaurant) -> Json:
    """Everything but figures and lists."""
    voided = held.voided_ms
    deleted = held.deleted_ms
    day = None
    if voided is not None:
        day = times.yyyymmdd(times.business_day(voided, restaurant.zone, restaurant.closeout_hour))
    return {
        "guid": held.guid,
        "entityType": "Check",
        "externalId": None,
        "displayNumber": held.number,
        "tabName": held.tab,
        "openedDate": times.instant(order.opened_ms),
        "createdDate": times.instant(order.opened_ms),
        "modifiedDate": times.instant(order.modified_ms),
        "paidDate": times.instant_or_null(paid_ms(held)),
        "closedDate": times.instant_or_null(order.closed_ms),
        "deletedDate": times.NEVER_DELETED if deleted is None else times.instant(deleted),
        "voidDate": times.instant_or_null(voided),
        "voidBusinessDate": day,
        "deleted": deleted is not None,
        "voided": voided is not None,
        "taxExempt": held.tax_exempt,
        "appliedLoyaltyInfo": None,
        "customer": None if held.guest is None else _customer(held.guest),
        "openedBy": local(restaurant, "RestaurantUser", "till staff"),
        "duration": max(0, (order.closed_ms or order.opened_ms) - order.opened_ms) // 1000,
        "createdDevice": {"id": None},
        "lastModifiedDevice": {"id": None},
    }


def _customer(guest: Guest) -> Json:
    return {
        "guid": guest.guid,
        "entityType": "Customer",
        "firstName": guest.first_name,
        "lastName": guest.last_name,
        "phone": guest.phone,
        "phoneCountryCode": "1" if guest.phone else None,
        "email": guest.email,
    }


def _charge(priced: PricedCharge, order: Order, restaurant: Restaurant) -> Json:
    charge = priced.charge
    refund = None
    if charge.refund_guid is not None:
        refund = refund_details(priced.cents, priced.tax, charge.refund_guid)
    return {
        "guid": charge.guid,
        "entityType": "AppliedServiceCharge",
        "externalId": None,
        "chargeAmount": money.amount(priced.cents),
        "serviceCharge": configured(restaurant, "ServiceCharge", charge.name),
        "chargeType": "FIXED" if charge.percent is None else "PERCENT",
        "name": charge.name,
        "delivery": order.dining == "Delivery",
        "takeout": order.dining == "Take Out",
        "dineIn": order.dining == "Dine In",
        "gratuity": charge.gratuity,
        "taxable": charge.taxable,
        "appliedTaxes": [applied_tax(each, restaurant) for each in priced.taxes],
        "serviceChargeCalculation": "PRE_DISCOUNT" if charge.pre_discount else "POST_DISCOUNT",
        "refundDetails": refund,
        "serviceChargeCategory": charge.category,
        "paymentGuid": None,
    }
