from datetime import date
from decimal import Decimal

from rules.order_totals import Totals, totals
from rules.records import RefundRecord
from tests.factories import charge, discount, line, order, payment, tax

D = Decimal


def test_modifiers_are_held_by_the_line_they_hang_on_and_counted_once() -> None:
    burger = line("burger", "14.50", "1.45", unit_price=D(12))
    rings = line("rings", "2.00", parent_id="burger")
    onion = line("onion", "0.50", parent_id="burger")
    found = totals(order(lines=(burger, rings, onion)), "USD")
    assert (found.net, found.tax, found.total) == (D("14.50"), D("1.45"), D("15.95"))


def test_discounts_are_told_but_not_taken_off_twice() -> None:
    # A check discount of 2.37 on 9.99 and 20.00, spread over their prices by the till.
    lines = (
        line("a", "9.20", gross=D("9.99")),
        line("b", "18.42", gross=D("20.00")),
    )
    found = totals(order(lines=lines, discounts=(discount(amount="2.37"),)), "USD")
    assert (found.net, found.discounts, found.total) == (D("27.62"), D("2.37"), D("27.62"))


def test_gratuities_and_collections_are_owed_but_no_sales() -> None:
    charges = (
        charge("service", "3.00"),
        charge("staff", "2.00", gratuity=True),
        charge("cause", "1.00", category="FUNDRAISING_CAMPAIGN"),
    )
    found = totals(order(charges=charges), "GBP")
    assert found.charges == D("3.00")
    assert found.gratuities == D("3.00")
    assert found.net == D("13.00")
    assert found.total == D("16.00")


def test_gift_cards_sold_and_voided_lines_are_no_sales() -> None:
    lines = (
        line("meal", "10.00", "1.00"),
        line("card", "50.00", "5.00", deferred=True),
        line("sent back", "7.00", "0.70", voided=True),
    )
    found = totals(order(lines=lines), "GBP")
    assert (found.net, found.tax, found.total) == (D(10), D(1), D(11))
    assert found.deferred == D(55)


def test_gift_cards_for_less_are_no_discount_on_sales() -> None:
    lines = (
        line("meal", "9.00", gross=D("10.00")),
        line("card", "45.00", deferred=True),
    )
    discounts = (
        discount("off", "1.00", line_id="meal"),
        discount("card offer", "5.00", line_id="card"),
        discount("bill", "0.50"),
    )
    assert totals(order(lines=lines, discounts=discounts), "GBP").discounts == D("1.50")


def test_of_gratuities_what_goes_to_a_cause_is_told() -> None:
    charges = (
        charge("staff", "2.00", gratuity=True),
        charge("cause", "1.00", category="FUNDRAISING_CAMPAIGN"),
        charge("both", "4.00", gratuity=True, category="FUNDRAISING_CAMPAIGN"),
    )
    found = totals(order(charges=charges), "GBP")
    assert (found.gratuities, found.fundraising, found.net) == (D(7), D(1), D(10))


def test_a_surcharge_and_the_rounding_of_cash_belong_to_the_house() -> None:
    charges = (
        charge("card", "0.25", category="CREDIT_CARD_SURCHARGE"),
        charge("cash", "-0.02", category="CASH_ROUNDING"),
    )
    found = totals(order(charges=charges), "GBP")
    assert (found.charges, found.net, found.gratuities) == (D("0.23"), D("10.23"), D(0))


def test_of_the_tax_the_marketplace_remits_what_its_rates_made() -> None:
    lines = (
        line("kit", "38.00", "3.14"),
        line("soda", "10.00", "1.33"),
        line("card", "50.00", "5.00", deferred=True),
        line("void", "9.00", "0.74", voided=True),
    )
    taxes = (
        tax("3.135", "0.0825", line_id="kit", remitted_by_marketplace=True),
        # Of the 1.33 on the soda the sugar tax of 0.50 stays with the house.
        tax("0.825", "0.0825", line_id="soda", remitted_by_marketplace=True),
        tax("0.50", None, line_id="soda"),
        tax("5.00", line_id="card", remitted_by_marketplace=True),
        tax("0.7425", line_id="void", remitted_by_marketplace=True),
        tax("0.165", "0.0825", charge_id="delivery", remitted_by_marketplace=True),
    )
    charges = (charge("delivery", "2.00"),)
    found = totals(order(lines=lines, taxes=taxes, charges=charges), "USD")
    # 3.14, 0.83 and 0.17; all of it is in the tax.
    assert (found.marketplace_tax, found.tax) == (D("4.14"), D("4.64"))


def test_a_voided_or_deleted_order_sold_nothing_but_its_money_stays_visible() -> None:
    paid = (payment(amount="11.00", tip="2.00"),)
    expected = Totals(tips=D(2), paid=D(11))
    assert totals(order(voided=True, payments=paid), "GBP") == expected
    assert totals(order(deleted=True, payments=paid), "GBP") == expected


def test_tax_on_a_charge_is_rounded_charge_by_charge() -> None:
    charges = (charge("s1", "1.23"), charge("s2", "1.23"))
    taxes = (
        tax("0.0615", "0.05", charge_id="s1"),
        tax("0.0123", "0.01", charge_id="s1"),
        tax("0.0615", "0.05", charge_id="s2"),
    )
    # 0.0738 is 0.07 and 0.0615 is 0.06; the sum of all, 0.1353, would have made 0.14.
    assert totals(order(lines=(), charges=charges, taxes=taxes), "USD").tax == D("0.13")


def test_tax_of_a_yen_charge_has_no_fraction() -> None:
    found = totals(
        order(lines=(), charges=(charge("s1", "105"),), taxes=(tax("10.5", charge_id="s1"),)), "JPY"
    )
    assert found.tax == D(11)


def test_a_fixed_tax_survives_a_full_comp() -> None:
    found = totals(order(lines=(line("comped", "0.00", "1.00", gross=D("9.00")),)), "USD")
    assert (found.net, found.tax, found.total) == (D(0), D(1), D(1))


def test_tips_and_refused_payments_are_no_part_of_what_was_paid_for() -> None:
    payments = (
        payment("card", "10.00", tip="1.50"),
        payment("denied", "10.00", tip="1.50", counts=False),
    )
    found = totals(order(payments=payments), "GBP")
    assert (found.paid, found.tips, found.total) == (D(10), D("1.50"), D(10))


def test_a_refund_is_told_apart_and_leaves_the_sale_as_it_was() -> None:
    back = RefundRecord(D("4.00"), D(0), None, date(2026, 3, 2))
    found = totals(order(payments=(payment(amount="10.00", refund=back),)), "GBP")
    assert (found.refunded, found.total, found.paid) == (D(4), D(10), D(10))
