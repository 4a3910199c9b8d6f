from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.invoicing import DraftLine, draft, standing
from rules.money import unit
from rules.order_totals import totals
from rules.records import ChargeRecord, LineRecord, OrderRecord, TaxRecord
from tests.factories import charge, line, order, tax

D = Decimal


def _standing(**facts: Any) -> tuple[str, str | None]:
    record = order(**facts)
    return standing(record, totals(record, "GBP"))


@pytest.mark.parametrize(
    ("facts", "state", "told"),
    [
        ({}, "due", None),
        ({"state": "paid"}, "due", None),
        ({"state": "open"}, "not due", "Not paid yet."),
        ({"voided": True}, "not needed", "Voided at the till."),
        ({"deleted": True}, "not needed", "Merged into another order or deleted at the till."),
        ({"not_sale_reason": "waste"}, "not needed", "waste"),
        ({"approval": "APPROVED"}, "due", None),
        ({"approval": "FUTURE"}, "not due", "Ordered ahead: its day has not come."),
        ({"approval": "NEEDS_APPROVAL"}, "not due", "Not approved at the till yet."),
        ({"approval": "NOT_APPROVED"}, "not due", "Not approved at the till."),
        # One that nobody knows decides nothing.
        ({"approval": "MOON"}, "due", None),
        ({"lines": ()}, "not needed", "Nothing was charged."),
        ({"lines": (line(deferred=True),)}, "not needed", "Nothing was charged."),
        ({"lines": (line(amount="0", tax="1.00"),)}, "due", None),
        ({"lines": (), "charges": (charge(gratuity=True),)}, "due", None),
        ({"voided": True, "state": "open"}, "not needed", "Voided at the till."),
    ],
)
def test_an_order_is_owed_an_invoice_once_it_is_a_paid_sale(
    facts: dict[str, Any], state: str, told: str | None
) -> None:
    assert _standing(**facts) == (state, told)


def test_an_invoice_lists_live_lines_with_their_modifiers_then_charges() -> None:
    record = order(
        lines=(
            line("burger", "13.05", "1.31", gross=D("14.50"), unit_price=D(12)),
            line("rings", "2.50", parent_id="burger"),
            line("bacon", "3.00", parent_id="burger", voided=True),
            line("voided", "5.00", voided=True),
            line("card", "50.00", deferred=True),
        ),
        charges=(charge("s1", "2.00"), charge("s2", "3.00", gratuity=True)),
        taxes=(tax("1.305", line_id="burger"), tax("0.2", charge_id="s1")),
    )
    drawn = draft(record, "GBP")
    assert drawn.lines == [
        DraftLine(
            "item",
            "Item burger",
            D(1),
            D(12),
            D("14.50"),
            D("13.05"),
            D("1.31"),
            [{"name": "Item rings", "quantity": "1", "amount": "2.50"}],
        ),
        DraftLine("charge", "Charge s1", D(1), D(2), D(2), D(2), D("0.20")),
        DraftLine("gratuity", "Charge s2", D(1), D(3), D(3), D(3), D(0)),
    ]
    assert drawn.lines[0].discount == D("1.45")
    assert (drawn.net, drawn.tax, drawn.gratuities) == (D("15.05"), D("1.51"), D("3.00"))
    assert drawn.total == D("19.56")


def test_several_rates_on_one_line_share_its_rounded_tax() -> None:
    record = order(
        lines=(line("l1", "9.99", "0.89"),),
        taxes=(
            tax("0.6244", "0.0625", "State", line_id="l1"),
            tax("0.2622", "0.02625", "City", line_id="l1"),
        ),
    )
    state, city = draft(record, "USD").taxes
    assert (state.name, state.amount, state.taxable) == ("State", D("0.63"), D("9.99"))
    assert (city.name, city.amount, city.taxable) == ("City", D("0.26"), D("9.99"))


def test_one_rate_over_several_lines_is_one_row() -> None:
    record = order(
        lines=(line("a", "1.05", "0.11"), line("b", "2.05", "0.21")),
        taxes=(tax("0.105", line_id="a"), tax("0.205", line_id="b")),
    )
    (vat,) = draft(record, "GBP").taxes
    assert (vat.rate, vat.taxable, vat.amount) == (D("0.1"), D("3.10"), D("0.32"))


def test_tax_that_the_marketplace_remits_stands_apart() -> None:
    record = order(
        lines=(line("a", "10.00", "1.00"), line("b", "10.00", "1.00")),
        taxes=(
            tax("1.00", line_id="a"),
            tax("1.00", line_id="b", remitted_by_marketplace=True),
        ),
    )
    ours, theirs = draft(record, "USD").taxes
    assert (ours.remitted_by_marketplace, ours.amount) == (False, D(1))
    assert (theirs.remitted_by_marketplace, theirs.amount) == (True, D(1))


