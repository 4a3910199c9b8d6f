"""The bills of an order, and the guest of each.

Source: Toast developer guide, Orders API reference, Check and Customer,
    https://doc.toasttab.com/openapi/orders/, read 2026-12-01.
"""

from datetime import date

from connectors.toast import schemas
from connectors.toast.lines import Bill
from connectors.toast.numbers import number_or_none
from connectors.toast.parts import Parts, text
from connectors.toast.tables import WORDS
from connectors.toast.timestamps import business_date_or_none, instant_or_none
from rules.records import CheckRecord, CustomerRecord

_SETTLED = WORDS["check_paid"]


def read_check(
    check: schemas.Check, check_id: str, order_voided_on: date | None, parts: Parts
) -> Bill:
    """Add a check; returns what its parts take over from it.

    One that was voided with its whole order may have no date of its own.
    """
    voided, deleted, exempt = bool(check.voided), bool(check.deleted), bool(check.tax_exempt)
    voided_on = business_date_or_none(check.void_business_date) or order_voided_on
    parts.checks.append(
        CheckRecord(
            external_id=check_id,
            position=len(parts.checks),
            status=check.status,
            settled=check.status in _SETTLED,
            display_number=text(check.display_number),
            tab=text(check.tab),
            voided=voided,
            deleted=deleted,
            void_business_date=voided_on if voided else None,
            tax_exempt=exempt,
            amount=number_or_none(check.amount),
            tax=number_or_none(check.tax),
            paid_at=instant_or_none(check.paid_at),
            closed_at=instant_or_none(check.closed_at),
            customer=_guest(check.customer) if check.customer else None,
        )
    )
    untaxed = exempt and not check.tax
    return Bill(check_id, voided or deleted, voided_on, untaxed=untaxed, deleted=deleted)


def _guest(guest: schemas.Customer) -> CustomerRecord | None:
    """Whom a check names; None where it says nothing by which they could be known again."""
    if not (known := _identity(guest)):
        return None
    return CustomerRecord(
        external_id=known,
        first_name=guest.first_name,
        last_name=guest.last_name,
        email=guest.email,
        phone=text(guest.phone),
        phone_country=text(guest.phone_country),
    )


def _identity(guest: schemas.Customer) -> str | None:
    """Toast's id of a guest, or else how to reach them, the key that its own guest book uses."""
    if guest.external_id:
        return guest.external_id
    if guest.email:
        return f"email:{guest.email.strip().lower()}"
    return f"phone:{guest.phone}" if guest.phone else None
