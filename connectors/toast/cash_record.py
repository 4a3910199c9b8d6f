"""An entry or a deposit of cash, in our words.

Source: Toast API reference, "Cash management" (openapi toast-cashmgmt-api 1.1.0),
    https://doc.toasttab.com/openapi/cashmgmt/overview/, read 2026-12-01. Whether the sign of one
    that undoes another is turned isn't said: it is kept as it came, and names the other.
"""

from decimal import Decimal

import msgspec

from connectors.base.contract import Record
from connectors.toast.bodies import decoded, incomplete, instant_of, unreadable
from connectors.toast.numbers import Absurd, number
from connectors.toast.timestamps import business_date
from rules.facts import CashRecord
from rules.records import ZERO

# The drawer was opened, and no money moved.
_NO_SALE = "NO_SALE"


class _Reference(msgspec.Struct):
    guid: str | None = None


class _Cash(msgspec.Struct):
    guid: str | None = None
    amount: Decimal | None = None
    date: str | None = None
    type: str | None = None
    reason: str | None = None
    cashDrawer: _Reference | None = None
    payoutReason: _Reference | None = None
    noSaleReason: _Reference | None = None
    undoes: str | None = None


_cash = msgspec.json.Decoder(_Cash)


def read(record: Record) -> CashRecord:
    """An entry or a deposit; its business date stands in the record's id. Raises: SkippedRecord."""
    kind, _, rest = record.id.partition("/")
    found = decoded(record, _cash)
    if not found.guid or not record.location:
        raise incomplete(record, "guid" if record.location else "restaurant")
    try:
        day = business_date(rest.partition("/")[0])
        amount = None if found.amount is None else number(found.amount)
    except ValueError:
        raise incomplete(record, "business date") from None
    except Absurd:
        raise unreadable(record, "its amount is impossible") from None
    if amount is None and found.type != _NO_SALE:
        raise incomplete(record, "amount")
    return CashRecord(
        location_id=record.location,
        kind="deposit" if kind == "deposits" else "entry",
        external_id=found.guid,
        business_date=day,
        amount=ZERO if amount is None else amount,
        type=found.type,
        reason=found.reason,
        at=instant_of(record, found.date, "date"),
        drawer_id=_guid(found.cashDrawer),
        reason_id=_guid(found.payoutReason) or _guid(found.noSaleReason),
        undoes_id=found.undoes,
    )


def _guid(reference: _Reference | None) -> str | None:
    return reference.guid if reference else None
