"""What ties on every bill: what the till states is what lines, charges and taxes come to."""

import json
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import SkippedRecord
from connectors.base.contract import Record
from connectors.toast.mapping import read_order
from models.order_part_rows import COLUMNS, Placed, rows_of
from rules.check_sums import check_sums
from rules.money import unit
from rules.order_totals import totals
from rules.records import ZERO, OrderRecord
from tests.conformance.samples import Sample, samples

CENT = Decimal("0.01")


def ties(record: OrderRecord, currency: str) -> None:
    """Amount, due and paid of every live bill are what the till states."""
    sums = check_sums(record, currency)
    for check in record.checks:
        if check.voided or check.deleted:
            continue
        of_it = [x for x in record.charges if x.check_id == check.external_id and x.gratuity]
        gratuities = sum((charge.amount for charge in of_it), ZERO)
        found = sums[check.external_id]
        assert check.amount is not None
        assert check.tax is not None
        assert found.amount == check.amount
        assert found.due == check.amount + check.tax + gratuities
        if check.status == "CLOSED":
            assert abs(found.due - found.paid) <= CENT
    sold = totals(record, currency)
    assert sum(bill.due for bill in sums.values()) == sold.total + sold.deferred


def readable() -> list[Sample]:
    found = []
    for sample in samples():
        if sample.platform.name == "toast" and sample.stream == "orders":
            try:
                read_order(sample.record())
            except SkippedRecord:
                continue
            found.append(sample)
    return found


@pytest.mark.parametrize("sample", readable(), ids=str)
def test_every_sample_ties(sample: Sample) -> None:
    ties(read_order(sample.record()), "USD")


Round = Callable[[Decimal], Decimal]


class Till:
    """Rings up orders in whole minor units and rounds tax one way, as its rate says."""

    def __init__(self, draw: st.DrawFn, step: Decimal) -> None:
        """A till of a currency whose smallest coin is `step`."""
        self.draw, self.step, self.count = draw, step, 0
        how = draw(st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_UP, ROUND_DOWN]))
        self.round: Round = partial(Decimal.quantize, exp=step, rounding=how)
        self.rates = draw(st.lists(st.sampled_from(["0.0825", "0.05", "0.2"]), max_size=2))

    def named(self, **fields: Any) -> dict[str, Any]:
        self.count += 1
        return {"guid": f"g{self.count}", **fields}

    def money(self, most: int = 99_999) -> Decimal:
        return self.draw(st.integers(0, most)) * self.step

    def taxed(self, amount: Decimal) -> tuple[list[dict[str, Any]], Decimal]:
        exact = [amount * Decimal(rate) for rate in self.rates]
        applied = [
            {"rate": rate, "taxAmount": str(share), "taxRate": {"guid": rate}}
            for rate, share in zip(self.rates, exact, strict=True)
        ]
        return applied, sum(map(self.round, exact), ZERO)

    def item(self) -> tuple[dict[str, Any], Decimal, Decimal]:
        price, held = self.money(), self.money(999)
        applied, tax = self.taxed(price + held)
        kind = self.draw(st.sampled_from(["NONE", "NONE", "TOAST_CARD_SELL", "NEW_KIND"]))
        modifier = self.named(price=str(held), preDiscountPrice=str(held), tax=0)
        line = self.named(
            selectionType=kind,
            price=str(price + held),
            preDiscountPrice=str(price + held),
            tax=str(tax),
            appliedTaxes=applied,
            modifiers=[modifier],
        )
        return line, price + held, tax

    def check(self) -> dict[str, Any]:
        amount = tax = gratuities = ZERO
        lines, charges = [], []
        for _ in range(self.draw(st.integers(0, 3))):
            line, price, on_it = self.item()
            if self.draw(st.integers(0, 4)) == 0:
                line |= {"voided": True, "voidBusinessDate": 20260301}
            else:
                amount, tax = amount + price, tax + on_it
            lines.append(line)
        for _ in range(self.draw(st.integers(0, 3))):
            cost = self.money(9_999)
            applied, on_it = self.taxed(cost) if self.draw(st.booleans()) else ([], ZERO)
            kind = self.draw(st.sampled_from([None, "FUNDRAISING_CAMPAIGN", "CASH_ROUNDING"]))
            staff = self.draw(st.booleans()) and kind is None
            charge = {"serviceChargeCategory": kind, "appliedTaxes": applied, "gratuity": staff}
            charges.append(self.named(chargeAmount=str(cost), **charge))
            tax += on_it
            amount, gratuities = (
                (amount, gratuities + cost) if staff else (amount + cost, gratuities)
            )
        owed = amount + tax + gratuities
        first = min(owed, self.money())
        payments = [
            self.named(amount=str(first), tipAmount="1"),
            self.named(amount=str(owed - first)),
        ]
        refused = self.named(amount=str(owed), paymentStatus="DENIED")
        return self.named(
            selections=lines,
            appliedServiceCharges=charges,
            payments=[*payments, refused],
            amount=str(amount),
            taxAmount=str(tax),
            paymentStatus="CLOSED",
        )


@st.composite
def rung_up(draw: st.DrawFn, currency: str) -> OrderRecord:
    till = Till(draw, unit(currency))
    checks = [till.check() for _ in range(draw(st.integers(1, 3)))]
    plain = {"guid": "o", "modifiedDate": "2026-03-01T12:00:00Z", "businessDate": 20260301}
    raw = json.dumps({**plain, "checks": checks}).encode()
    return read_order(Record("orders", "o", raw, "site"))


@settings(max_examples=120, deadline=None)
@given(data=st.data(), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_whatever_a_till_rings_up_and_however_it_rounds_ties(
    data: st.DataObject, currency: str
) -> None:
    ties(data.draw(rung_up(currency)), currency)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_what_is_stored_ties_too(data: st.DataObject, currency: str) -> None:
    """An order read back from its rows alone has the tax that the till charged."""
    record = data.draw(rung_up(currency))

    def stored(table: str) -> list[dict[str, Any]]:
        rows = rows_of(table, Placed(1, 2, 3, currency), record)
        return [dict(zip(COLUMNS[table], row, strict=True)) for row in rows]

    live = [x for x in stored("order_lines") if not x["voided"] and isinstance(x["deferred"], bool)]
    tops = {line.external_id for line in record.lines if line.parent_id is None}
    lines = sum((x["tax"] for x in live if x["external_id"] in tops), ZERO)
    charges = [x["tax"] for x in stored("order_charges") if isinstance(x["tax"], Decimal)]
    assert lines + sum(charges, ZERO) == sum(
        (x["stated_tax"] for x in stored("order_checks")), ZERO
    )
    assert all(x["due"] == x["paid"] for x in stored("order_checks"))
