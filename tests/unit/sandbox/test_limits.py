"""Fixed slices, not sliding windows."""

from __future__ import annotations

from sandbox.base.slices import Bucket, SliceLimiter
from tests.unit.sandbox.merchant_client import NOON, StandIn

DAY = {"businessDate": "20261101"}


def test_a_slice_starts_at_its_multiple_whatever_came_before() -> None:
    limiter, bucket = SliceLimiter(), Bucket("API", ("a",), 2, 1)
    assert [limiter.take([bucket], 9.99).passed for _each in range(3)] == [True, True, False]
    assert limiter.take([bucket], 10.0).passed


def test_a_refused_call_takes_nothing_from_the_other_buckets() -> None:
    limiter = SliceLimiter()
    wide, narrow = Bucket("GLOBAL", ("a",), 10, 1), Bucket("ENDPOINT", ("a",), 1, 1)
    verdicts = [limiter.take([wide, narrow], 5.0) for _each in range(4)]
    assert [each.passed for each in verdicts] == [True, False, False, False]
    assert verdicts[-1].reading.bucket is narrow
    assert limiter.take([wide], 5.0).reading.remaining == 8


def test_the_first_bucket_speaks_when_several_are_spent() -> None:
    limiter = SliceLimiter()
    both = [Bucket("GLOBAL", ("a",), 1, 1), Bucket("API", ("a",), 1, 1)]
    limiter.take(both, 5.0)
    assert limiter.take(both, 5.0).reading.bucket.scope == "GLOBAL"


def test_bulk_reading_is_five_a_second(toast: StandIn) -> None:
    answers = [toast.bulk(**DAY) for _each in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert answers[0].headers["X-Toast-RateLimit-By"] == "ENDPOINT"
    assert answers[0].headers["X-Toast-RateLimit-Remaining"] == "4"
    refused = answers[-1].headers
    assert refused["X-Toast-RateLimit-Remaining"] == "0"
    assert refused["X-Toast-RateLimit-Reset"] == str(int(NOON) + 1)
    assert refused["Retry-After"] == "1"
    toast.hands.at += 1
    assert toast.bulk(**DAY).status_code == 200


def test_one_restaurant_does_not_limit_another(toast: StandIn) -> None:
    for _each in range(6):
        toast.bulk(**DAY)
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.bulk(**DAY).status_code == 200


def test_the_quarter_of_an_hour_has_a_limit_too(toast: StandIn) -> None:
    toast.control("POST", "limits", {"global_15min": 2, "global": 100})
    path = f"/restaurants/v1/restaurants/{toast.restaurant}"
    toast.hands.at += 60
    headers = toast.headers()
    answers = [toast.http.get(path, headers=headers) for _each in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["X-Toast-RateLimit-By"] == "GLOBAL"
    assert answers[-1].headers["Retry-After"] == "840"


def test_limits_can_be_lifted_and_put_back(toast: StandIn) -> None:
    toast.control("POST", "limits", {"off": True})
    answers = [toast.bulk(**DAY) for _each in range(30)]
    assert {each.status_code for each in answers} == {200}
    assert "X-Toast-RateLimit-By" not in answers[0].headers
    toast.control("POST", "limits", {"ordersBulk": 1})
    assert [toast.bulk(**DAY).status_code for _each in range(2)] == [200, 429]


def test_logins_are_limited_by_address_without_saying_so(toast: StandIn) -> None:
    answers = [toast.login() for _each in range(21)]
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1].headers
    assert "X-Toast-RateLimit-By" not in answers[-1].headers


def test_all_menus_are_one_a_second_and_their_metadata_is_not(toast: StandIn) -> None:
    answers = [toast.get("/menus/v2/menus") for _each in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[0].headers["X-Toast-RateLimit-By"] == "ENDPOINT"
    answers = [toast.get("/menus/v2/metadata") for _each in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    # Another API's list has the same last word.
    assert toast.get("/config/v2/menus").status_code == 200
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get("/menus/v2/menus").status_code == 200
    toast.control("POST", "limits", {"menus": 3})
    toast.hands.at += 1
    assert [toast.get("/menus/v2/menus").status_code for _each in range(4)] == [200] * 3 + [429]


def test_each_api_has_slices_of_its_own(toast: StandIn) -> None:
    toast.control("POST", "limits", {"apis": {"stock": 1}})
    answers = [toast.get("/stock/v1/inventory") for _each in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].headers["X-Toast-RateLimit-By"] == "API"
    for path in ("/config/v2/tables", "/restaurant-availability/v1/availability"):
        assert toast.get(path).status_code == 200
    toast.restaurant = toast.platform.merchant.restaurants[1].guid
    assert toast.get("/stock/v1/inventory").status_code == 200


def test_a_limit_by_arrangement_says_so(toast: StandIn) -> None:
    toast.control("POST", "limits", {"account": {"config": 2}})
    answers = [toast.get("/config/v2/tables") for _each in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert {each.headers["X-Toast-RateLimit-By"] for each in answers} == {"API, ACCOUNT"}
    assert toast.get("/stock/v1/inventory").headers["X-Toast-RateLimit-By"] == "GLOBAL"
