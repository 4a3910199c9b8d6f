"""Bills, their guests, and what each part of an order was configured as."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules.records import CheckRecord, CustomerRecord, RefundedPart
from tests.unit.connectors.test_toast_mapping import PLAIN, read, refused

D = Decimal


def named(guid: str) -> dict[str, Any]:
    return {"guid": guid, "entityType": "Whatever", "externalId": None}


def one_bill(**fields: Any) -> dict[str, Any]:
    return {**PLAIN, "checks": [{"guid": "c", **fields}]}


def test_a_bill_in_full() -> None:
    guest = {"guid": "g", "firstName": "Ada", "phone": 5550100, "phoneCountryCode": 44}
    record = read(
        one_bill(
            displayNumber=7,
            tabName="Bar 4",
            paymentStatus="PAID",
            taxExempt=True,
            amount=12.5,
            taxAmount="0.99",
            paidDate="2026-03-01T12:00:00.000+0000",
            closedDate="1970-01-01T00:00:00.000+0000",
            customer=guest,
        )
    )
    customer = CustomerRecord("g", first_name="Ada", phone="5550100", phone_country="44")
    assert record.checks == (
        CheckRecord(
            "c",
            0,
            status="PAID",
            settled=True,
            display_number="7",
            tab="Bar 4",
            tax_exempt=True,
            amount=D("12.5"),
            tax=D("0.99"),
            paid_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
            customer=customer,
        ),
    )
    assert record.customer == customer


def test_what_a_bill_does_not_say_is_not_made_up() -> None:
    [check] = read({**PLAIN, "checks": [{}]}).checks
    assert check == CheckRecord("o/check/0", 0)


@pytest.mark.parametrize(
    ("status", "settled"),
    [("OPEN", False), ("PAID", True), ("CLOSED", True), ("BRAND_NEW", False), (None, False)],
)
def test_a_bill_is_settled_when_nothing_is_owed(status: str | None, settled: bool) -> None:
    [check] = read(one_bill(paymentStatus=status)).checks
    assert (check.status, check.settled) == (status, settled)


def test_each_bill_keeps_its_guest_and_the_order_has_the_first_that_is_live() -> None:
    checks = [
        {"guid": "gone", "deleted": True, "customer": {"guid": "a"}},
        {"guid": "nobody", "customer": {"guid": None, "firstName": "Some"}},
        {"guid": "mail", "customer": {"email": " Ada@Example.com "}},
        {"guid": "phone", "customer": {"phone": 5550100}},
    ]
    record = read({**PLAIN, "checks": checks})
    known = [check.customer and check.customer.external_id for check in record.checks]
    assert known == ["a", None, "email:ada@example.com", "phone:5550100"]
    assert record.customer is record.checks[2].customer


def test_where_an_order_was_taken() -> None:
    references = {
        "diningOption": named("d"),
        "revenueCenter": named("r"),
        "restaurantService": named("s"),
        "serviceArea": named("a"),
        "table": named("t"),
        "server": named("u"),
    }
    found = read({**PLAIN, **references, "channelGuid": "ch"})
    assert (found.dining_option_id, found.revenue_center_id, found.service_id) == ("d", "r", "s")
    assert (found.area_id, found.table_id, found.server_id) == ("a", "t", "u")
    assert found.channel_id == "ch"


def test_what_each_part_was_configured_as() -> None:
    item = {
        "guid": "s",
        "itemGroup": named("group"),
        "salesCategory": named("category"),
        "appliedTaxes": [{"taxRate": named("rate"), "taxAmount": 1}],
        "appliedDiscounts": [{"discount": named("off"), "discountAmount": 1}],
    }
    charge = {"guid": "f", "serviceCharge": named("fee"), "appliedTaxes": [{"taxRate": None}]}
    record = read(
        one_bill(
            selections=[item],
            appliedServiceCharges=[charge],
            appliedDiscounts=[{"discount": None, "discountAmount": 1}],
        )
    )
    [line] = record.lines
    assert (line.group_id, line.category_id) == ("group", "category")
    assert [x.configured_id for x in record.taxes] == ["rate", None]
    assert [x.configured_id for x in record.discounts] == ["off", None]
    assert [x.configured_id for x in record.charges] == ["fee"]


def test_a_payment_in_full() -> None:
    payment = {
        "guid": "p",
        "type": "OTHER",
        "cardEntryMode": "BRAND_NEW_MODE",
        "amount": 8,
        "amountTendered": 10,
        "originalProcessingFee": 0.31,
        "otherPayment": named("voucher"),
        "houseAccount": named("house"),
        "cashDrawer": named("drawer"),
        "refund": {"refundAmount": 3, "refundTransaction": named("tx")},
    }
    [found] = read(one_bill(payments=[payment])).payments
    assert (found.card_entry, found.tendered, found.fee) == ("BRAND_NEW_MODE", D(10), D("0.31"))
    assert (found.alternate_type_id, found.house_account_id) == ("voucher", "house")
    assert found.drawer_id == "drawer"
    assert found.refund is not None
    assert found.refund.external_id == "tx"


def test_without_them_there_is_neither_fee_nor_tendered_amount() -> None:
    [found] = read(one_bill(payments=[{"guid": "p", "amount": 8}])).payments
    assert (found.tendered, found.fee, found.drawer_id) == (None, None, None)


@pytest.mark.parametrize(("gone", "counts"), [({"deleted": True}, False), ({"voided": True}, True)])
def test_what_paid_a_deleted_bill_is_on_another(gone: dict[str, Any], counts: bool) -> None:
    payment = {"guid": "p", "amount": 8, "tipAmount": 1, "refund": {"refundAmount": 8}}
    item = {"guid": "s", "refundDetails": {"refundAmount": 8}}
    record = read(one_bill(payments=[payment], selections=[item], **gone))
    [found], [line] = record.payments, record.lines
    assert (found.amount, found.tip) == (D(8), D(1))
    assert (found.counts, found.refund is not None, bool(line.refunds)) == (counts,) * 3


@pytest.mark.parametrize("where", ["selections", "appliedServiceCharges"])
@pytest.mark.parametrize(
    ("details", "expected"),
    [
        (
            {"refundAmount": 5, "taxRefundAmount": 0.5, "refundTransaction": {"guid": "tx"}},
            (RefundedPart("tx", D(5), D("0.5")),),
        ),
        ({"refundAmount": None, "taxRefundAmount": 0.5}, (RefundedPart(None, D(0), D("0.5")),)),
        ({"refundAmount": 0, "taxRefundAmount": None}, ()),
        (None, ()),
    ],
)
def test_what_of_a_line_or_charge_was_given_back(
    where: str, details: dict[str, Any] | None, expected: tuple[RefundedPart, ...]
) -> None:
    record = read(one_bill(**{where: [{"guid": "x", "refundDetails": details}]}))
    [part] = (*record.lines, *record.charges)
    assert part.refunds == expected


TAX = {"name": "City", "rate": 0.1, "taxAmount": 0.5}


@pytest.mark.parametrize("stated", [0, None])
@pytest.mark.parametrize("listed", [0.5, None])
def test_on_an_exempt_bill_the_taxes_listed_were_not_charged(
    stated: float | None, listed: float | None
) -> None:
    record = read(
        one_bill(
            taxExempt=True,
            taxAmount=stated,
            selections=[{"guid": "s", "price": 5, "tax": listed, "appliedTaxes": [TAX]}],
            appliedServiceCharges=[{"guid": "f", "chargeAmount": 5, "appliedTaxes": [TAX]}],
        )
    )
    assert (record.lines[0].tax, record.taxes) == (D(0), ())


def test_what_an_exempt_bill_was_charged_all_the_same_stands() -> None:
    item = {"guid": "s", "price": 5, "tax": 0.5, "appliedTaxes": [TAX]}
    record = read(one_bill(taxExempt=True, taxAmount=0.5, selections=[item]))
    assert (record.lines[0].tax, len(record.taxes)) == (D("0.5"), 1)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"amount": "NaN"}, "checks[0].amount"),
        ({"taxAmount": 1e12}, "checks[0].taxAmount"),
        ({"payments": [{"originalProcessingFee": "1e99"}]}, "payments[0].originalProcessingFee"),
        ({"payments": [{"amountTendered": "Infinity"}]}, "payments[0].amountTendered"),
        (
            {"selections": [{"refundDetails": {"refundAmount": "NaN"}}]},
            "selections[0].refundDetails.refundAmount",
        ),
    ],
)
def test_an_impossible_number_is_named(fields: dict[str, Any], where: str) -> None:
    assert where in refused(one_bill(**fields)).sentence
