"""What a platform's record says, in our words: the form every connector maps to.

Money is `Decimal` in major units of the location's currency. Instants are aware UTC. Amounts
follow one convention whatever the platform:

- a line's `amount` is net of every discount (its own and its share of check discounts), holds
  its modifiers, and excludes tax; only lines without a parent add up;
- a charge's `amount` excludes tax; gratuities are charges flagged `gratuity`;
- tips belong to payments and are no part of a sale.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeVar, dataclass_transform

ZERO = Decimal(0)

OrderState = Literal["open", "paid", "closed"]

_Kind = TypeVar("_Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[_Kind]) -> type[_Kind]:
    """A value that nobody changes: the type checker sees to it.

    Were it frozen at run time too, making one would take two and a half times as long, and an
    order has fifteen.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)


@record
class RefundedPart:
    """What of a line or charge was given back: before tax, and its tax.

    `refund_id` names the refund it is part of. A line's holds that of its modifiers.
    """

    refund_id: str | None
    amount: Decimal
    tax: Decimal


@record
class LineRecord:
    """One thing sold, or a modifier of one (`parent_id` names the line it hangs on)."""

    external_id: str
    check_id: str
    position: int
    name: str
    quantity: Decimal
    unit_price: Decimal
    gross: Decimal
    amount: Decimal
    tax: Decimal
    parent_id: str | None = None
    item_id: str | None = None
    kind: str = "NONE"
    tax_inclusion: str | None = None
    voided: bool = False
    deferred: bool = False
    group_id: str | None = None
    category_id: str | None = None
    void_business_date: date | None = None
    void_reason_id: str | None = None
    refunds: Sequence["RefundedPart"] = ()


@record
class DiscountRecord:
    """A reduction already contained in the line amounts; `line_id` is None on a check discount."""

    external_id: str
    check_id: str
    name: str
    amount: Decimal
    line_id: str | None = None
    kind: str | None = None
    position: int = 0
    configured_id: str | None = None


@record
class ChargeRecord:
    """A service charge of a check.

    `tax` is what was charged on it where the platform says, else None: then its rates tell.
    """

    external_id: str
    check_id: str
    name: str
    amount: Decimal
    gratuity: bool = False
    category: str = "SERVICE_CHARGE"
    position: int = 0
    tax: Decimal | None = None
    configured_id: str | None = None
    refunds: Sequence["RefundedPart"] = ()


@record
class TaxRecord:
    """One rate applied to one line or charge; `amount` may have more decimals than the currency."""

    check_id: str
    name: str
    rate: Decimal | None
    amount: Decimal
    line_id: str | None = None
    charge_id: str | None = None
    kind: str = "PERCENT"
    remitted_by_marketplace: bool = False
    position: int = 0
    configured_id: str | None = None


@record
class RefundRecord:
    """Money given back on a payment, tips apart; booked on its own business date."""

    amount: Decimal
    tip_amount: Decimal
    refunded_at: datetime | None
    business_date: date | None
    external_id: str | None = None


@record
class PaymentRecord:
    """One tender against a check; `amount` excludes the tip.

    `counts` is false when it was voided or refused, or its bill was deleted.
    """

    external_id: str
    check_id: str
    tender: str
    amount: Decimal
    tip: Decimal
    status: str | None = None
    card_type: str | None = None
    last_digits: str | None = None
    paid_at: datetime | None = None
    business_date: date | None = None
    counts: bool = True
    refund: RefundRecord | None = None
    void_business_date: date | None = None
    void_reason_id: str | None = None
    card_entry: str | None = None
    tendered: Decimal | None = None
    fee: Decimal | None = None
    alternate_type_id: str | None = None
    house_account_id: str | None = None
    drawer_id: str | None = None


@record
class CustomerRecord:
    """Who bought, as far as the platform says."""

    external_id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    phone_country: str | None = None


@record
class CheckRecord:
    """One bill of an order. Amounts are as the platform states them, to be compared with ours.

    `amount` holds goods and charges that are no gratuities, before tax; None where it isn't told.
    `settled` says that nothing is owed on it any more.
    """

    external_id: str
    position: int
    status: str | None = None
    settled: bool = False
    display_number: str | None = None
    tab: str | None = None
    voided: bool = False
    deleted: bool = False
    void_business_date: date | None = None
    tax_exempt: bool = False
    amount: Decimal | None = None
    tax: Decimal | None = None
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    customer: CustomerRecord | None = None


@record
class OrderRecord:
    """One order as of `version`, the platform's instant of last change.

    A `partial` one leaves fields out: what it lacks is kept, not erased. `not_sale_reason` says
    why an order is no sale to a guest (a test, waste); it is None for a sale.
    """

    external_id: str
    version: datetime
    location_id: str
    business_date: date
    state: OrderState
    opened_at: datetime | None = None
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    promised_at: datetime | None = None
    external_reference: str | None = None
    display_number: str | None = None
    source: str | None = None
    approval: str | None = None
    guests: int | None = None
    voided: bool = False
    deleted: bool = False
    not_sale_reason: str | None = None
    partial: bool = False
    void_business_date: date | None = None
    dining_option_id: str | None = None
    revenue_center_id: str | None = None
    service_id: str | None = None
    area_id: str | None = None
    table_id: str | None = None
    server_id: str | None = None
    channel_id: str | None = None
    customer: CustomerRecord | None = None
    checks: Sequence[CheckRecord] = field(default_factory=tuple)
    lines: Sequence[LineRecord] = field(default_factory=tuple)
    discounts: Sequence[DiscountRecord] = field(default_factory=tuple)
    charges: Sequence[ChargeRecord] = field(default_factory=tuple)
    taxes: Sequence[TaxRecord] = field(default_factory=tuple)
    payments: Sequence[PaymentRecord] = field(default_factory=tuple)


@record
class LocationRecord:
    """One till site: its zone, currency and the local hour at which its business day ends.

    `brand` is what the sites of one chain share; `country` is its ISO 3166 code.
    """

    external_id: str
    name: str
    time_zone: str
    currency: str
    closeout_hour: int
    group_id: str | None = None
    archived: bool = False
    brand: str | None = None
    country: str | None = None
