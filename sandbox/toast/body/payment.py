"""A payment as the orders API shows it. Source: orders API 2.9.0, Payment."""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.body.reference import Json, configured, local
from sandbox.toast.merchant import Restaurant
from sandbox.toast.order import Payment, Refund


def payment(paid: Payment, order_guid: str, check_guid: str, restaurant: Restaurant) -> Json:
    """One tender; the status of a tender that isn't a card is null unless voided."""
    day = _day(paid.at_ms, restaurant)
    tendered = paid.tendered_cents
    cash, card = paid.kind == "CASH", paid.kind == "CREDIT"
    return {
        "guid": paid.guid,
        "entityType": "OrderPayment",
        "externalId": None,
        "paidDate": times.instant(paid.at_ms),
        "paidBusinessDate": day,
        "type": paid.kind,
        "cardEntryMode": "EMV_CHIP_SIGN" if card else None,
        "amount": money.amount(paid.amount_cents),
        "tipAmount": money.amount(paid.tip_cents),
        "amountTendered": None if tendered is None else money.amount(tendered),
        "cardType": paid.card_type,
        "last4Digits": paid.last4,
        "first6Digits": None,
        "originalProcessingFee": _fee(paid),
        "server": local(restaurant, "RestaurantUser", "till staff"),
        "cashDrawer": local(restaurant, "CashDrawer", "drawer 1") if cash else None,
        "refundStatus": _refund_status(paid),
        "refund": None if paid.refund is None else _refund(paid.refund, restaurant),
        "paymentStatus": paid.status,
        "voidInfo": _void_info(paid.voided_ms, restaurant),
        "houseAccount": None,
        "otherPayment": _other(paid, restaurant),
        "mcaRepaymentAmount": None,
        "cardPaymentId": paid.guid if card else None,
        "orderGuid": order_guid,
        "checkGuid": check_guid,
        "createdDevice": {"id": None},
        "lastModifiedDevice": {"id": None},
        "networkTransactionIdentifier": None,
    }


def _day(at_ms: int, restaurant: Restaurant) -> int:
    return times.yyyymmdd(times.business_day(at_ms, restaurant.zone, restaurant.closeout_hour))


def _other(paid: Payment, restaurant: Restaurant) -> Json | None:
    if paid.kind != "OTHER":
        return None
    return configured(restaurant, "AlternatePaymentType", paid.other or "Voucher")


def _fee(paid: Payment) -> float | None:
    # Known once captured: 2.49 % and fifteen cents, a plausible card rate.
    if paid.status != "CAPTURED":
        return None
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
        "refundBusinessDate": _day(refund.at_ms, restaurant),
        "refundTransaction": {"guid": refund.guid, "entityType": "RefundTransaction"},
    }


def _void_info(voided_ms: int | None, restaurant: Restaurant) -> Json | None:
    if voided_ms is None:
        return None
    return {
        "voidUser": local(restaurant, "RestaurantUser", "till staff"),
        "voidApprover": local(restaurant, "RestaurantUser", "floor lead"),
        "voidDate": times.instant(voided_ms),
        "voidBusinessDate": _day(voided_ms, restaurant),
        "voidReason": configured(restaurant, "VoidReason", "Entered in error"),
    }
