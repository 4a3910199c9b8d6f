"""A check as the orders API shows it. Source: orders API 2.9.0, Check."""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.body.adjustment import applied_discount
from sandbox.toast.body.charge import service_charge
from sandbox.toast.body.payment import payment
from sandbox.toast.body.reference import Json, local
from sandbox.toast.body.selection import selection
from sandbox.toast.merchant import Restaurant, named_guid
from sandbox.toast.order import Check, Guest, Loyalty, Order
from sandbox.toast.priced import PricedCheck
from sandbox.toast.pricing import price_check


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
        "appliedServiceCharges": [service_charge(one, order, restaurant) for one in priced.charges],
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
    return {
        "guid": held.guid,
        "entityType": "Check",
        "externalId": held.external_id,
        "displayNumber": held.number,
        "tabName": held.tab,
        "openedDate": times.instant(order.opened_ms),
        "createdDate": times.instant(order.opened_ms),
        "modifiedDate": times.instant(order.modified_ms),
        "paidDate": times.instant_or_null(paid_ms(held)),
        "closedDate": times.instant_or_null(order.closed_ms),
        "deletedDate": times.NEVER_DELETED if deleted is None else times.instant(deleted),
        "voidDate": times.instant_or_null(voided),
        "voidBusinessDate": None if voided is None else restaurant.business_date(voided),
        "deleted": deleted is not None,
        "voided": voided is not None,
        "taxExempt": held.tax_exempt,
        "appliedLoyaltyInfo": None if held.loyalty is None else _loyalty(held.loyalty, restaurant),
        "customer": None if held.guest is None else _customer(held.guest),
        "openedBy": local(restaurant, "RestaurantUser", held.opened_by or "till staff"),
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


def _loyalty(loyalty: Loyalty, restaurant: Restaurant) -> Json:
    family = loyalty.accrual_family or named_guid(restaurant.guid, "AccrualFamily")
    return {
        "guid": named_guid("loyalty", loyalty.vendor, loyalty.identifier),
        "entityType": "AppliedLoyaltyInfo",
        "loyaltyIdentifier": loyalty.identifier,
        "maskedLoyaltyIdentifier": "*" * len(loyalty.identifier[:-4]) + loyalty.identifier[-4:],
        "vendor": loyalty.vendor,
        "accrualFamilyGuid": family,
        "accrualText": loyalty.accrual_text,
    }
