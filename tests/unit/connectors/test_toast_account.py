"""Logging in, the account behind a token, and the restaurants it reads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from config.errors import PermanentError, TransientError
from connectors.base.contract import Request, Response
from connectors.base.errors import AccessRefusedError
from connectors.toast.client import Toast
from connectors.toast.outcomes import LOGIN
from connectors.toast.places import PARTNERS

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLAIMS = {
    "https://toasttab.com/partner_guid": "partner-1",
    "https://toasttab.com/client_name": "TaxPoynt",
    "scope": "orders:read menus:read",
    "exp": int(NOW.timestamp()) + 60,
}


class Fake:
    """Answers by path; a dict is sent as JSON, a status alone as an empty reply."""

    def __init__(self, answers: dict[str, Any], connector: Toast | None = None) -> None:
        self.answers = answers
        self.connector = connector
        self.asked: list[Request] = []

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        if self.connector and request.auth:
            self.connector.sign(request, self.connector.login(self))
        found = self.answers[request.path]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, int):
            return Response(found, {}, b"{}", NOW)
        return Response(200, {}, json.dumps(found).encode(), NOW)


def toast(**more: Any) -> Toast:
    return Toast({"api_url": "http://localhost", "client_id": "us", "client_secret": "s", **more})


def token(claims: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    access = jwt.encode(CLAIMS if claims is None else claims, "k" * 32)
    return {"token": {"accessToken": access, "refreshToken": None, **more}, "status": "SUCCESS"}


def restaurant(**general: Any) -> dict[str, Any]:
    known = {
        "name": "Nori",
        "locationName": "Harbour",
        "timeZone": "America/New_York",
        "closeoutHour": 3,
        "currencyCode": "USD",
        "managementGroupGuid": "group-1",
        "archived": False,
    }
    return {"guid": "r1", "general": {**known, **general}}


def refusal(code: str = "toast.not_granted") -> PermanentError:
    return PermanentError(code, "No.", next_step="Ask.")


def path(guid: str) -> str:
    return f"/restaurants/v1/restaurants/{guid}"


def test_a_login_tells_the_account_its_scopes_and_its_end():
    http = Fake({LOGIN: token(expiresIn=100)})
    tokens = toast().login(http)
    assert http.asked[0].json == {
        "clientId": "us",
        "clientSecret": "s",
        "userAccessType": "TOAST_MACHINE_CLIENT",
    }
    assert http.asked[0].auth is False
    assert tokens.account == "partner-1"
    assert tokens.scopes == {"orders:read", "menus:read"}
    assert tokens.expires_at == NOW + timedelta(seconds=100)


def test_the_end_may_stand_in_the_token_itself():
    tokens = toast().login(Fake({LOGIN: token()}))
    assert tokens.expires_at == NOW + timedelta(seconds=60)


def test_a_token_that_is_no_jwt_will_do():
    tokens = toast().login(Fake({LOGIN: {"token": {"accessToken": "opaque"}}}))
    assert (tokens.access, tokens.account, tokens.scopes) == ("opaque", "us", frozenset())


@pytest.mark.parametrize("reply", [{}, {"token": None}, {"token": {"accessToken": ""}}, [], 404])
def test_a_login_without_a_token_is_an_error(reply: object):
    with pytest.raises(PermanentError) as caught:
        toast().login(Fake({LOGIN: reply}))
    assert caught.value.code == "toast.no_token"


def test_probing_tells_what_the_token_lacks():
    connector = toast(restaurants=["r1"])
    http = Fake({LOGIN: token(), path("r1"): restaurant()}, connector)
    health = connector.probe(http)
    assert (health.account, health.name) == ("partner-1", "TaxPoynt")
    assert health.missing_scopes == {"restaurants:read"}
    assert any("guest.pi:read" in warning for warning in health.warnings)
    assert health.limits["ordersBulk"] == "5 calls per 1 s"


def test_the_partner_lists_its_restaurants():
    listed = [
        {"restaurantGuid": "r1", "deleted": False},
        {"restaurantGuid": "r2", "deleted": True},
        {"restaurantGuid": None},
    ]
    http = Fake({PARTNERS: listed, path("r1"): restaurant()})
    (found,) = toast().locations(http).sites
    assert (found.external_id, found.name) == ("r1", "Nori – Harbour")
    assert (found.time_zone, found.currency, found.closeout_hour) == ("America/New_York", "USD", 3)
    assert (found.group_id, found.archived) == ("group-1", False)
    assert http.asked[0].location == ""
    assert http.asked[1].location == "r1"
    assert http.asked[1].query == {"includeArchived": "true"}


def test_restaurants_named_in_the_settings_are_not_listed():
    http = Fake({path("r1"): restaurant(locationName="Nori", closeoutHour=None)})
    (found,) = toast(restaurants=["r1"]).locations(http).sites
    assert (found.name, found.closeout_hour) == ("Nori", 4)


@pytest.mark.parametrize(
    ("listing", "said"),
    [(refusal(), "can't list"), (404, "no list"), ([], "no restaurants")],
)
def test_without_a_list_it_says_what_to_add(listing: object, said: str):
    with pytest.raises(PermanentError, match=said) as caught:
        toast().locations(Fake({PARTNERS: listing}))
    assert "restaurants" in caught.value.next_step


def test_another_refusal_of_the_list_is_passed_on():
    with pytest.raises(PermanentError) as caught:
        toast().locations(Fake({PARTNERS: refusal("toast.token_refused")}))
    assert caught.value.code == "toast.token_refused"


def test_one_restaurant_that_cannot_be_read_is_told_and_does_not_hide_the_rest():
    http = Fake({path("r1"): refusal(), path("r2"): restaurant(), path("r3"): 404})
    found = toast(restaurants=["r1", "r2", "r3"]).locations(http)
    assert len(found.sites) == 1
    assert {guid: fault.code for guid, fault in found.unread.items()} == {
        "r1": "toast.not_granted",
        "r3": "toast.location_unusable",
    }


def test_refused_credentials_are_not_tried_for_each_restaurant():
    refused = AccessRefusedError("toast.credentials_refused", "No.")
    http = Fake({path("r1"): restaurant(), path("r2"): refused, path("r3"): refused})
    with pytest.raises(AccessRefusedError):
        toast(restaurants=["r1", "r2", "r3"]).locations(http)
    assert [request.location for request in http.asked] == ["r1", "r2"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refusal(), "toast.not_granted"),
        (404, "toast.location_unusable"),
        (restaurant(currencyCode=None), "toast.location_unusable"),
        (restaurant(timeZone=""), "toast.location_unusable"),
    ],
)
def test_when_none_can_be_read_the_first_reason_is_told(answer: object, code: str):
    with pytest.raises(PermanentError) as caught:
        toast(restaurants=["r1"]).locations(Fake({path("r1"): answer}))
    assert caught.value.code == code
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("general", "said"),
    [
        ({"timeZone": "GMT-05:00"}, "time zone 'GMT-05:00'"),
        ({"timeZone": "America"}, "time zone 'America'"),
        ({"timeZone": "../x"}, "time zone '../x'"),
        ({"timeZone": "x" * 400}, "time zone 'xxx"),
        ({"timeZone": 5}, "time zone 5"),
        ({"closeoutHour": 24}, "hour 24"),
        ({"closeoutHour": -1}, "hour -1"),
        ({"closeoutHour": 4.5}, "hour 4.5"),
        ({"closeoutHour": "4"}, "hour '4'"),
        ({"closeoutHour": True}, "hour True"),
        ({"currencyCode": "DOLLAR"}, "takes 'DOLLAR'"),
        ({"currencyCode": "us$"}, "takes 'us$'"),
        ({"currencyCode": 840}, "takes 840"),
    ],
)
def test_what_no_sale_can_be_counted_with_is_told_and_hides_no_other(
    general: dict[str, Any], said: str
):
    answers = {path("r1"): restaurant(**general), path("r2"): restaurant(closeoutHour=23)}
    with pytest.raises(PermanentError, match="r1") as caught:
        toast(restaurants=["r1"]).locations(Fake(answers))
    assert caught.value.code == "toast.location_unusable"
    assert said in caught.value.sentence
    assert caught.value.next_step
    (found,) = toast(restaurants=["r1", "r2"]).locations(Fake(answers)).sites
    assert (found.external_id, found.closeout_hour) == ("r2", 23)


def test_a_garbled_description_is_tried_again():
    with pytest.raises(TransientError):
        toast(restaurants=["r1"]).locations(Fake({path("r1"): [1]}))


def orders(found: dict[str, bytes | None]) -> Callable[[Request], Response]:
    def send(request: Request) -> Response:
        body = found[request.path.rsplit("/", 1)[-1]]
        return Response(404 if body is None else 200, {}, body or b"{}", NOW)

    return send


def test_orders_are_fetched_one_by_one_and_missing_ones_left_out():
    http = Fake({})
    http.send = orders({"a": b'{"guid":  "a"}', "b": None, "..%2F%3Fc": b"{}"})
    found = list(toast().bundle(http, "orders", "r1", ["a", "b", "../?c"]))
    assert [(guid, records[0].raw) for guid, records in found] == [
        ("a", b'{"guid":  "a"}'),
        ("../?c", b"{}"),
    ]
    assert found[0][1][0].location == "r1"
