"""Tokens: made, shown once, used, revoked."""

import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import ApiToken
from models.session import unit_of_work
from tests.merchants import Merchant


def make(page: FlaskClient, name: str) -> str:
    page.get("/tokens")
    with page.session_transaction() as session:
        word = session["csrf"]
    return page.post("/tokens", data={"csrf": word, "name": name}).text


def test_made_used_and_revoked(app: Flask, page: FlaskClient, owner: Merchant) -> None:
    text = make(page, "nightly export")
    [token] = re.findall(r"txp_[\w-]+", text)
    assert token not in page.get("/tokens").text
    with unit_of_work() as session:
        assert token not in str(vars(session.scalars(select(ApiToken)).one()))

    asker = app.test_client()
    as_bearer = {"Authorization": f"Bearer {token}"}
    assert asker.get("/api/v1/connections", headers=as_bearer).status_code == 200
    [token_id] = re.findall(r"/tokens/(\d+)/revoke", page.get("/tokens").text)
    with page.session_transaction() as session:
        word = session["csrf"]
    page.post(f"/tokens/{token_id}/revoke", data={"csrf": word})
    assert asker.get("/api/v1/connections", headers=as_bearer).status_code == 401


def test_revoking_is_asked_about_first(page: FlaskClient, owner: Merchant) -> None:
    make(page, "export")
    text = page.get("/tokens").text
    before, _, asked = text.partition('<details class="confirm">')
    assert "/revoke" not in before
    assert re.search(r"</summary>\s*<form .*?/revoke.*?for good.*?</details>", asked, re.S)


def test_a_token_needs_a_name_of_its_own(page: FlaskClient, owner: Merchant) -> None:
    make(page, "export")
    assert "already a token named" in make(page, "export")
    assert "needs a name" in make(page, "  ")


def test_it_says_all_that_a_token_lets_a_script_do(page: FlaskClient, owner: Merchant) -> None:
    text = page.get("/tokens").text
    assert "read everything of" in text
    assert "replay deliveries and try parked records again" in text
