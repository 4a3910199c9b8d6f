"""The parts of an order as Toast sends them, under our field names (see mapping.yaml).

Every field may be absent or null, enums are plain text and unknown fields are passed over, since
Toast adds all of these without notice. Numbers become Decimal straight from the JSON text. Parts
hold no cycles, so the garbage collector is spared them.
"""

from decimal import Decimal

import msgspec

from connectors.toast.tables import FIELDS

# Toast documents these as text but has sent bare numbers for the like.
Text = str | int | None
Number = Decimal | None
Day = int | str | None


class Reference(msgspec.Struct, rename=FIELDS["reference"], gc=False):
    """A pointer to a configured thing, such as a menu item."""

    external_id: str | None = None


class RefundDetails(msgspec.Struct, rename=FIELDS["refund_details"], gc=False):
    """What of an item or a charge was given back."""

    amount: Number = None
    tax: Number = None
    transaction: Reference | None = None


class Tax(msgspec.Struct, rename=FIELDS["tax"], gc=False):
    """One rate applied to an item or a charge."""

    name: str | None = None
    configured: Reference | None = None
    rate: Number = None
    amount: Number = None
    kind: str | None = None
    remitted_by_marketplace: bool | None = None


class Discount(msgspec.Struct, rename=FIELDS["discount"], gc=False):
    """A reduction of an item or of a whole check."""

    external_id: str | None = None
    name: str | None = None
    kind: str | None = None
    state: str | None = None
    amount: Number = None
    amount_with_tax: Number = None
    configured: Reference | None = None


class Line(msgspec.Struct, rename=FIELDS["line"], gc=False):
    """A selection: an item, or a modifier within one."""

    external_id: str | None = None
    name: str | None = None
    kind: str | None = None
    item: Reference | None = None
    group: Reference | None = None
    category: Reference | None = None
    quantity: Number = None
    unit_price: Number = None
    gross: Number = None
    amount: Number = None
    tax: Number = None
    tax_inclusion: str | None = None
    voided: bool | None = None
    void_business_date: Day = None
    void_reason: Reference | None = None
    deferred: bool | None = None
    refund: RefundDetails | None = None
    taxes: list[Tax] | None = None
    discounts: list[Discount] | None = None
    modifiers: "list[Line] | None" = None


class Charge(msgspec.Struct, rename=FIELDS["charge"], gc=False):
    """A service charge of a check."""

    external_id: str | None = None
    name: str | None = None
    amount: Number = None
    gratuity: bool | None = None
    category: str | None = None
    configured: Reference | None = None
    refund: RefundDetails | None = None
    taxes: list[Tax] | None = None


class Refund(msgspec.Struct, rename=FIELDS["refund"], gc=False):
    """Money given back on a payment."""

    amount: Number = None
    tip_amount: Number = None
    refunded_at: str | None = None
    business_date: Day = None
    transaction: Reference | None = None


class Void(msgspec.Struct, rename=FIELDS["void"], gc=False):
    """That a payment was voided; whoever did it is not ours to know."""

    business_date: Day = None
    reason: Reference | None = None


class Payment(msgspec.Struct, rename=FIELDS["payment"], gc=False):
    """One tender against a check."""

    external_id: str | None = None
    tender: str | None = None
    amount: Number = None
    tip: Number = None
    status: str | None = None
    card_type: str | None = None
    last_digits: Text = None
    paid_at: str | None = None
    business_date: Day = None
    void: Void | None = None
    refund: Refund | None = None
    card_entry: str | None = None
    tendered: Number = None
    fee: Number = None
    alternate_type: Reference | None = None
    house_account: Reference | None = None
    drawer: Reference | None = None


class Customer(msgspec.Struct, rename=FIELDS["customer"], gc=False):
    """The guest of a check."""

    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: Text = None
    phone_country: Text = None


class Check(msgspec.Struct, rename=FIELDS["check"], gc=False):
    """One bill of an order."""

    external_id: str | None = None
    status: str | None = None
    display_number: Text = None
    tab: Text = None
    voided: bool | None = None
    deleted: bool | None = None
    void_business_date: Day = None
    tax_exempt: bool | None = None
    amount: Number = None
    tax: Number = None
    paid_at: str | None = None
    closed_at: str | None = None
    customer: Customer | None = None
    lines: list[Line] | None = None
    discounts: list[Discount] | None = None
    charges: list[Charge] | None = None
    payments: list[Payment] | None = None


class Order(msgspec.Struct, rename=FIELDS["order"], gc=False):
    """An order with its checks."""

    external_id: str | None = None
    external_reference: str | None = None
    display_number: Text = None
    version: str | None = None
    business_date: Day = None
    opened_at: str | None = None
    paid_at: str | None = None
    closed_at: str | None = None
    promised_at: str | None = None
    source: str | None = None
    approval: str | None = None
    guests: Number = None
    voided: bool | None = None
    deleted: bool | None = None
    void_business_date: Day = None
    dining_option: Reference | None = None
    revenue_center: Reference | None = None
    service: Reference | None = None
    area: Reference | None = None
    table: Reference | None = None
    server: Reference | None = None
    channel_id: str | None = None
    test: bool | None = None
    waste: bool | None = None
    checks: list[Check] | None = None
