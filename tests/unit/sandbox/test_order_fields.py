"""What an order can carry beyond dishes and cards, seen through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.ordering import DAY_MS, RICE, change, make, now_ms, refused, shown


def test_every_fact_of_an_order_can_be_told(toast: StandIn) -> None:
    guid = make(
        toast,
        dining="Delivery",
        external_id="SHOP:7",
        channel_guid="c0ffee00-0000-4000-8000-000000000000",
        table="Table 9",
        area="Patio",
        service="Dinner",
        revenue_center="Bar",
        server="Ada",
        prep_time="PT15M",
        test_mode=True,
        delivery={"address1": "2 Broad Street", "deliveryState": "PENDING"},
        curbside={"transportDescription": "Red car"},
    )
    order = shown(toast, guid)
    assert order["channelGuid"] == "c0ffee00-0000-4000-8000-000000000000"
    assert order["createdInTestMode"] is True
    assert order["requiredPrepTime"] == "PT15M"
    assert order["curbsidePickupInfo"]["transportDescription"] == "Red car"
    usual = shown(toast, make(toast))
    for name in ("table", "serviceArea", "restaurantService", "revenueCenter", "server"):
        assert order[name]["guid"] != usual[name]["guid"]


def test_an_address_needs_its_scope() -> None:
    address = {"address1": "2 Broad Street"}
    hidden = StandIn()
    assert shown(hidden, make(hidden, delivery=address))["deliveryInfo"] is None
    open_ = StandIn(scopes=("orders:read", "delivery_info.address:read"))
    info = shown(open_, make(open_, delivery=address))["deliveryInfo"]
    assert (info["address1"], info["zipCode"]) == ("2 Broad Street", None)


def test_an_order_is_found_by_its_external_id(toast: StandIn) -> None:
    guid = make(toast, external_id="SHOP:7")
    assert shown(toast, "SHOP:7")["guid"] == guid
    assert toast.get("/orders/v2/orders/SHOP:8").status_code == 404
    assert toast.get("/orders/v2/orders/FARTOOLONGANAUTHORITY:7").status_code == 400
    change(toast, guid, do="restate", order={"external_id": "SHOP:9"})
    assert toast.get("/orders/v2/orders/SHOP:7").status_code == 404


def test_every_fact_of_a_check_can_be_told(toast: StandIn) -> None:
    loyalty = {"identifier": "4111222233334444", "vendor": "PUNCHH", "accrual_text": "3 stars"}
    check = {
        "lines": [RICE],
        "tab": "Okafor",
        "opened_by": "Ada",
        "external_id": "SHOP:c1",
        "loyalty": loyalty,
    }
    told = shown(toast, make(toast, checks=[check]))["checks"][0]
    assert (told["tabName"], told["externalId"]) == ("Okafor", "SHOP:c1")
    assert told["appliedLoyaltyInfo"]["vendor"] == "PUNCHH"
    assert told["appliedLoyaltyInfo"]["maskedLoyaltyIdentifier"] == "************4444"
    usual = shown(toast, make(toast))["checks"][0]
    assert told["openedBy"]["guid"] != usual["openedBy"]["guid"]


def test_every_fact_of_a_payment_can_be_told(toast: StandIn) -> None:
    guid = make(toast)
    payment = {
        "kind": "CREDIT",
        "status": "CAPTURED",
        "entry": "KEYED",
        "first6": "411111",
        "fee_cents": 55,
        "server": "Ada",
        "card_payment_id": "cp-1",
        "mca_cents": 20,
    }
    paid = change(toast, guid, do="pay", payment=payment)["checks"][0]["payments"][0]
    assert (paid["amount"], paid["cardEntryMode"]) == (10.75, "KEYED")
    assert (paid["originalProcessingFee"], paid["mcaRepaymentAmount"]) == (0.55, 0.2)
    assert (paid["first6Digits"], paid["cardPaymentId"]) == ("411111", "cp-1")


def test_a_check_is_paid_by_parts(toast: StandIn) -> None:
    guid = make(toast)
    first = change(toast, guid, do="pay", payment={"kind": "CASH", "amount_cents": 400})
    assert first["checks"][0]["paymentStatus"] == "OPEN"
    rest = change(toast, guid, do="pay", payment={"kind": "HOUSE_ACCOUNT", "house": "Bank"})
    assert rest["checks"][0]["paymentStatus"] == "CLOSED"
    cash, house = rest["checks"][0]["payments"]
    assert (cash["amount"], house["amount"]) == (4, 6.75)
    assert cash["cashDrawer"]["entityType"] == "CashDrawer"
    assert cash["houseAccount"] is None
    assert house["houseAccount"]["entityType"] == "HouseAccount"
    assert "can't be refunded" in refused(toast, guid, do="refund", payment=house["guid"])


def test_a_voided_payment_is_due_again(toast: StandIn) -> None:
    guid = make(toast)
    change(toast, guid, do="pay", payment={"kind": "CASH"})
    order = change(toast, guid, do="void_payment", reason="Wrong tender")
    check, payment = order["checks"][0], order["checks"][0]["payments"][0]
    assert (check["paymentStatus"], order["closedDate"]) == ("OPEN", None)
    assert payment["paymentStatus"] == "VOIDED"
    assert payment["voidInfo"]["voidBusinessDate"] == 20261122
    again = change(toast, guid, do="pay", payment={"kind": "CREDIT", "status": "CAPTURED"})
    assert again["checks"][0]["paymentStatus"] == "CLOSED"
    assert "only be refunded" in refused(toast, guid, do="void_payment")


def test_a_void_gives_its_reason_everywhere(toast: StandIn) -> None:
    guid = make(toast)
    change(toast, guid, do="pay", payment={"kind": "CASH"})
    check = change(toast, guid, do="void_order", reason="Fire alarm")["checks"][0]
    item, payment = check["selections"][0], check["payments"][0]
    assert item["voidReason"]["guid"] == payment["voidInfo"]["voidReason"]["guid"]
    assert item["voidBusinessDate"] == check["voidBusinessDate"] == 20261122


def test_gift_cards_and_balances_are_no_sale_yet(toast: StandIn) -> None:
    guid = make(toast, checks=[{"lines": []}])
    change(toast, guid, do="sell_card", cents=5_000)
    change(toast, guid, do="sell_card", cents=2_000, reload=True)
    check = change(toast, guid, do="pay_balance", cents=700, account="Bank")["checks"][0]
    kinds = [each["selectionType"] for each in check["selections"]]
    assert kinds == ["TOAST_CARD_SELL", "TOAST_CARD_RELOAD", "HOUSE_ACCOUNT_PAY_BALANCE"]
    assert all(each["deferred"] and each["item"] is None for each in check["selections"])
    assert (check["amount"], check["taxAmount"]) == (77, 0)
    paid = change(toast, guid, do="pay", payment={"kind": "GIFTCARD"})["checks"][0]
    assert paid["payments"][0]["type"] == "GIFTCARD"


def test_a_deposit_is_paid_today_for_a_day_to_come(toast: StandIn) -> None:
    guid = make(toast, promised_ms=now_ms(toast) + 3 * DAY_MS)
    deposit = {"kind": "CREDIT", "amount_cents": 500, "status": "AUTHORIZED"}
    order = change(toast, guid, do="pay", payment=deposit)
    payment = order["checks"][0]["payments"][0]
    assert (order["approvalStatus"], order["businessDate"]) == ("FUTURE", 20261125)
    assert payment["paidBusinessDate"] == 20261122
    toast.hands.at += 3.5 * 86_400
    toast.control("POST", "closeout", {})
    assert shown(toast, guid)["approvalStatus"] == "APPROVED"


def test_a_restaurant_says_whether_it_takes_an_order(toast: StandIn) -> None:
    guid = make(toast)
    order = change(toast, guid, do="approve", status="NEEDS_APPROVAL")
    assert order["approvalStatus"] == "NEEDS_APPROVAL"
    assert "status must be" in refused(toast, guid, do="approve", status="MAYBE")


def test_two_orders_become_one(toast: StandIn) -> None:
    first, second = make(toast), make(toast)
    change(toast, first, do="pay", payment={"kind": "CASH"})
    moved = shown(toast, first)["checks"][0]["guid"]
    before = toast.control("GET", "state")["lines"]
    source = change(toast, first, do="merge", into=second)
    assert (source["deleted"], source["checks"]) == (True, [])
    target = shown(toast, second)
    assert [each["guid"] for each in target["checks"]][1] == moved
    assert target["checks"][1]["payments"][0]["orderGuid"] == second
    assert (target["numberOfGuests"], target["closedDate"]) == (2, None)
    assert toast.control("GET", "state")["lines"] == before
    assert "deleted or voided" in refused(toast, first, do="merge", into=second)


def test_a_check_moved_alone_leaves_the_others(toast: StandIn) -> None:
    first = make(toast, checks=[{"lines": [RICE]}, {"lines": [RICE, RICE]}])
    second = make(toast)
    source = change(toast, first, do="merge", into=second, checks=[1])
    assert (source["deleted"], len(source["checks"])) == (False, 1)
    assert len(shown(toast, second)["checks"]) == 2


@pytest.mark.parametrize("wanted", [{"into": "itself"}, {"into": "other", "checks": [4]}])
def test_a_merge_that_cannot_be_is_refused(toast: StandIn, wanted: dict[str, Any]) -> None:
    first, other = make(toast), make(toast)
    wanted["into"] = first if wanted["into"] == "itself" else other
    refused(toast, first, do="merge", **wanted)
    assert shown(toast, first)["deleted"] is False


def test_what_was_thrown_away_is_one_free_order_a_day(toast: StandIn) -> None:
    one = toast.control("POST", "orders", {"waste": [RICE]})["guids"]
    assert toast.control("POST", "orders", {"waste": [RICE, RICE]})["guids"] == one
    order = shown(toast, one[0])
    assert order["excessFood"] is True
    assert len(order["checks"]) == 1
    check = order["checks"][0]
    assert (len(check["selections"]), check["amount"]) == (3, 0)
    assert all(each["price"] == 0 for each in check["selections"])
    assert all(each["preDiscountPrice"] == 10 for each in check["selections"])
    assert {each["appliedDiscounts"][0]["name"] for each in check["selections"]} == {"Waste"}
    toast.hands.at += 86_400
    assert toast.control("POST", "orders", {"waste": [RICE]})["guids"] != one


def test_facts_change_but_not_what_makes_the_order(toast: StandIn) -> None:
    guid = make(toast)
    order = change(toast, guid, do="restate", order={"guests": 6}, facts={"tax_exempt": True})
    check = order["checks"][0]
    assert (order["numberOfGuests"], check["taxExempt"], check["taxAmount"]) == (6, True, 0)
    assert "guid" in refused(toast, guid, do="restate", order={"guid": "x"})
    assert "$.guests" in refused(toast, guid, do="restate", order={"guests": "many"})
