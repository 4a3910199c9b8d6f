"""Stock: what is listed, what can be set, and what is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.toast.body.reference import configured
from tests.unit.sandbox.merchant_client import StandIn

INVENTORY, SEARCH, UPDATE = (f"/stock/v1/inventory{path}" for path in ("", "/search", "/update"))
NOBODYS = "5d7a0e52-9c3f-4a86-8f5e-2f4f0c8f7d11"
URL = "http://receiver.test/stock"


def reference(toast: StandIn, name: str) -> dict[str, Any]:
    return configured(toast.platform.merchant.restaurants[0], "MenuItem", name)


def update(toast: StandIn, *levels: dict[str, Any], status: int = 200) -> Any:
    answer = toast.http.put(UPDATE, json=list(levels), headers=toast.headers())
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def counted(toast: StandIn, name: str, quantity: float) -> dict[str, Any]:
    return {
        "guid": reference(toast, name)["guid"],
        "status": "QUANTITY",
        "quantity": quantity,
    }


def told(toast: StandIn) -> list[tuple[str, dict[str, Any]]]:
    toast.agenda.run_due()
    messages = [json.loads(body) for _url, body, _headers in toast.receiver.taken]
    toast.receiver.taken.clear()
    assert {each["eventCategory"] for each in messages} <= {"stock"}
    return [(each["eventType"], each["details"]) for each in messages]


@pytest.fixture
def watched(toast: StandIn) -> StandIn:
    toast.control("POST", "subscriptions", {"url": URL, "eventCategory": "stock"})
    return toast


def test_what_is_in_stock_is_never_listed(toast: StandIn) -> None:
    assert toast.get(INVENTORY).get_json() == []
    update(
        toast,
        counted(toast, "Chapman", 7),
        {"guid": reference(toast, "Moi Moi")["guid"], "status": "OUT_OF_STOCK"},
    )
    listed = toast.get(INVENTORY).get_json()
    assert [(each["status"], each["quantity"]) for each in listed] == [
        ("QUANTITY", 7.0),
        ("OUT_OF_STOCK", None),
    ]
    [only] = toast.get(INVENTORY, status="QUANTITY").get_json()
    assert only == {
        **{"guid": reference(toast, "Chapman")["guid"], "itemGuidValidity": "VALID"},
        **{"status": "QUANTITY", "quantity": 7.0},
        "multiLocationId": reference(toast, "Chapman")["multiLocationId"],
        "versionId": reference(toast, "Chapman")["guid"],
    }
    assert toast.get(INVENTORY, status="IN_STOCK").status_code == 400
    update(toast, {"guid": only["guid"], "status": "IN_STOCK"})
    assert toast.get(INVENTORY, status="QUANTITY").get_json() == []


def test_a_search_finds_by_either_id_and_calls_the_unknown_invalid(toast: StandIn) -> None:
    known = reference(toast, "Chapman")
    wanted = {"guids": [known["guid"], NOBODYS], "multiLocationIds": [known["multiLocationId"]]}
    found = toast.http.post(SEARCH, json=wanted, headers=toast.headers()).get_json()
    assert [each["itemGuidValidity"] for each in found] == ["VALID", "INVALID", "VALID"]
    assert found[0]["status"] == "IN_STOCK"
    assert found[1] == {
        "guid": NOBODYS,
        "itemGuidValidity": "INVALID",
        "status": "OUT_OF_STOCK",
        "quantity": None,
        "multiLocationId": "null",
        "versionId": None,
    }
    assert found[2]["guid"] == known["guid"]
    for nothing in ({}, {"guids": []}, []):
        answer = toast.http.post(SEARCH, json=nothing, headers=toast.headers())
        assert answer.status_code == 400
    answer = toast.http.post(SEARCH, data="{}", headers=toast.headers())
    assert answer.status_code == 415


def test_none_left_is_out_of_stock_and_the_unknown_are_left_out(toast: StandIn) -> None:
    strange = {"guid": NOBODYS, "status": "QUANTITY", "quantity": 3}
    after = update(toast, counted(toast, "Chapman", 0), strange)
    assert [(each["itemGuidValidity"], each["status"], each["quantity"]) for each in after] == [
        ("VALID", "OUT_OF_STOCK", None),
        ("INVALID", "OUT_OF_STOCK", None),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "QUANTITY"},
        {"status": "QUANTITY", "quantity": -1},
        {"status": "PLENTY"},
        {"guid": None, "status": "IN_STOCK"},
    ],
)
def test_one_wrong_level_sets_none(toast: StandIn, wrong: dict[str, Any]) -> None:
    bad = {"guid": reference(toast, "Puff Puff")["guid"], **wrong}
    update(toast, counted(toast, "Chapman", 2), bad, status=400)
    assert toast.get(INVENTORY).get_json() == []


def test_five_are_few_and_six_are_not(watched: StandIn) -> None:
    chapman = reference(watched, "Chapman")
    for quantity in (6, 5, 1, 0):
        update(watched, counted(watched, "Chapman", quantity))
    update(watched, {"guid": chapman["guid"], "status": "IN_STOCK"})
    events = told(watched)
    assert [kind for kind, _details in events] == [
        "in_stock",
        "low_quantity",
        "low_quantity",
        "out_of_stock",
        "in_stock",
    ]
    assert events[1][1] == {
        "itemGuid": chapman["guid"],
        "restaurantGuid": watched.restaurant,
        "status": "QUANTITY",
        "quantity": 5.0,
        "multiLocationId": chapman["multiLocationId"],
        "versionId": chapman["guid"],
    }
    assert [details.get("quantity") for _kind, details in events] == [6, 5, 1, None, None]
    assert [events[at][1]["status"] for at in (0, 3, 4)] == ["QUANTITY", "OUT_OF_STOCK", "IN_STOCK"]


def test_what_stays_as_it_is_is_not_told(watched: StandIn) -> None:
    update(watched, {"guid": reference(watched, "Chapman")["guid"], "status": "IN_STOCK"})
    assert told(watched) == []


def test_an_item_asked_for_twice_in_one_update_is_told_as_it_ends(watched: StandIn) -> None:
    update(watched, counted(watched, "Chapman", 9), counted(watched, "Chapman", 2))
    assert [(kind, details["quantity"]) for kind, details in told(watched)] == [("low_quantity", 2)]


def test_what_is_not_counted_is_not_counted_down(watched: StandIn) -> None:
    watched.control("POST", "stock", {"item": "Chapman", "sold": 3})
    assert watched.get(INVENTORY).get_json() == []
    assert told(watched) == []


def test_staff_set_it_and_selling_tells_only_as_it_runs_low(watched: StandIn) -> None:
    watched.control("POST", "stock", {"item": "Chapman", "status": "QUANTITY", "quantity": 8})
    assert [kind for kind, _details in told(watched)] == ["in_stock"]
    for _each in range(8):
        watched.control("POST", "stock", {"item": "Chapman", "sold": 1})
    events = told(watched)
    assert [(kind, details.get("quantity")) for kind, details in events] == [
        ("low_quantity", 5.0),
        ("out_of_stock", None),
    ]
    state = watched.control("GET", "stock")["items"]
    assert {each["status"] for each in state} == {"IN_STOCK", "OUT_OF_STOCK"}


def test_reading_is_not_writing() -> None:
    toast = StandIn(scopes=("stock:read",))
    assert toast.get(INVENTORY).status_code == 200
    update(toast, counted(toast, "Chapman", 1), status=403)
