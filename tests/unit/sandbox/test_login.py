"""Tokens: one a day, the same for whoever asks again."""

from __future__ import annotations

import jwt
import pytest

from tests.unit.sandbox.merchant_client import LOGIN, NOON, StandIn

ERROR_KEYS = {
    "status",
    "code",
    "message",
    "messageKey",
    "fieldName",
    "link",
    "requestId",
    "developerMessage",
    "errors",
    "canRetry",
}


def test_answers_as_documented(toast: StandIn) -> None:
    body = toast.login().get_json()
    assert body["@class"] == ".SuccessfulResponse"
    assert body["status"] == "SUCCESS"
    token = body["token"]
    assert token["expiresIn"] == 86_400
    assert (token["tokenType"], token["scope"]) == ("Bearer", None)
    assert (token["idToken"], token["refreshToken"]) == (None, None)


def test_the_token_is_a_jwt_of_a_partner(toast: StandIn) -> None:
    token = toast.login().get_json()["token"]["accessToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["https://toasttab.com/type"] == "PARTNER"
    assert claims["sub"] == f"{toast.platform.merchant.client_id}@clients"
    assert claims["gty"] == "client-credentials"
    assert "orders:read" in claims["scope"].split()
    assert claims["exp"] == NOON + 86_400


def test_asking_again_gives_the_same_token_until_its_last_minute(toast: StandIn) -> None:
    first = toast.login().get_json()["token"]
    toast.hands.at += 86_400 - 61
    again = toast.login().get_json()["token"]
    assert again["accessToken"] == first["accessToken"]
    assert again["expiresIn"] == 61
    toast.hands.at += 1
    fresh = toast.login().get_json()["token"]
    assert fresh["accessToken"] != first["accessToken"]
    assert fresh["expiresIn"] == 86_400


def test_an_expired_token_is_refused(toast: StandIn) -> None:
    headers = toast.headers()
    toast.hands.at += 86_400
    path = f"/restaurants/v1/restaurants/{toast.restaurant}"
    assert toast.http.get(path, headers=headers).status_code == 401


def test_a_revoked_token_is_refused_and_replaced(toast: StandIn) -> None:
    headers = toast.headers()
    toast.control("DELETE", "tokens")
    path = f"/restaurants/v1/restaurants/{toast.restaurant}"
    assert toast.http.get(path, headers=headers).status_code == 401
    assert toast.get(path).status_code == 200


def test_a_wrong_secret_is_refused(toast: StandIn) -> None:
    answer = toast.login(clientSecret="guess")
    assert answer.status_code == 401
    assert set(answer.get_json()) == ERROR_KEYS


def test_a_wrong_access_type_is_refused(toast: StandIn) -> None:
    assert toast.login(userAccessType="HUMAN").status_code == 400


@pytest.mark.parametrize(("kind", "status"), [("text/plain", 415), ("application/json", 400)])
def test_the_body_must_be_json(toast: StandIn, kind: str, status: int) -> None:
    assert toast.http.post(LOGIN, data="clientId", content_type=kind).status_code == status


def test_logins_are_counted_and_carry_no_limit_headers(toast: StandIn) -> None:
    answers = [toast.login(), toast.login()]
    assert not any(name.startswith("X-Toast") for name, _value in answers[0].headers)
    assert toast.control("GET", "state")["logins"] == 2


def test_a_group_account_cannot_list_partners() -> None:
    toast = StandIn(partner=False)
    token = toast.login().get_json()["token"]["accessToken"]
    claims = jwt.decode(token, options={"verify_signature": False})
    group = toast.platform.merchant.group_guid
    assert claims["https://toasttab.com/management_set_guid"] == group
    assert toast.get("/partners/v1/restaurants").status_code == 403
