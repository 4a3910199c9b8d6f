"""Cash entries and deposits, by business date, and what undoes them."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.toast.cash.entry import KINDS
from tests.unit.sandbox.merchant_client import StandIn

ENTRIES, DEPOSITS = "/cashmgmt/v1/entries", "/cashmgmt/v1/deposits"
# Lagos is an hour ahead: the second is still the day before, until four in the morning.
NOON, NIGHT = "2026-11-22T12:00:00.000+0000", "2026-11-23T02:59:59.999+0000"
MORNING = "2026-11-23T03:00:00.000+0000"


def enter(toast: StandIn, kind: str, cents: int = 1_000, **more: Any) -> dict[str, Any]:
    wanted = {"type": kind, "amount_cents": cents, "at": NOON, **more}
    made: dict[str, Any] = toast.control("POST", "cash/entries", wanted)
    return made


def of_day(toast: StandIn, day: int, path: str = ENTRIES) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = toast.get(path, businessDate=day).get_json()
    return found


@pytest.mark.parametrize("path", [ENTRIES, DEPOSITS])
@pytest.mark.parametrize(
    "query",
    [
        {},
        {"startDate": NOON, "endDate": MORNING},
        {"businessDate": "20261122", "startDate": NOON},
        {"businessDate": "2026-11-22"},
        {"businessDate": "20261301"},
    ],
)
def test_one_business_date_and_nothing_else(
    toast: StandIn, path: str, query: dict[str, str]
) -> None:
    answer = toast.get(path, **query)
    assert answer.status_code == 400
    assert set(answer.get_json()) == {"status", "message"}


def test_the_old_name_of_the_parameter_still_works(toast: StandIn) -> None:
    entry = enter(toast, "CASH_IN")
    assert toast.get(ENTRIES, yyyymmdd="20261122").get_json() == [entry]
    assert toast.get(ENTRIES, yyyymmdd="20261121").get_json() == []


def test_refusals_are_small_here_too() -> None:
    toast = StandIn(scopes=("orders:read",))
    answer = toast.get(ENTRIES, businessDate=20261122)
    assert (answer.status_code, set(answer.get_json())) == (403, {"status", "message"})


def test_every_type_has_its_sign(toast: StandIn) -> None:
    signs = {kind: enter(toast, kind, 1_050)["amount"] for kind in KINDS if kind != "UNDO_PAY_OUT"}
    assert signs == {
        "CASH_IN": 10.5,
        "CASH_COLLECTED": 10.5,
        "CLOSE_OUT_OVERAGE": 10.5,
        "CASH_OUT": -10.5,
        "PAY_OUT": -10.5,
        "TIP_OUT": -10.5,
        "DRIVER_REIMBURSEMENT": -10.5,
        "CLOSE_OUT_SHORTAGE": -10.5,
        "NO_SALE": 0,
        "CLOSE_OUT_EXACT": 0,
    }
    assert len(of_day(toast, 20261122)) == len(signs)


def test_an_entry_refers_to_what_is_configured(toast: StandIn) -> None:
    entry = enter(
        toast, "PAY_OUT", reason="Onions", payout_reason="Produce market", drawer="drawer 2"
    )
    for key, kind in (("cashDrawer", "cashDrawers"), ("payoutReason", "payoutReasons")):
        found = toast.get(f"/config/v2/{kind}/{entry[key]['guid']}").get_json()
        assert found["entityType"] == entry[key]["entityType"]
    assert (entry["reason"], entry["date"], entry["undoes"]) == ("Onions", NOON, None)
    wanted = {"type": "PAY_OUT", "amount_cents": 1, "payout_reason": "Nothing known"}
    assert toast.http.post("/control/cash/entries", json=wanted).status_code == 404


def test_the_day_ends_at_closeout(toast: StandIn) -> None:
    late, early = enter(toast, "CASH_IN", at=NIGHT), enter(toast, "CASH_IN", at=MORNING)
    assert of_day(toast, 20261122) == [late]
    assert of_day(toast, 20261123) == [early]


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        ("CASH_IN", "CASH_OUT"),
        ("CASH_OUT", "CASH_IN"),
        ("CASH_COLLECTED", "TIP_OUT"),
        ("TIP_OUT", "CASH_COLLECTED"),
        ("PAY_OUT", "UNDO_PAY_OUT"),
    ],
)
def test_an_entry_is_undone_by_its_counterpart_maybe_on_another_day(
    toast: StandIn, kind: str, by: str
) -> None:
    entry = enter(toast, kind)
    undone = toast.control("POST", f"cash/entries/{entry['guid']}/undo", {"at": MORNING})
    assert (undone["type"], undone["undoes"]) == (by, entry["guid"])
    assert undone["amount"] == -entry["amount"]
    assert undone["reason"] == f"Undo {kind.replace('_', ' ').title()}"
    assert of_day(toast, 20261122) == [entry]
    assert of_day(toast, 20261123) == [undone]
    for guid in (entry["guid"], undone["guid"]):
        answer = toast.http.post(f"/control/cash/entries/{guid}/undo")
        assert answer.status_code == 400


def test_what_cannot_be_entered_or_undone(toast: StandIn) -> None:
    for wanted in (
        {"type": "UNDO_PAY_OUT", "amount_cents": 1},
        {"type": "SALE", "amount_cents": 1},
        {"type": "CASH_IN"},
        {"type": "CASH_IN", "amount_cents": 0},
    ):
        assert toast.http.post("/control/cash/entries", json=wanted).status_code == 400
    drawer = enter(toast, "NO_SALE")["guid"]
    assert toast.http.post(f"/control/cash/entries/{drawer}/undo").status_code == 400
    assert toast.http.post("/control/cash/entries/nothing/undo").status_code == 404


def test_a_deposit_and_its_undoing_are_both_above_zero(toast: StandIn) -> None:
    wanted = {"amount_cents": 321_098, "at": NOON}
    deposit = toast.control("POST", "cash/deposits", wanted)
    undone = toast.control("POST", f"cash/deposits/{deposit['guid']}/undo", {"at": MORNING})
    assert (deposit["amount"], deposit["undoes"]) == (3_210.98, None)
    assert (undone["amount"], undone["undoes"]) == (3_210.98, deposit["guid"])
    assert of_day(toast, 20261122, DEPOSITS) == [deposit]
    assert of_day(toast, 20261123, DEPOSITS) == [undone]
    assert of_day(toast, 20261122) == []
    again = toast.http.post(f"/control/cash/deposits/{deposit['guid']}/undo")
    assert again.status_code == 400


def test_one_restaurants_cash_is_not_anothers(toast: StandIn) -> None:
    enter(toast, "CASH_IN")
    other = toast.platform.merchant.restaurants[1].guid
    assert toast.http.get(f"/control/cash?restaurant={other}").get_json()["entries"] == []
    assert len(toast.control("GET", "cash")["entries"]) == 1
