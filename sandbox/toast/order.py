"""An order as the till knows it: what was rung up, before any figure is worked out.

Prices are whole cents of the restaurant's currency, instants are UNIX milliseconds. The same
shapes, as JSON, are what the control address takes and what the journal holds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

PaymentKind = Literal[
    "CASH", "CREDIT", "GIFTCARD", "HOUSE_ACCOUNT", "REWARDCARD", "LEVELUP", "TOAST_SV", "OTHER"
]


class Discount(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A reduction by percent or by amount, on an item or on a check."""

    name: str
    guid: str = ""
    percent: float | None = None
    amount_cents: int = 0


class Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One item rung up, or a modifier of one; `taxes` names tax rates, None means the default."""

    name: str
    price_cents: int
    guid: str = ""
    quantity: int | float = 1
    group: str = "Menu"
    seat: int = -1
    modifiers: list[Line] = []
    discounts: list[Discount] = []
    taxes: list[str] | None = None
    tax_included: bool = False
    selection_type: str = "NONE"
    deferred: bool = False
    voided_ms: int | None = None
    void_reason: str | None = None
    refund_guid: str | None = None


class Charge(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A service charge by percent or by amount; a gratuity goes to the staff."""

    name: str
    guid: str = ""
    percent: float | None = None
    amount_cents: int = 0
    gratuity: bool = False
    taxable: bool = False
    pre_discount: bool = True
    category: str = "SERVICE_CHARGE"
    refund_guid: str | None = None


class Refund(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Money given back on a payment; without an amount it is what the refunded lines come to."""

    at_ms: int
    guid: str
    amount_cents: int
    tip_cents: int = 0


class Payment(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One tender on a check; the amount holds tax and charges but not the tip."""

    kind: PaymentKind
    amount_cents: int
    at_ms: int
    guid: str = ""
    tip_cents: int = 0
    tendered_cents: int | None = None
    status: str | None = None
    card_type: str | None = None
    last4: str | None = None
    other: str | None = None
    refund: Refund | None = None
    voided_ms: int | None = None


class Guest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Who the check is for."""

    first_name: str
    last_name: str
    guid: str = ""
    phone: str | None = None
    email: str | None = None


class Check(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What one guest or party pays."""

    lines: list[Line]
    guid: str = ""
    number: str = ""
    tab: str | None = None
    discounts: list[Discount] = []
    charges: list[Charge] = []
    payments: list[Payment] = []
    guest: Guest | None = None
    tax_exempt: bool = False
    voided_ms: int | None = None
    deleted_ms: int | None = None


class Order(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One order of a restaurant."""

    checks: list[Check]
    guid: str = ""
    number: str = ""
    opened_ms: int = 0
    modified_ms: int = 0
    promised_ms: int | None = None
    closed_ms: int | None = None
    voided_ms: int | None = None
    deleted_ms: int | None = None
    dining: str = "Dine In"
    source: str = "In Store"
    guests: int = 1
    external_id: str | None = None
    excess_food: bool = False
