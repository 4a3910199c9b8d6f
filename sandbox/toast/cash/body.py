"""Entries and deposits as the API shows them.

Source: cash management API 1.1.0, CashEntry, Deposit; guide apiGetCashDeposits.
"""

from __future__ import annotations

from sandbox.toast import money, times
from sandbox.toast.body.reference import Json, local
from sandbox.toast.cash.entry import Deposit, Entry
from sandbox.toast.merchant import Restaurant


def entry_json(entry: Entry, restaurant: Restaurant) -> Json:
    """One entry; below zero where cash leaves the drawer."""
    staff = local(restaurant, "RestaurantUser", "till staff")
    lead = local(restaurant, "RestaurantUser", "floor lead")
    reviewed = entry.kind in ("CASH_COLLECTED", "TIP_OUT")
    return {
        "guid": entry.guid,
        "entityType": "CashEntry",
        "amount": money.amount(entry.cents),
        "reason": entry.reason,
        "date": times.instant(entry.at_ms),
        "type": entry.kind,
        "cashDrawer": _reference("CashDrawer", entry.drawer),
        "payoutReason": _reference("PayoutReason", entry.payout_reason),
        "noSaleReason": _reference("NoSaleReason", entry.no_sale_reason),
        "undoes": entry.undoes,
        "employee1": staff,
        "employee2": lead if reviewed else None,
        "creatorOrShiftReviewSubject": _reference("RestaurantUser", staff["guid"]),
        "approverOrShiftReviewSubject": (
            _reference("RestaurantUser", lead["guid"]) if reviewed else None
        ),
    }


def deposit_json(deposit: Deposit, restaurant: Restaurant) -> Json:
    """One deposit; it is above zero, undoing or not."""
    staff = local(restaurant, "RestaurantUser", "till staff")
    return {
        "guid": deposit.guid,
        "entityType": "DepositEntry",
        "date": times.instant(deposit.at_ms),
        "amount": money.amount(deposit.cents),
        "employee": staff,
        "creator": _reference("RestaurantUser", staff["guid"]),
        "undoes": deposit.undoes,
    }


def _reference(entity: str, guid: str | None) -> Json | None:
    return None if guid is None else {"guid": guid, "entityType": entity}
