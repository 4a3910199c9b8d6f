"""The tenders of a check.

Source: Toast developer guide, "Order payments",
    https://doc.toasttab.com/doc/devguide/apiOrdersPayments.html, read 2026-12-01.
"""

from connectors.toast import schemas
from connectors.toast.numbers import number, number_or_none
from connectors.toast.parts import Parts, guid, text
from connectors.toast.tables import UNNAMED, WORDS
from connectors.toast.timestamps import business_date_or_none, instant_or_none
from rules.records import PaymentRecord, RefundRecord

_REFUSED = WORDS["payment_refused"]


def read_payments(check: schemas.Check, check_id: str, parts: Parts) -> None:
    """Add a check's tenders; a voided or refused one doesn't count but stays visible.

    Nor do those of a deleted check, or what was given back of them: another check has them now.
    """
    left = bool(check.deleted)
    for position, payment in enumerate(check.payments or ()):
        void = payment.void
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
                counts=payment.status not in _REFUSED and void is None and not left,
                refund=_refund(payment.refund) if payment.refund and not left else None,
                void_business_date=business_date_or_none(void.business_date) if void else None,
                void_reason_id=guid(void.reason) if void else None,
                card_entry=payment.card_entry,
                tendered=number_or_none(payment.tendered),
                fee=number_or_none(payment.fee),
                alternate_type_id=guid(payment.alternate_type),
                house_account_id=guid(payment.house_account),
                drawer_id=guid(payment.drawer),
            )
        )


def _refund(refund: schemas.Refund) -> RefundRecord:
    return RefundRecord(
        amount=number(refund.amount),
        tip_amount=number(refund.tip_amount),
        refunded_at=instant_or_none(refund.refunded_at),
        business_date=business_date_or_none(refund.business_date),
        external_id=guid(refund.transaction),
    )
