"""Voids at each of four levels, with their dates and reasons, and what hangs on what is voided."""

from datetime import date
from typing import Any

import pytest

from rules.records import OrderRecord
from tests.unit.connectors.test_toast_mapping import PLAIN, read, refused

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)


def reason(guid: str) -> dict[str, Any]:
    return {"guid": guid, "entityType": "VoidReason"}


def bill(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"guid": "c", "selections": list(lines), **fields}


def voids(record: OrderRecord) -> dict[str, tuple[bool, date | None, str | None]]:
    return {x.external_id: (x.voided, x.void_business_date, x.void_reason_id) for x in record.lines}


def test_an_order_says_when_it_was_voided() -> None:
    record = read({**PLAIN, "voided": True, "voidBusinessDate": 20260302})
    assert (record.voided, record.void_business_date) == (True, SECOND)


def test_a_voided_item_takes_its_modifiers_with_it() -> None:
    inner = {"guid": "own", "voided": True, "voidBusinessDate": 20260301}
    outer = {"guid": "held", "modifiers": [{"guid": "deep"}]}
    item = {"guid": "s", "voided": True, "voidBusinessDate": 20260302, "voidReason": reason("r")}
    record = read({**PLAIN, "checks": [bill({**item, "modifiers": [outer, inner]})]})
    assert voids(record) == {
        "s": (True, SECOND, "r"),
        "held": (True, SECOND, "r"),
        "deep": (True, SECOND, "r"),
        "own": (True, FIRST, "r"),
    }


def test_a_voided_modifier_leaves_its_item() -> None:
    modifier = {
        "guid": "m",
        "voided": True,
        "voidBusinessDate": 20260301,
        "voidReason": reason("r"),
    }
    record = read({**PLAIN, "checks": [bill({"guid": "s", "modifiers": [modifier]})]})
    assert voids(record) == {"s": (False, None, None), "m": (True, FIRST, "r")}


def test_items_of_a_voided_check_take_its_date_unless_they_have_their_own() -> None:
    own = {"guid": "b", "voided": True, "voidBusinessDate": 20260301, "voidReason": reason("r")}
    record = read(
        {
            **PLAIN,
            "checks": [bill({"guid": "a"}, own, voided=True, voidBusinessDate=20260302)],
        }
    )
    assert voids(record) == {"a": (True, SECOND, None), "b": (True, FIRST, "r")}
    assert record.checks[0].void_business_date == SECOND


def test_checks_and_items_of_a_voided_order_take_its_date() -> None:
    gone = bill({"guid": "a"}, voided=True)
    record = read({**PLAIN, "voided": True, "voidBusinessDate": 20260303, "checks": [gone]})
    assert record.checks[0].void_business_date == THIRD
    assert voids(record) == {"a": (True, THIRD, None)}


def test_an_item_of_a_deleted_check_is_voided_without_a_date() -> None:
    record = read({**PLAIN, "checks": [bill({"guid": "a"}, deleted=True)]})
    assert voids(record) == {"a": (True, None, None)}
    assert (record.checks[0].deleted, record.checks[0].voided) == (True, False)


def test_a_date_of_what_is_not_voided_says_nothing() -> None:
    line = {"guid": "s", "voidBusinessDate": 20260302, "voidReason": reason("r")}
    record = read({**PLAIN, "checks": [bill(line, voidBusinessDate=20260302)]})
    assert voids(record) == {"s": (False, None, None)}
    assert record.checks[0].void_business_date is None


def test_a_voided_payment_says_when_and_why() -> None:
    info = {"voidBusinessDate": 20260302, "voidReason": reason("r"), "voidUser": {"guid": "u"}}
    [payment] = read(
        {**PLAIN, "checks": [bill(payments=[{"guid": "p", "voidInfo": info}])]}
    ).payments
    assert (payment.counts, payment.void_business_date, payment.void_reason_id) == (
        False,
        SECOND,
        "r",
    )


@pytest.mark.parametrize(
    ("order", "where"),
    [
        ({"voided": True, "voidBusinessDate": 20261399}, "voidBusinessDate"),
        ({"checks": [bill(voided=True, voidBusinessDate="soon")]}, "checks[0].voidBusinessDate"),
        (
            {"checks": [bill({"voided": True, "voidBusinessDate": 7})]},
            "checks[0].selections[0].voidBusinessDate",
        ),
        (
            {"checks": [bill(payments=[{"voidInfo": {"voidBusinessDate": 7}}])]},
            "checks[0].payments[0].voidInfo.voidBusinessDate",
        ),
        ({"checks": [bill(closedDate="noon")]}, "checks[0].closedDate"),
    ],
)
def test_a_date_that_is_none_is_named(order: dict[str, Any], where: str) -> None:
    assert f"{where} is no date or time" in refused({**PLAIN, **order}).sentence


def test_zero_is_no_date() -> None:
    record = read({**PLAIN, "voidBusinessDate": 0, "checks": [bill(voidBusinessDate=0)]})
    assert record.void_business_date is None
