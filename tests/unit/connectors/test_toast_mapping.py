"""Orders in our words: arithmetic on made-up orders, and what can't be understood."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SkippedRecord
from connectors.base.contract import Record
from connectors.toast.mapping import read_order
from rules.records import OrderRecord

CENT = Decimal("0.01")
PLAIN: dict[str, Any] = {
    "guid": "o",
    "modifiedDate": "2026-03-01T12:00:00Z",
    "businessDate": 20260301,
}


def read(order: dict[str, Any] | bytes, location: str = "site", **more: Any) -> OrderRecord:
    raw = order if isinstance(order, bytes) else json.dumps(order).encode()
    return read_order(Record("orders", "o", raw, location, **more))


def refused(order: dict[str, Any] | bytes, **more: Any) -> SkippedRecord:
    with pytest.raises(SkippedRecord) as caught:
        read(order, **more)
    assert caught.value.next_step
    return caught.value


def one_item(**fields: Any) -> dict[str, Any]:
    return {**PLAIN, "checks": [{"guid": "c", "selections": [{"guid": "s", **fields}]}]}


@dataclass
class Shop:
    """Makes orders the way a till does, in whole cents, and knows what they come to."""

    draw: st.DrawFn
    count: int = 0

    def cents(self, most: int = 9_999) -> int:
        return self.draw(st.integers(0, most))

    def yes(self) -> bool:
        return self.draw(st.booleans())

    def named(self, **fields: Any) -> dict[str, Any]:
        self.count += 1
        return {"guid": f"g{self.count}", **fields}

    def item(self, depth: int = 0) -> tuple[dict[str, Any], int]:
        """An item and its price in cents: its modifiers within, its discount taken off."""
        parts = [self.item(depth + 1) for _ in range(self.draw(st.integers(0, 2 - depth)))]
        before = self.cents() + sum(price for _, price in parts)
        off = self.draw(st.integers(0, before)) if self.yes() else 0
        taken = [
            self.named(name="Off", discountAmount=off / 100, nonTaxDiscountAmount=str(off / 100))
        ]
        line = self.named(
            displayName="Thing",
            quantity=self.draw(st.sampled_from([1, 1.0, 2.0, 0.25])),
            preDiscountPrice=before / 100,
            price=(before - off) / 100,
            modifiers=[part for part, _ in parts],
            appliedDiscounts=taken if off else None,
            voided=False,
        )
        return line, before - off

    def check(self) -> tuple[dict[str, Any], int]:
        items = [self.item() for _ in range(self.draw(st.integers(0, 4)))]
        amount = 0
        for line, price in items:
            line["voided"] = self.yes() and self.yes()
            amount += 0 if line["voided"] else price
        charges = []
        for _ in range(self.draw(st.integers(0, 2))):
            gratuity, cost = self.yes(), self.cents(500)
            amount += 0 if gratuity else cost
            charges.append(self.named(chargeAmount=cost / 100, gratuity=gratuity))
        lines = [line for line, _ in items]
        voided = self.yes() and self.yes()
        check = self.named(selections=lines, appliedServiceCharges=charges, amount=amount / 100)
        return {**check, "voided": voided, "payments": None}, 0 if voided else amount


@st.composite
def orders(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    shop = Shop(draw)
    checks = [shop.check() for _ in range(draw(st.integers(0, 3)))]
    amount = sum(cents for _, cents in checks)
    return {**PLAIN, "checks": [check for check, _ in checks]}, amount


@settings(max_examples=150, deadline=None)
@given(made=orders())
def test_live_items_and_charges_come_to_the_checks_amount(made: tuple[dict[str, Any], int]):
    order, cents = made
    record = read(order)
    live = [line for line in record.lines if line.parent_id is None and not line.voided]
    charges = [charge.amount for charge in record.charges if not charge.gratuity]
    assert sum((x.amount for x in live), Decimal(0)) + sum(charges, Decimal(0)) == cents * CENT
    off = sum(d.amount for d in record.discounts if d.line_id in {x.external_id for x in live})
    nested = {x.external_id for x in record.lines if x.parent_id is None}
    assert sum(x.gross - x.amount for x in live) == off or nested
    parents = {line.external_id for line in record.lines}
    assert all(line.parent_id is None or line.parent_id in parents for line in record.lines)
    assert [line.position for line in record.lines] == list(range(len(record.lines)))


def nested(depth: int) -> dict[str, Any]:
    line: dict[str, Any] = {"guid": f"m{depth}", "price": 1}
    for level in range(depth - 1, 0, -1):
        line = {"guid": f"m{level}", "price": 1, "modifiers": [line]}
    return {**PLAIN, "checks": [{"guid": "c", "selections": [line]}]}


def test_modifiers_thirty_deep_are_read():
    lines = read(nested(30)).lines
    assert len(lines) == 30
    assert lines[29].parent_id == "m29"


@pytest.mark.parametrize("depth", [101, 300, 450])
def test_modifiers_too_deep_park_the_order(depth: int):
    assert "nested more than 100 deep" in refused(nested(depth)).sentence


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_no_depth_whatever_breaks_the_reader(depth: int):
    start = json.dumps(PLAIN)[:-1].encode() + b', "checks": [{"selections": ['
    raw = start + b'{"modifiers": [' * depth + b"]}" * depth + b"]}]}"
    assert "nested more than 100 deep" in refused(raw).sentence


@pytest.mark.parametrize(
    "number",
    ["NaN", '"NaN"', "Infinity", "-Infinity", '"sNaN"', "1e12", "-1e12", "1e999999", "1e-99"],
)
@pytest.mark.parametrize("field", ["price", "quantity", "tax"])
def test_impossible_numbers_park_the_order_and_name_the_field(number: str, field: str):
    raw = json.dumps(one_item(**{field: "HERE"})).replace('"HERE"', number).encode()
    fault = refused(raw)
    assert fault.code == "toast.amount_absurd"
    assert f"checks[0].selections[0].{field}" in fault.sentence


def test_numbers_are_exact_but_for_dust_and_may_be_text():
    raw = json.dumps(one_item(price="8.50", tax="HERE")).replace('"HERE"', "0.30000000000000004")
    line = read(raw.encode()).lines[0]
    assert str(line.amount) == "8.50"
    assert str(line.tax) == "0.3000"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"guid": None}, "guid"),
        ({"modifiedDate": None}, "modifiedDate"),
        ({"businessDate": None}, "businessDate"),
        ({"businessDate": 20261301}, "businessDate is no date"),
        ({"modifiedDate": "yesterday"}, "modifiedDate is no date"),
        ({"modifiedDate": "2026-03-01T12:00:00"}, "modifiedDate is no date"),
        ({"closedDate": "9999-12-31T23:59:59-1200"}, "closedDate is no date"),
        ({"checks": {}}, "`$.checks`"),
        ({"voided": "no"}, "`$.voided`"),
    ],
)
def test_what_is_missing_or_wrong_is_named(change: dict[str, Any], said: str):
    assert said in refused({**PLAIN, **change}).sentence


def test_without_a_restaurant_there_is_no_order():
    assert "restaurant" in refused(PLAIN, location="").sentence


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b"null", b'"x"', b"\xff", b'{"guid": "\\ud800"}']
)
def test_what_is_no_order_is_parked(raw: bytes):
    assert refused(raw).code in ("toast.order_unreadable", "toast.order_incomplete")


def test_every_null_is_tolerated():
    line = {"modifiers": None, "appliedTaxes": None, "item": None, "price": None, "quantity": None}
    payment = {"amount": None, "refund": None, "voidInfo": None, "type": None}
    check = {
        "guid": None,
        "selections": [line],
        "payments": [payment],
        "appliedDiscounts": [{"discountAmount": None}],
        "appliedServiceCharges": [{"chargeAmount": None}],
        "customer": {"guid": None},
    }
    record = read({**PLAIN, "checks": [check], "approvalStatus": None, "promisedDate": None})
    assert [line.external_id for line in record.lines] == ["o/check/0/line/0"]
    assert record.payments[0].tender == "UNDETERMINED"
    assert record.customer is None


def test_a_null_character_is_left_out_since_no_database_takes_it():
    assert read(one_item(displayName="Te\x00a")).lines[0].name == "Tea"
    assert read(one_item(displayName="a\\u0000b")).lines[0].name == "a\\u0000b"


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([], "open"),
        (["CLOSED"], "closed"),
        (["CLOSED", "CLOSED"], "closed"),
        (["CLOSED", "PAID"], "paid"),
        (["PAID"], "paid"),
        (["OPEN", "CLOSED"], "open"),
        (["SOMETHING_NEW"], "open"),
        ([None], "open"),
    ],
)
def test_the_state_follows_the_live_checks(statuses: list[str | None], state: str):
    checks = [{"guid": f"c{i}", "paymentStatus": said} for i, said in enumerate(statuses)]
    gone = {"guid": "gone", "paymentStatus": "OPEN", "voided": True}
    assert read({**PLAIN, "checks": checks}).state == state
    if statuses:
        assert read({**PLAIN, "checks": [*checks, gone]}).state == state


@pytest.mark.parametrize(
    ("payment", "counts"),
    [
        ({"paymentStatus": "CAPTURED"}, True),
        ({"paymentStatus": None}, True),
        ({"paymentStatus": "BRAND_NEW"}, True),
        ({"paymentStatus": "VOIDED"}, False),
        ({"paymentStatus": "DENIED"}, False),
        ({"paymentStatus": "ERROR"}, False),
        ({"paymentStatus": "CANCELLED"}, False),
        ({"paymentStatus": None, "voidInfo": {"voidBusinessDate": 20260301}}, False),
    ],
)
def test_only_money_that_came_in_counts(payment: dict[str, Any], counts: bool):
    order = {**PLAIN, "checks": [{"guid": "c", "payments": [{"guid": "p", **payment}]}]}
    assert read(order).payments[0].counts is counts


def test_a_partial_record_stays_partial():
    assert read(PLAIN, partial=True).partial


def test_the_tax_of_an_item_is_not_counted_again_on_its_modifiers():
    tax = {"name": "City", "rate": 0.1, "taxAmount": 1}
    modifier = {"guid": "m", "appliedTaxes": [tax]}
    record = read(one_item(tax=1, appliedTaxes=[tax], modifiers=[modifier]))
    assert [found.line_id for found in record.taxes] == ["s"]


def test_nothing_of_a_voided_check_adds_up():
    item = {"guid": "s", "price": 5, "appliedDiscounts": [{"discountAmount": 1}]}
    check = {
        "guid": "c",
        "voided": True,
        "selections": [item],
        "appliedDiscounts": [{"discountAmount": 1}],
        "appliedServiceCharges": [{"chargeAmount": 2}],
        "payments": [{"guid": "p", "amount": 5, "paymentStatus": "CAPTURED"}],
    }
    record = read({**PLAIN, "checks": [check]})
    assert [line.voided for line in record.lines] == [True]
    assert not (record.discounts)
    assert not (record.charges)
    assert not (record.taxes)
    assert len(record.payments) == 1
