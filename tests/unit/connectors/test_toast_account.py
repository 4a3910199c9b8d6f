"""Logging in, the account behind a token, and orders one by one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest

from config.errors import PermanentError
from connectors.base.contract import Request, Response
from connectors.toast.outcomes import LOGIN
from tests.unit.connectors.answering import Fake, path, restaurant, toast
from tests.unit.connectors.till import NOON as NOW

CLAIMS = {
    "https://toasttab.com/partner_guid": "partner-1",
    "https://toasttab.com/client_name": "TaxPoynt",
    "scope": "orders:read menus:read",
    "exp": int(NOW.timestamp()) + 60,
}


def token(claims: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    access = jwt.encode(CLAIMS if claims is None else claims, "k" * 32)
    return {"token": {"accessToken": access, "refreshToken": None, **more}, "status": "SUCCESS"}


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
    assert list(health.warnings) == [
        "Without the scope guest.pi:read orders come without their guests.",
        "Without the scope stock:read what is sold out or runs low isn't shown.",
        "Without the scope config:read dining options, revenue centers, void reasons and other"
        " tenders have no names.",
        "Without the scope cashmgmt:read cash can't be reconciled.",
    ]
    assert health.limits["ordersBulk"] == "5 calls per 1 s"


def test_a_token_that_does_not_tell_its_scopes_warns_of_none():
    connector = toast(restaurants=["r1"])
    http = Fake({LOGIN: {"token": {"accessToken": "opaque"}}, path("r1"): restaurant()}, connector)
    health = connector.probe(http)
    assert (health.missing_scopes, list(health.warnings)) == (frozenset(), [])


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
