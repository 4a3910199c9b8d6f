"""What has been read of an order so far."""

from dataclasses import dataclass, field

from rules.records import ChargeRecord, DiscountRecord, LineRecord, PaymentRecord, TaxRecord


@dataclass(slots=True)
class Parts:
    """The parts of one order in the order of reading; a part's position is its place here."""

    lines: list[LineRecord] = field(default_factory=list)
    discounts: list[DiscountRecord] = field(default_factory=list)
    charges: list[ChargeRecord] = field(default_factory=list)
    taxes: list[TaxRecord] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)
