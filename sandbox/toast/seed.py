"""A takeaway's real order lines, from a CSV, as orders of one restaurant in London.

The file knows neither tax, tenders nor tips: tax is 20 % on top of each line, and the rest follows
from the order number, so that every run tells the same story.
"""

from __future__ import annotations

import csv
import logging
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from sandbox.toast import money, times
from sandbox.toast.held import Held
from sandbox.toast.merchant import Merchant, Restaurant, TaxRate, merchant_of, named_guid
from sandbox.toast.order import Check, Line, Order, Payment
from sandbox.toast.order_json import business_date
from sandbox.toast.pricing import price_check

log = logging.getLogger(__name__)

COLUMNS = ("Order Number", "Order Date", "Item Name", "Quantity", "Product Price")

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


@dataclass
class SeedReport:
    """What became of a seed file; a broken row is named with its line and the reason."""

    file: str = ""
    orders: int = 0
    lines: int = 0
    broken: list[dict[str, int | str]] = field(default_factory=list)


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


def read_seed(path: Path) -> tuple[list[SeedOrder], SeedReport]:
    """Read the file; broken rows are reported and skipped, each alone.

    Raises:
        ValueError: the file has not the columns of such a CSV; the sentence names those missing.
    """
    report = SeedReport(file=path.name)
    orders: dict[str, SeedOrder] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        places = _columns(next(csv.reader([file.readline()]), []), path.name)
        for number, line in enumerate(file, start=2):
            try:
                _take(_split(line), places, orders)
            except ValueError as error:
                _report(report, number, str(error))
    report.orders = len(orders)
    report.lines = sum(len(order.items) for order in orders.values())
    return list(orders.values()), report


def _split(line: str) -> list[str]:
    # Line by line, so that a stray quote can't swallow the neighbours.
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise ValueError(f"not a CSV row: {error}") from error


def _report(report: SeedReport, line: int, reason: str) -> None:
    report.broken.append({"line": line, "reason": reason})
    log.warning("%s, line %d skipped: %s", report.file, line, reason)


def _columns(header: list[str], name: str) -> tuple[int, ...]:
    header = [title.strip() for title in header]
    missing = [title for title in COLUMNS if title not in header]
    if missing:
        raise ValueError(
            f"{name} is not an order CSV: it has no column {', '.join(map(repr, missing))}."
        )
    return tuple(header.index(title) for title in COLUMNS)


def _take(row: list[str], places: tuple[int, ...], orders: dict[str, SeedOrder]) -> None:
    if not row:
        return
    if len(row) <= max(places):
        raise ValueError(f"only {len(row)} columns")
    number, opened, name, quantity, price = (row[place].strip() for place in places)
    if not number or not name:
        raise ValueError("no order number" if not number else "no item name")
    item = (name, _quantity(quantity), _cents(price))
    opened_ms = _opened_ms(opened)
    orders.setdefault(number, SeedOrder(number, opened_ms)).items.append(item)


def _decimal(text: str, what: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{what} is not a number: {text!r}") from error
    if not value.is_finite():
        raise ValueError(f"{what} is not a number: {text!r}")
    return value


def _quantity(text: str) -> int | float:
    value = _decimal(text, "Quantity")
    if value <= 0:
        raise ValueError(f"Quantity must be above zero: {text!r}")
    return int(value) if value == value.to_integral_value() else float(value)


def _cents(text: str) -> int:
    value = _decimal(text, "Product Price") * 100
    if value < 0 or value != value.to_integral_value():
        raise ValueError(f"Product Price is not an amount in pence: {text!r}")
    return int(value)


def _opened_ms(text: str) -> int:
    try:
        local = datetime.strptime(text, "%d/%m/%Y %H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"Order Date is not day/month/year hour:minute: {text!r}") from error
    return times.local_ms(local, LONDON.zone)