def test_tax_whose_rate_the_till_does_not_tell_is_listed_all_the_same() -> None:
    (unnamed,) = draft(order(lines=(line("a", "10.00", "0.75"),)), "USD").taxes
    assert (unnamed.name, unnamed.rate, unnamed.amount) == ("Tax", None, D("0.75"))


def test_tax_of_lines_that_are_no_sale_is_left_out() -> None:
    record = order(
        lines=(line("a", "10.00", "1.00"), line("b", "5.00", "0.50", deferred=True)),
        taxes=(tax("1.00", line_id="a"), tax("0.50", line_id="b")),
    )
    (only,) = draft(record, "GBP").taxes
    assert only.amount == D(1)


_CURRENCIES = ("GBP", "JPY", "KWD")
_RATES = [
    ("VAT", "0.2"),
    ("VAT", "0.05"),
    ("State", "0.0625"),
    ("City", "0.026250"),
    ("Fixed", None),
]


@st.composite
def _orders(choose: st.DrawFn, currency: str) -> OrderRecord:
    """Any order a till may send: tax per line rounded, taxes by rate unrounded."""
    step = unit(currency)
    money = st.integers(-5_000, 500_000).map(lambda n: n * step)
    lines: list[LineRecord] = []
    charges: list[ChargeRecord] = []
    taxes: list[TaxRecord] = []
    for number in range(choose(st.integers(0, 5))):
        name, flags = f"l{number}", choose(st.sampled_from(["", "", "voided", "deferred"]))
        amount = choose(money)
        parent = f"l{number - 1}" if number and choose(st.booleans()) else None
        rates = choose(st.lists(st.sampled_from(_RATES), max_size=3, unique=True))
        exact = [amount * D(rate or "0.11") for _, rate in rates]
        rounded_tax = choose(st.integers(-2, 2)) * step + sum(exact, D(0)).quantize(step)
        lines.append(
            line(
                name,
                str(amount),
                str(rounded_tax),
                parent_id=parent,
                voided=flags == "voided",
                deferred=flags == "deferred",
            )
        )
        taxes += [
            tax(str(part), rate, kind, line_id=name)
            for (kind, rate), part in zip(rates, exact, strict=True)
        ]
    for number in range(choose(st.integers(0, 3))):
        name, amount = f"s{number}", choose(money)
        charges.append(
            charge(
                name,
                str(amount),
                gratuity=choose(st.booleans()),
                category=choose(st.sampled_from(["SERVICE_CHARGE", "FUNDRAISING_CAMPAIGN"])),
            )
        )
        rates = choose(st.lists(st.sampled_from(_RATES), max_size=2, unique=True))
        taxes += [
            tax(str(amount * D(rate or "0.3")), rate, kind, charge_id=name) for kind, rate in rates
        ]
    return order(lines=tuple(lines), charges=tuple(charges), taxes=tuple(taxes))


@given(st.data(), st.sampled_from(_CURRENCIES))
def test_every_draft_ties_to_its_order_and_its_rates_to_its_tax(
    data: st.DataObject, currency: str
) -> None:
    record = data.draw(_orders(currency))
    sums, drawn = totals(record, currency), draft(record, currency)
    assert (drawn.net, drawn.tax, drawn.gratuities, drawn.total) == (
        sums.net,
        sums.tax,
        sums.gratuities,
        sums.total,
    )
    assert sum((row.amount for row in drawn.taxes), D(0)) == drawn.tax
    assert all(row.amount % unit(currency) == 0 for row in drawn.taxes)


@pytest.mark.parametrize(
    ("facts", "price"),
    [
        # 7.00 with tax in it, at 6.625 %: 6.57 without.
        ({"unit_price": D("7.00"), "gross": D("6.57"), "tax_inclusion": "INCLUDED"}, "6.57"),
        ({"unit_price": D("3.00"), "quantity": D(2), "gross": D("5.00")}, "2.50"),
        ({"unit_price": D("2.99"), "quantity": D("0.333"), "gross": D("1.00")}, "2.99"),
        ({"unit_price": D("4.00"), "quantity": D(0), "gross": D(0)}, "4.00"),
    ],
)
def test_an_invoice_line_multiplies_out(facts: dict[str, Any], price: str) -> None:
    drawn = draft(order(lines=(line("l1", "6.57", **facts),)), "USD")
    assert drawn.lines[0].unit_price == D(price)
