"""What days come to: the figures of a day, and their sums over a month."""

from decimal import Decimal
from typing import Annotated

from sqlalchemy import Numeric
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Instant

# A month's orders may come to more than one of them can.
Sum = Annotated[Decimal, mapped_column(Numeric(28, 4))]


class Figures:
    """What was sold on one date or on several, and what was paid and given back.

    Sales are of the orders of that date, voided ones left out, refunds not taken off. Refunds are
    those given on that date, whenever was sold. `due` = `net` + `tax` + `gratuities` + `deferred`
    is owed for that date's orders; it is `paid_before` that date (deposits), `paid_that_day`,
    `paid_after` or still `open`; `rounding` is what settled bills are off by, a minor unit each at
    most; `unexplained` is what is left, and must be nothing: neither in the sum nor of any order,
    of which `unexplained_orders` are those where it isn't. `untied_checks` are bills of which the
    platform states something else than their parts come to. What is paid counts whether its order
    was voided or not: the till has it. `prepaid` is what was taken on that date for orders of later
    ones, `postpaid` for orders of earlier ones; `tips` came with whatever was taken on that date.

    Of `net` the house's `charges` are a part, of `gratuities` the `fundraising`, of `tax` the
    `marketplace_tax`, and of `refunded_tax` the `refunded_marketplace_tax`.
    """

    orders: Mapped[int]
    checks: Mapped[int]
    guests: Mapped[int]
    net: Mapped[Sum]
    discounts: Mapped[Sum]
    charges: Mapped[Sum]
    gratuities: Mapped[Sum]
    fundraising: Mapped[Sum]
    tax: Mapped[Sum]
    marketplace_tax: Mapped[Sum]
    deferred: Mapped[Sum]
    due: Mapped[Sum]
    paid_before: Mapped[Sum]
    paid_that_day: Mapped[Sum]
    paid_after: Mapped[Sum]
    open: Mapped[Sum]
    rounding: Mapped[Sum]
    unexplained: Mapped[Sum]
    tips: Mapped[Sum]
    prepaid: Mapped[Sum]
    postpaid: Mapped[Sum]
    refunded_net: Mapped[Sum]
    refunded_tax: Mapped[Sum]
    refunded_marketplace_tax: Mapped[Sum]
    refunded_gratuities: Mapped[Sum]
    refunded_deferred: Mapped[Sum]
    refunded_tips: Mapped[Sum]
    voided_orders: Mapped[int]
    unexplained_orders: Mapped[int]
    untied_checks: Mapped[int]
    counted_at: Mapped[Instant]
