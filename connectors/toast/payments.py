"""The tenders of a check and who paid.

Source: Toast developer guide, "Order payments",
    https://doc.toasttab.com/doc/devguide/apiOrdersPayments.html, read 2026-11-01.
"""

from collections.abc import Iterable

from connectors.toast import schemas
from connectors.toast.numbers import number
from connectors.toast.parts import Parts
from connectors.toast.tables import UNNAMED, WORDS
from connectors.toast.timestamps import business_date_or_none, instant_or_none
from rules.records import CustomerRecord, PaymentRecord, RefundRecord

_REFUSED = WORDS["payment_refused"]


def read_payments(check: schemas.Check, check_id: str, parts: Parts) -> None:
    """Add a check's tenders; a voided or refused one doesn't count but stays visible."""
    for position, payment in enumerate(check.payments or ()):
        parts.payments.append(
            PaymentRecord(
                external_id=payment.external_id or f"{check_id}/payment/{position}",
                check_id=check_id,
                tender=payment.tender or UNNAMED["tender"],
                amount=number(payment.amount),
                tip=number(payment.tip),
                status=payment.status,
                card_type=payment.card_type,
                last_digits=text(payment.last_digits),
                paid_at=instant_or_none(payment.paid_at),
                business_date=business_date_or_none(payment.business_date),
                counts=payment.status not in _REFUSED and payment.void is None,
                refund=_refund(payment.refund),
            )
        )


def read_customer(checks: Iterable[schemas.Check]) -> CustomerRecord | None:
    """The first guest that any check names."""
    for check in checks:
        guest = check.customer
        if guest is not None and (known := _identity(guest)):
            return CustomerRecord(
                external_id=known,
                first_name=guest.first_name,
                last_name=guest.last_name,
                email=guest.email,
                phone=text(guest.phone),
            )
    return None


def text(value: str | int | None) -> str | None:
    """Text that Toast may also send as a bare number."""
    return None if value is None else str(value)


def _identity(guest: schemas.Customer) -> str | None:
    """Toast's id of a guest, or else how to reach them, the key that its own guest book uses."""
    if guest.external_id:
        return guest.external_id
    if guest.email:
        return f"email:{guest.email.strip().lower()}"
    return f"phone:{guest.phone}" if guest.phone else None


def _refund(refund: schemas.Refund | None) -> RefundRecord | None:
    if refund is None:
        return None
    return RefundRecord(
        amount=number(refund.amount),
        tip_amount=number(refund.tip_amount),
        refunded_at=instant_or_none(refund.refunded_at),
        business_date=business_date_or_none(refund.business_date),
    )
