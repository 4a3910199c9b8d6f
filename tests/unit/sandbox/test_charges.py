"""Charges and taxes of every kind, seen through the API."""

from __future__ import annotations

from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.ordering import RICE, change, make, shown


def test_a_surcharge_belongs_to_its_card(toast: StandIn) -> None:
    guid = make(toast)
    card = {"kind": "CREDIT", "status": "AUTHORIZED"}
    check = change(toast, guid, do="pay", payment=card, surcharge_percent=3)["checks"][0]
    charge, payment = check["appliedServiceCharges"][0], check["payments"][0]
    assert charge["serviceChargeCategory"] == "CREDIT_CARD_SURCHARGE"
    assert charge["paymentGuid"] == payment["guid"]
    assert (charge["chargeAmount"], payment["amount"], check["amount"]) == (0.32, 11.07, 10.32)
    assert check["paymentStatus"] == "PAID"
    voided = change(toast, guid, do="void_payment")["checks"][0]
    assert voided["amount"] == 10


def test_cash_is_rounded_to_the_coin(toast: StandIn) -> None:
    line = {"name": "Rice", "price_cents": 1_001, "taxes": []}
    guid = make(toast, checks=[{"lines": [line]}])
    cash = {"kind": "CASH"}
    check = change(toast, guid, do="pay", payment=cash, round_to_cents=5)["checks"][0]
    charge = check["appliedServiceCharges"][0]
    assert (charge["serviceChargeCategory"], charge["chargeAmount"]) == ("CASH_ROUNDING", -0.01)
    assert (check["payments"][0]["amount"], check["paymentStatus"]) == (10, "CLOSED")


def test_a_campaigns_charge_is_in_the_amount(toast: StandIn) -> None:
    charge = {"name": "School Fund", "amount_cents": 100, "category": "FUNDRAISING_CAMPAIGN"}
    guid = make(toast)
    check = change(toast, guid, do="charge", charge=charge)["checks"][0]
    assert check["appliedServiceCharges"][0]["serviceChargeCategory"] == "FUNDRAISING_CAMPAIGN"
    assert check["amount"] == 11


def test_a_marketplace_remits_the_taxes_it_says(toast: StandIn) -> None:
    line = {**RICE, "facilitated": ["VAT 7.5%"]}
    charge = {"name": "Fee", "amount_cents": 200, "taxable": True}
    some = shown(toast, make(toast, checks=[{"lines": [line], "charges": [charge]}]))["checks"][0]
    tax = some["selections"][0]["appliedTaxes"][0]
    assert tax["facilitatorCollectAndRemitTax"] is True
    fee = some["appliedServiceCharges"][0]["appliedTaxes"][0]
    assert fee["facilitatorCollectAndRemitTax"] is False
    assert some["taxAmount"] == 0.9
    whole = {"lines": [RICE], "charges": [charge], "facilitated": True}
    every = shown(toast, make(toast, checks=[whole]))["checks"][0]
    taxes = [tax for each in every["selections"] for tax in each["appliedTaxes"]]
    taxes += [tax for each in every["appliedServiceCharges"] for tax in each["appliedTaxes"]]
    assert [each["facilitatorCollectAndRemitTax"] for each in taxes] == [True, True]


def test_taxes_that_are_no_percentage(toast: StandIn) -> None:
    taxes = [
        {"name": "Bag", "rate": "0.10", "kind": "FIXED", "default": False},
        {"name": "Nothing", "rate": "0.5", "kind": "NONE", "default": False},
        {"name": "Steps", "rate": "0", "kind": "TABLE", "table": [100, 500], "default": False},
        {"name": "Elsewhere", "rate": "0.06", "kind": "EXTERNAL", "default": False},
    ]
    toast.control("PATCH", f"locations/{toast.restaurant}", {"taxes": taxes})
    names = [each["name"] for each in taxes]
    line = {**RICE, "taxes": names, "outside_tax_cents": 61, "quantity": 2}
    item = shown(toast, make(toast, checks=[{"lines": [line]}]))["checks"][0]["selections"][0]
    told = {each["name"]: (each["type"], each["taxAmount"]) for each in item["appliedTaxes"]}
    assert told == {
        "Bag": ("FIXED", 0.2),
        "Nothing": ("NONE", 0),
        "Steps": ("TABLE", 0.02),
        "Elsewhere": ("EXTERNAL", 0.61),
    }
    assert item["tax"] == 0.83
    rates = {each["name"]: each["rate"] for each in item["appliedTaxes"]}
    assert rates["Nothing"] is None


def test_a_charge_may_leave_open_how_it_is_worked_out(toast: StandIn) -> None:
    charge = {"name": "Fee", "percent": 10, "pre_discount": None, "category": None}
    discount = {"name": "Half", "percent": 50}
    check = {"lines": [RICE], "discounts": [discount], "charges": [charge]}
    told = shown(toast, make(toast, checks=[check]))["checks"][0]["appliedServiceCharges"][0]
    assert (told["serviceChargeCalculation"], told["serviceChargeCategory"]) == (None, None)
    assert told["chargeAmount"] == 1
    after = {
        "lines": [RICE],
        "discounts": [discount],
        "charges": [{**charge, "pre_discount": False}],
    }
    told = shown(toast, make(toast, checks=[after]))["checks"][0]["appliedServiceCharges"][0]
    assert told["chargeAmount"] == 0.5
