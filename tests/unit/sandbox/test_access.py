"""The door: token, restaurant header, scopes, error shape, clock."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.merchant_client import StandIn
from tests.unit.sandbox.test_login import ERROR_KEYS

BULK = "/orders/v2/ordersBulk?businessDate=20261101"
HEADER = "Toast-Restaurant-External-ID"
NOBODYS = "5d7a0e52-9c3f-4a86-8f5e-2f4f0c8f7d11"


@pytest.mark.parametrize("authorization", [None, "Bearer nonsense", "bearer {token}", "{token}"])
def test_refuses_without_a_bearer_token(toast: StandIn, authorization: str | None) -> None:
    headers = toast.headers()
    token = headers.pop("Authorization").removeprefix("Bearer ")
    if authorization:
        headers["Authorization"] = authorization.format(token=token)
    answer = toast.http.get(BULK, headers=headers)
    assert answer.status_code == 401
    assert set(answer.get_json()) == ERROR_KEYS


@pytest.mark.parametrize(("value", "status"), [(None, 400), ("here", 400), (NOBODYS, 403)])
def test_refuses_without_a_restaurant(toast: StandIn, value: str | None, status: int) -> None:
    headers = toast.headers()
    del headers[HEADER]
    if value:
        headers[HEADER] = value
    assert toast.http.get(BULK, headers=headers).status_code == status


def test_a_group_guid_is_no_restaurant(toast: StandIn) -> None:
    headers = {**toast.headers(), HEADER: toast.platform.merchant.group_guid}
    assert toast.http.get(BULK, headers=headers).status_code == 403


def test_a_withdrawn_restaurant_is_refused_and_no_longer_listed(toast: StandIn) -> None:
    toast.control("POST", "access", {"withdrawn": [toast.restaurant]})
    assert toast.bulk(businessDate="20261101").status_code == 403
    listed = toast.get("/partners/v1/restaurants").get_json()
    assert toast.restaurant not in [each["restaurantGuid"] for each in listed]


def test_a_missing_scope_is_refused() -> None:
    toast = StandIn(scopes=("restaurants:read",))
    assert toast.bulk(businessDate="20261101").status_code == 403


def test_guests_are_absent_without_their_scope() -> None:
    toast = StandIn(scopes=("orders:read",))
    for held in toast.platform.book.all(toast.restaurant)[:10]:
        order = toast.get(f"/orders/v2/orders/{held.guid}").get_json()
        assert all("customer" not in check for check in order["checks"])
        toast.hands.at += 1


def test_an_unknown_path_has_the_code_seen_in_the_wild(toast: StandIn) -> None:
    answer = toast.get("/orders/v9/nothing")
    assert (answer.status_code, answer.get_json()["code"]) == (404, 10003)


def test_the_date_header_follows_the_stand_ins_clock(toast: StandIn) -> None:
    toast.control("POST", "clock", {"offset_s": 3_600})
    assert toast.login().headers["Date"] == "Sun, 22 Nov 2026 14:00:00 GMT"
