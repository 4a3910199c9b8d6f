"""Cash entries and deposits as the back office holds them. Source: cash management API 1.1.0."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Kind = Literal[
    "CASH_IN",
    "CASH_COLLECTED",
    "CASH_OUT",
    "PAY_OUT",
    "UNDO_PAY_OUT",
    "TIP_OUT",
    "NO_SALE",
    "DRIVER_REIMBURSEMENT",
    "CLOSE_OUT_EXACT",
    "CLOSE_OUT_OVERAGE",
    "CLOSE_OUT_SHORTAGE",
]
KINDS: tuple[str, ...] = get_args(Kind)

# Money that comes into the drawer is above zero, money that leaves it below.
SIGNS: dict[str, int] = {
    "CASH_IN": 1,
    "CASH_COLLECTED": 1,
    "UNDO_PAY_OUT": 1,
    "CLOSE_OUT_OVERAGE": 1,
    "CASH_OUT": -1,
    "PAY_OUT": -1,
    "TIP_OUT": -1,
    "DRIVER_REIMBURSEMENT": -1,
    "CLOSE_OUT_SHORTAGE": -1,
    "NO_SALE": 0,
    "CLOSE_OUT_EXACT": 0,
}

# What undoes what.
UNDONE_BY = {
    "CASH_IN": "CASH_OUT",
    "CASH_OUT": "CASH_IN",
    "CASH_COLLECTED": "TIP_OUT",
    "TIP_OUT": "CASH_COLLECTED",
    "PAY_OUT": "UNDO_PAY_OUT",
}


class Entry(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Cash put into a drawer or taken out; the other entities are given by guid."""

    guid: str
    kind: Kind
    cents: int
    at_ms: int
    reason: str = ""
    drawer: str | None = None
    payout_reason: str | None = None
    no_sale_reason: str | None = None
    undoes: str | None = None


class Deposit(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Cash taken to the bank; one that undoes another has the same amount."""

    guid: str
    cents: int
    at_ms: int
    undoes: str | None = None
