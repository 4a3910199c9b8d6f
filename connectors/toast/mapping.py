"""An order of Toast in our words."""

from collections.abc import Sequence
from decimal import Decimal

from config.errors import SkippedRecord
from connectors.base.contract import Record
from connectors.toast import decoding, schemas
from connectors.toast.checks import read_check
from connectors.toast.lines import read_charges, read_discounts, read_lines
from connectors.toast.numbers import Absurd, is_absurd, number
from connectors.toast.parts import Parts, guid, text
from connectors.toast.payments import read_payments
from connectors.toast.tables import WORDS
from connectors.toast.timestamps import (
    business_date,
    business_date_or_none,
    instant,
    instant_or_none,
)
from rules.records import CheckRecord, OrderRecord, OrderState

_CLOSED = WORDS["check_closed"]


def read_order(record: Record) -> OrderRecord:
    """An order as of its last change.

    Raises: SkippedRecord with the reason and the field when it can't be understood.
    """
    try:
        order = decoding.decode(record.raw)
        try:
            return _order(order, record)
        except Absurd:
            raise decoding.absurd(_first_absurd(order)) from None
    except RecursionError:
        raise decoding.too_deep() from None


def _order(order: schemas.Order, record: Record) -> OrderRecord:
    if not order.external_id:
        raise decoding.incomplete("guid")
    if not record.location:
        raise decoding.incomplete("restaurant")
    if not order.version:
        raise decoding.incomplete("modifiedDate")
    if not order.business_date:
        raise decoding.incomplete("businessDate")
    try:
        parts = _parts(order)
        live = [check for check in parts.checks if not (check.voided or check.deleted)]
        return OrderRecord(
            external_id=order.external_id,
            version=instant(order.version),
            location_id=record.location,
            business_date=business_date(order.business_date),
            state=_state(order, live),
            opened_at=instant_or_none(order.opened_at),
            paid_at=instant_or_none(order.paid_at),
            closed_at=instant_or_none(order.closed_at),
            promised_at=instant_or_none(order.promised_at),
            external_reference=order.external_reference,
            display_number=text(order.display_number),
            source=order.source,
            approval=order.approval,
            guests=_whole(order),
            voided=bool(order.voided),
            deleted=bool(order.deleted),
            not_sale_reason=_not_sale_reason(order),
            partial=record.partial,
            void_business_date=business_date_or_none(order.void_business_date),
            dining_option_id=guid(order.dining_option),
            revenue_center_id=guid(order.revenue_center),
            service_id=guid(order.service),
            area_id=guid(order.area),
            table_id=guid(order.table),
            server_id=guid(order.server),
            channel_id=order.channel_id,
            customer=next((check.customer for check in live if check.customer), None),
            checks=tuple(parts.checks),
            lines=tuple(parts.lines),
            discounts=tuple(parts.discounts),
            charges=tuple(parts.charges),
            taxes=tuple(parts.taxes),
            payments=tuple(parts.payments),
        )
    except ValueError:
        raise _bad_time(order) from None


def _parts(order: schemas.Order) -> Parts:
    parts = Parts()
    voided_on = business_date_or_none(order.void_business_date) if order.voided else None
    for position, check in enumerate(order.checks or ()):
        check_id = check.external_id or f"{order.external_id}/check/{position}"
        bill = read_check(check, check_id, voided_on, parts)
        read_lines(check, bill, parts)
        read_payments(check, check_id, parts)
        if not bill.gone:
            read_discounts(check.discounts, check_id, parts)
            read_charges(check, bill, parts)
    return parts


def _state(order: schemas.Order, live: Sequence[CheckRecord]) -> OrderState:
    """How far the order has come; one without live checks is settled once it is gone or closed."""
    if not live:
        gone = order.voided or order.deleted or instant_or_none(order.closed_at)
        return "closed" if gone else "open"
    if all(check.status in _CLOSED for check in live):
        return "closed"
    return "paid" if all(check.settled for check in live) else "open"


def _not_sale_reason(order: schemas.Order) -> str | None:
    if order.test:
        return "test"
    return "waste" if order.waste else None


def _whole(order: schemas.Order) -> int | None:
    return None if order.guests is None else int(number(order.guests))


def _first_absurd(order: schemas.Order) -> str:
    for path, part, name in decoding.places(order):
        if isinstance(value := getattr(part, name), Decimal) and is_absurd(value):
            return path
    return "an amount"


def _bad_time(order: schemas.Order) -> SkippedRecord:
    for path, part, name in decoding.places(order):
        if _is_bad_time(name, getattr(part, name)):
            return decoding.unreadable(f"{path} is no date or time")
    return decoding.unreadable("one of its dates is none")


def _is_bad_time(name: str, value: object) -> bool:
    try:
        if name.endswith("business_date"):
            business_date_or_none(value)  # type: ignore[arg-type]
        elif name == "version" or name.endswith("_at"):
            instant_or_none(value)  # type: ignore[arg-type]
    except ValueError:
        return True
    return False
