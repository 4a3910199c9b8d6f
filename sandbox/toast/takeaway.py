"""A London takeaway, and its orders as a CSV tells them.

The file knows neither tax, tenders nor tips: tax is 20 % on top of each line, and the rest follows
from the order number, so that every run tells the same story.
"""

from __future__ import annotations

import zlib
from decimal import Decimal

from sandbox.toast import money
from sandbox.toast.body.order import business_date
from sandbox.toast.held import Held
from sandbox.toast.merchant import Merchant, Restaurant, TaxRate, merchant_of, named_guid
from sandbox.toast.order import Check, Line, Order, Payment
from sandbox.toast.pricing import price_check

_VAT = TaxRate("VAT 20%", Decimal("0.20"))
_MINUTE_MS = 60_000

LONDON = Restaurant(
    guid=named_guid("restaurant", "Takeaway London"),
    name="Takeaway London",
    location="London",
    zone="Europe/London",
    currency="GBP",
    country="GB",
    city="London",
    taxes=(_VAT,),
)


def seed_merchant() -> Merchant:
    """The takeaway as a merchant of one restaurant."""
    return merchant_of("Takeaway London", (LONDON,))


class SeedOrder:
    """One order of the file: number, opening and (name, quantity, price in cents) by line."""

    __slots__ = ("items", "number", "opened_ms")

    def __init__(self, number: str, opened_ms: int) -> None:
        self.number = number
        self.opened_ms = opened_ms
        self.items: list[tuple[str, int | float, int]] = []

    @property
    def dice(self) -> int:
        """A number that follows from the order number and decides what the file leaves open."""
        return zlib.crc32(self.number.encode())

    @property
    def closed_ms(self) -> int:
        """20 to 45 minutes after opening."""
        return self.opened_ms + (20 + self.dice % 26) * _MINUTE_MS

    def order(self) -> Order:
        """The order, paid and closed."""
        lines = [
            Line(name=name, quantity=quantity, price_cents=cents)
            for name, quantity, cents in self.items
        ]
        check = Check(lines=lines)
        check.payments = [self._payment(price_check(check, LONDON).due)]
        return Order(
            guid=named_guid("takeaway order", self.number),
            number=self.number,
            opened_ms=self.opened_ms,
            modified_ms=self.closed_ms,
            closed_ms=self.closed_ms,
            dining="Take Out",
            checks=[check],
        )

    def held(self) -> Held:
        """The same for the book, its body made only when asked for."""
        bare = Order(checks=[], opened_ms=self.opened_ms)
        return Held(
            named_guid("takeaway order", self.number),
            LONDON,
            self,
            modified_ms=self.closed_ms,
            business_date=business_date(bare, LONDON),
            lines=len(self.items),
            gross_cents=sum(money.times(cents, quantity) for _name, quantity, cents in self.items),
        )

    def _payment(self, due: int) -> Payment:
        # Half by card, two fifths in cash, a tenth otherwise; every third card leaves 10 %.
        lot = self.dice % 10
        if lot < 5:
            tip = money.share(due, 10) if self.dice % 3 == 0 else 0
            return Payment(
                kind="CREDIT",
                amount_cents=due,
                tip_cents=tip,
                at_ms=self.closed_ms,
                status="CAPTURED",
                card_type="VISA" if self.dice % 2 else "MASTERCARD",
                last4=f"{self.dice % 10_000:04d}",
            )
        if lot < 9:
            tendered = -(-due // 500) * 500
            return Payment(
                kind="CASH", amount_cents=due, at_ms=self.closed_ms, tendered_cents=tendered
            )
        return Payment(kind="OTHER", amount_cents=due, at_ms=self.closed_ms, other="Marketplace")
