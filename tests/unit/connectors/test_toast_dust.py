"""The dust of doubles: what a till multiplies is told as our books keep it, once and for all."""

import json
from dataclasses import fields, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Numeric

from connectors.base.contract import Record
from connectors.toast.mapping import read_order
from models.order_part import OrderCharge, OrderDiscount, OrderLine, OrderTax, PartOfOrder, Payment
from models.order_part_rows import COLUMNS, Placed, rows_of
from rules.invoicing import draft
from rules.order_totals import totals
from rules.records import OrderRecord

Part = TypeVar("Part")
CURRENCIES = ("GBP", "JPY", "KWD")
# What tills multiply in doubles: 8.7 * 0.05 is 0.43499999999999994, 1.15 * 0.1 has its like.
PRODUCTS = st.builds(
    lambda cents, rate: cents / 100 * rate,
    st.integers(1, 20_000),
    st.sampled_from([0.1, 0.05, 0.075, 0.0625, 0.02625, 0.08875, 1 / 3]),
)
DUSTY = st.one_of(PRODUCTS, st.sampled_from([0.11499999999999999, 1.005, 10.00005, 0.00004999]))


def taxes(dusty: st.SearchStrategy[float]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"rate": dusty, "taxAmount": dusty}), max_size=3)


GIVEN_BACK = st.fixed_dictionaries({"refundAmount": DUSTY, "taxRefundAmount": DUSTY})
LINE = st.fixed_dictionaries(
    {"price": DUSTY, "preDiscountPrice": DUSTY, "quantity": DUSTY, "receiptLinePrice": DUSTY},
    optional={
        "tax": DUSTY,
        "appliedTaxes": taxes(DUSTY),
        "appliedDiscounts": st.lists(st.fixed_dictionaries({"discountAmount": DUSTY}), max_size=2),
        "refundDetails": GIVEN_BACK,
    },
)
CHARGE = st.fixed_dictionaries(
    {"chargeAmount": DUSTY, "appliedTaxes": taxes(DUSTY)}, optional={"refundDetails": GIVEN_BACK}
)
PAYMENT = st.fixed_dictionaries(
    {
        "amount": DUSTY,
        "tipAmount": DUSTY,
        "refund": st.fixed_dictionaries({"refundAmount": DUSTY, "tipRefundAmount": DUSTY}),
        "amountTendered": DUSTY,
        "originalProcessingFee": DUSTY,
    }
)
CHECK = st.fixed_dictionaries(
    {
        "selections": st.lists(LINE, max_size=3),
        "appliedServiceCharges": st.lists(CHARGE, max_size=3),
        "payments": st.lists(PAYMENT, max_size=2),
    },
    optional={"amount": DUSTY, "taxAmount": DUSTY},
)


def read(check: dict[str, Any]) -> OrderRecord:
    plain = {"guid": "o", "modifiedDate": "2026-03-01T12:00:00Z", "businessDate": 20260301}
    raw = json.dumps({**plain, "checks": [{"guid": "c", **check}]}).encode()
    return read_order(Record("orders", "o", raw, "site"))


def as_a_column_keeps_it(value: Any, column: Any) -> Any:
    if not isinstance(value, Decimal) or not isinstance(column.type, Numeric):
        return value
    return value.quantize(Decimal(1).scaleb(-(column.type.scale or 0)), rounding=ROUND_HALF_UP)


def as_stored(part: Part, table: type[PartOfOrder]) -> Part:
    columns = table.__table__.columns
    known = [f.name for f in fields(part) if f.name in columns]  # type: ignore[arg-type]
    kept = {name: as_a_column_keeps_it(getattr(part, name), columns[name]) for name in known}
    return replace(part, **kept)  # type: ignore[type-var]


@given(check=CHECK, currency=st.sampled_from(CURRENCIES))
def test_the_books_the_totals_and_the_invoice_see_one_number(
    check: dict[str, Any], currency: str
) -> None:
    record = read(check)
    stored = replace(
        record,
        lines=[as_stored(x, OrderLine) for x in record.lines],
        discounts=[as_stored(x, OrderDiscount) for x in record.discounts],
        charges=[as_stored(x, OrderCharge) for x in record.charges],
        taxes=[as_stored(x, OrderTax) for x in record.taxes],
        payments=[
            replace(as_stored(x, Payment), refund=record.payments[i].refund)
            for i, x in enumerate(record.payments)
        ],
    )
    sums, drawn = totals(record, currency), draft(stored, currency)
    assert sums == totals(stored, currency)
    assert (sums.net, sums.tax, sums.gratuities) == (drawn.net, drawn.tax, drawn.gratuities)


@given(check=CHECK)
def test_no_number_changes_on_its_way_into_a_column(check: dict[str, Any]) -> None:
    record = read(check)
    for table in PartOfOrder.__subclasses__():
        columns = table.__table__.columns
        for row in rows_of(table.__tablename__, Placed(1, 2, 3, "USD"), record):
            for name, value in zip(COLUMNS[table.__tablename__], row, strict=True):
                assert value == as_a_column_keeps_it(value, columns[name]), name


def test_half_a_cent_less_its_dust_is_half_a_cent() -> None:
    tax = {"rate": 0.1, "taxAmount": 0.11499999999999999}
    record = read({"appliedServiceCharges": [{"chargeAmount": 1.15, "appliedTaxes": [tax]}]})
    assert str(record.taxes[0].amount) == "0.11500000"
    assert str(totals(record, "USD").tax) == "0.12"
