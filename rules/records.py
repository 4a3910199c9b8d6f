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


@record
class ChargeRecord:
    """A service charge of a check."""

    external_id: str
    check_id: str
    name: str
    amount: Decimal
    gratuity: bool = False
    category: str = "SERVICE_CHARGE"
    position: int = 0


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


@record
class RefundRecord:
    """Money given back on a payment; booked on its own business date."""

    amount: Decimal
    tip_amount: Decimal
    refunded_at: datetime | None
    business_date: date | None


@record
class PaymentRecord:
    """One tender against a check; `amount` excludes the tip.

    `counts` is false when it was voided or refused.
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


@record
class CustomerRecord:
    """Who bought, as far as the platform says."""

    external_id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None


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
    customer: CustomerRecord | None = None
    lines: Sequence[LineRecord] = field(default_factory=tuple)
    discounts: Sequence[DiscountRecord] = field(default_factory=tuple)
    charges: Sequence[ChargeRecord] = field(default_factory=tuple)
    taxes: Sequence[TaxRecord] = field(default_factory=tuple)
    payments: Sequence[PaymentRecord] = field(default_factory=tuple)


@record
class LocationRecord:
    """One till site: its zone, currency and the local hour at which its business day ends."""

    external_id: str
    name: str
    time_zone: str
    currency: str
    closeout_hour: int
    group_id: str | None = None
    archived: bool = False
