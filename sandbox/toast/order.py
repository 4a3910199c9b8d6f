"""An order as the till knows it: what was rung up, before any figure is worked out.

Prices are whole cents of the restaurant's currency, instants are UNIX milliseconds. The same
shapes, as JSON, are what the control address takes and what the journal holds.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

PaymentKind = Literal[
    "CASH",
    "CREDIT",
    "GIFTCARD",
    "HOUSE_ACCOUNT",
    "REWARDCARD",
    "LEVELUP",
    "TOAST_SV",
    "OTHER",
    "UNDETERMINED",
]


class Discount(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A reduction by percent or by amount, on an item or on a check."""

    name: str
    guid: str = ""
    percent: float | None = None
    amount_cents: int = 0
    kind: str | None = None
    state: str | None = None
    reason: str | None = None
    approver: str | None = None
    promo_code: str | None = None


class Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One item rung up, or a modifier of one; `taxes` names tax rates, None means the default.

    `facilitated` names those of its taxes that a marketplace collects and remits. What was refunded
    is kept as it was then: later discounts don't change it.
    """

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
    refund_cents: int | None = None
    refund_tax_cents: int = 0
    external_id: str | None = None
    unit: str = "NONE"
    category: str = "Food"
    dining: str | None = None
    fulfillment: str | None = None
    pre_modifier: str | None = None
    plu: str = ""
    pricing_mode: str | None = None
    outside_tax_cents: int = 0
    facilitated: list[str] = []


class Charge(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A service charge by percent or by amount; a gratuity goes to the staff.

    A percent is of prices before discounts unless `pre_discount` is false.
    """

    name: str
    guid: str = ""
    percent: float | None = None
    amount_cents: int = 0
    gratuity: bool = False
    taxable: bool = False
    pre_discount: bool | None = True
    category: str | None = "SERVICE_CHARGE"
    refund_guid: str | None = None
    refund_cents: int | None = None
    refund_tax_cents: int = 0
    kind: str | None = None
    payment_guid: str | None = None
    taxes: list[str] | None = None
    facilitated: list[str] = []


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
    void_reason: str | None = None
    external_id: str | None = None
    entry: str | None = None
    first6: str | None = None
    fee_cents: int | None = None
    server: str | None = None
    drawer: str | None = None
    house: str | None = None
    card_payment_id: str | None = None
    mca_cents: int | None = None


class Guest(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Who the check is for."""

    first_name: str
    last_name: str
    guid: str = ""
    phone: str | None = None
    email: str | None = None


class Loyalty(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The loyalty account that a check counts for."""

    identifier: str
    vendor: str = "TOAST"
    accrual_family: str | None = None
    accrual_text: str | None = None


class Check(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What one guest or party pays; `facilitated`: a marketplace remits all of its tax."""

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
    external_id: str | None = None
    loyalty: Loyalty | None = None
    opened_by: str | None = None
    facilitated: bool = False


class Order(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One order of a restaurant; `delivery` and `curbside` hold the keys that the API shows."""

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
    test_mode: bool = False
    approval: str | None = None
    channel_guid: str | None = None
    table: str | None = None
    area: str | None = None
    service: str | None = None
    revenue_center: str | None = None
    server: str | None = None
    prep_time: str | None = None
    delivery: dict[str, Any] | None = None
    curbside: dict[str, Any] | None = None
    packaging: dict[str, Any] | None = None
