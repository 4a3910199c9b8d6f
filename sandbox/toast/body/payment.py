"""A payment as the orders API shows it. Source: orders API 2.9.0, Payment."""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Payment, Refund


def payment(paid: Payment, order_guid: str, check_guid: str, restaurant: Restaurant) -> Json:
    """One tender; the status of a tender that isn't a card is null unless voided."""
    card = paid.kind == "CREDIT"
    return {
        "guid": paid.guid,
        "entityType": "OrderPayment",
        "externalId": paid.external_id,
        "paidDate": times.instant(paid.at_ms),
        "paidBusinessDate": restaurant.business_date(paid.at_ms),
        "type": paid.kind,
        "cardEntryMode": paid.entry or ("EMV_CHIP_SIGN" if card else None),
        "amount": money.amount(paid.amount_cents),
        "tipAmount": money.amount(paid.tip_cents),
        "amountTendered": _amount_or_null(paid.tendered_cents),
        "cardType": paid.card_type,
        "last4Digits": paid.last4,
        "first6Digits": paid.first6,
        "originalProcessingFee": _fee(paid),
        "server": local(restaurant, "RestaurantUser", paid.server or "till staff"),
        "cashDrawer": _drawer(paid, restaurant),
        "refundStatus": _refund_status(paid),
        "refund": None if paid.refund is None else _refund(paid.refund, restaurant),
        "paymentStatus": paid.status,
        "voidInfo": _void_info(paid, restaurant),
        "houseAccount": _house(paid, restaurant),
        "otherPayment": _other(paid, restaurant),
        "mcaRepaymentAmount": _amount_or_null(paid.mca_cents),
        "cardPaymentId": paid.card_payment_id or (paid.guid if card else None),
        "orderGuid": order_guid,
        "checkGuid": check_guid,
        "createdDevice": {"id": None},
        "lastModifiedDevice": {"id": None},
        "networkTransactionIdentifier": None,
    }


def _amount_or_null(cents: int | None) -> float | None:
    return None if cents is None else money.amount(cents)


def _drawer(paid: Payment, restaurant: Restaurant) -> Json | None:
    if paid.kind != "CASH":
        return None
    return local(restaurant, "CashDrawer", paid.drawer or "drawer 1")


def _house(paid: Payment, restaurant: Restaurant) -> Json | None:
    if paid.kind != "HOUSE_ACCOUNT":
        return None
    return local(restaurant, "HouseAccount", paid.house or "House account")


def _other(paid: Payment, restaurant: Restaurant) -> Json | None:
    if paid.kind != "OTHER":
        return None
    return configured(restaurant, "AlternatePaymentType", paid.other or "Voucher")


def _fee(paid: Payment) -> float | None:
    # Known once captured: 2.49 % and fifteen cents, a plausible card rate.
    if paid.status != "CAPTURED":
        return None
    if paid.fee_cents is not None:
        return money.amount(paid.fee_cents)
    return money.amount(money.share(paid.amount_cents + paid.tip_cents, 2.49) + 15)


def _refund_status(paid: Payment) -> str:
    if paid.refund is None:
        return "NONE"
    return "FULL" if paid.refund.amount_cents >= paid.amount_cents else "PARTIAL"


def _refund(refund: Refund, restaurant: Restaurant) -> Json:
    """One object, never a list; it falls on the day the money went back."""
    return {
        "refundAmount": money.amount(refund.amount_cents),
        "tipRefundAmount": money.amount(refund.tip_cents),
        "refundDate": times.instant(refund.at_ms),
        "refundBusinessDate": restaurant.business_date(refund.at_ms),
        "refundTransaction": {"guid": refund.guid, "entityType": "RefundTransaction"},
    }


def _void_info(paid: Payment, restaurant: Restaurant) -> Json | None:
    if paid.voided_ms is None:
        return None
    reason = paid.void_reason or "Entered in error"
    return {
        "voidUser": local(restaurant, "RestaurantUser", "till staff"),
        "voidApprover": local(restaurant, "RestaurantUser", "floor lead"),
        "voidDate": times.instant(paid.voided_ms),
        "voidBusinessDate": restaurant.business_date(paid.voided_ms),
        "voidReason": configured(restaurant, "VoidReason", reason),
    }
