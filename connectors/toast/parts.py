"""What has been read of an order so far."""

from dataclasses import dataclass, field

from connectors.toast.schemas import Reference
from rules.records import (
    ChargeRecord,
    CheckRecord,
    DiscountRecord,
    LineRecord,
    PaymentRecord,
    TaxRecord,
)


@dataclass(slots=True)
class Parts:
    """The parts of one order in the order of reading; a part's position is its place here."""

    checks: list[CheckRecord] = field(default_factory=list)
    lines: list[LineRecord] = field(default_factory=list)
    discounts: list[DiscountRecord] = field(default_factory=list)
    charges: list[ChargeRecord] = field(default_factory=list)
    taxes: list[TaxRecord] = field(default_factory=list)
    payments: list[PaymentRecord] = field(default_factory=list)


def guid(reference: Reference | None) -> str | None:
    """What a reference points to."""
    return None if reference is None else reference.external_id


def text(value: str | int | None) -> str | None:
    """Text that Toast may also send as a bare number."""
    return None if value is None else str(value)
