"""What a location's cash of a day should come to at the bank, and by how much it is over or short.

Entries are signed as drawers sign them: what goes in is more, what goes out is less. What guests
paid is no entry but a payment; what was in a drawer to begin with stays there.

Source: Toast developer guide, "Calculating expected cash deposits",
    https://doc.toasttab.com/doc/devguide/apiCalculatingExpectedCashDeposits.html, read 2026-12-01.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.facts import CashRecord
from rules.records import ZERO

# Money moved from a server to the drawer: it was counted when the guest paid.
_COLLECTED = "CASH_COLLECTED"
# But for that: it takes back a tip-out, which did leave the drawer.
_BACK_FROM_TIPS = "Undo Tip Out"


@dataclass(frozen=True, slots=True)
class CashDay:
    """Cash of one business date, in the currency of its location.

    `expected` = `payments` - `refunds` + `entries`. `over_short` is what was `deposited` beyond
    that, less than nothing when it is short; None while nothing is.
    """

    payments: Decimal
    refunds: Decimal
    entries: Decimal
    expected: Decimal
    deposited: Decimal
    over_short: Decimal | None


def cash_day(
    day: date,
    payments: Iterable[Decimal],
    refunds: Iterable[Decimal],
    records: Sequence[CashRecord],
) -> CashDay:
    """Add up a business date of one location.

    `payments` are what was paid in cash and not voided, `refunds` what was given back in cash, both
    booked on that date and without tips. `records` are that date's entries and deposits together
    with those of other dates that they take back, or that take them back: such pairs come to
    nothing, whenever each of them was booked.
    """
    standing = standing_of(records)
    ours = [record for record in standing if record.business_date == day]
    deposits = [record.amount for record in ours if record.kind == "deposit"]
    entries = sum((record.amount for record in ours if moves_cash(record)), ZERO)
    paid, given_back = sum(payments, ZERO), sum(refunds, ZERO)
    expected = paid - given_back + entries
    deposited = sum(deposits, ZERO)
    over_short = deposited - expected if deposits else None
    return CashDay(paid, given_back, entries, expected, deposited, over_short)


def moves_cash(record: CashRecord) -> bool:
    """Whether an entry adds to what should be deposited, or takes from it."""
    if record.kind != "entry":
        return False
    return record.type != _COLLECTED or record.reason == _BACK_FROM_TIPS


def standing_of(records: Iterable[CashRecord]) -> list[CashRecord]:
    """Those that neither were taken back nor take one back that is among them.

    Signs don't matter: the platform doesn't say how it signs what takes a deposit back. One that
    was taken back and whose taking back was itself taken back stands again.
    """
    found = {_name(record): record for record in records}
    undoing: dict[tuple[str, str], list[CashRecord]] = {}
    for record in found.values():
        if (undone := _undone(record)) in found and undone != _name(record):
            undoing.setdefault(undone, []).append(record)
    takes_back = {_name(record) for some in undoing.values() for record in some}
    return [
        record
        for name, record in found.items()
        if name not in takes_back and not _is_undone(name, undoing)
    ]


def _is_undone(name: tuple[str, str], undoing: Mapping[tuple[str, str], list[CashRecord]]) -> bool:
    """Whether one that takes it back does so still.

    Each takes back one: seen from one that takes back none, they never come round in a circle.
    """
    return any(not _is_undone(_name(each), undoing) for each in undoing.get(name, ()))


def _name(record: CashRecord) -> tuple[str, str]:
    return record.kind, record.external_id


def _undone(record: CashRecord) -> tuple[str, str]:
    return record.kind, record.undoes_id or ""
