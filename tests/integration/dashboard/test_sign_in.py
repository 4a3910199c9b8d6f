"""One-time links, sessions and leaving."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text

from config import clock
from dashboard import csrf, sign_in
from models import SignInLink, User, sign_in_links
from models.session import unit_of_work
from tests.merchants import Merchant
from tests.waiting import until

SignIn = Callable[[Merchant], FlaskClient]


@pytest.fixture
def link(owner: Merchant, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sign_in, "_attempts", sign_in.Attempts())
    with unit_of_work() as session:
        return sign_in.make_link(session, owner.user, clock.now())


def test_a_link_signs_in_once(app: Flask, link: str) -> None:
    first, second = app.test_client(), app.test_client()
    assert first.get(link).headers["Location"] == "/"
    assert first.get("/").status_code == 200
    again = second.get(link)
    assert again.status_code == 410
    assert "taxpoynt sign-in" in again.text
    assert second.get("/").status_code == 303


def test_of_two_uses_at_once_one_wins(owner: Merchant, link: str) -> None:
    token, now = link.rpartition("/")[2], clock.now()
    second: list[int | None] = []

    def use() -> None:
        with unit_of_work() as session:
            second.append(sign_in_links.use(session, token, now))

    with unit_of_work() as session:
        assert sign_in_links.use(session, token, now) == owner.user.id
        waiting = threading.Thread(target=use)
        waiting.start()
        # The other one waits for this transaction's row, so it can't have an answer yet.
        until(lambda: lock_waits() > 0, what="the second use waits")
        assert second == []
    waiting.join()
    assert second == [None]


def lock_waits() -> int:
    """Transactions that wait for another's row."""
    with unit_of_work() as session:
        found = session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    return found or 0


def test_a_look_at_a_link_leaves_it_good(client: FlaskClient, link: str) -> None:
    assert client.head(link).status_code == 200
    assert client.get(link).status_code == 303


def test_a_link_runs_out(client: FlaskClient, link: str) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=1)):
        assert client.get(link).status_code == 410


def test_only_the_digest_is_stored(link: str) -> None:
    token = link.rpartition("/")[2]
    with unit_of_work() as session:
        stored = session.scalars(select(SignInLink)).one()
        assert token not in (stored.digest, *map(str, vars(stored).values()))


def test_attempts_are_limited_by_address(client: FlaskClient, link: str) -> None:
    for _ in range(10):
        assert client.get("/sign-in/guessed").status_code == 410
    refused = client.get(link)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get(link, environ_overrides=elsewhere).status_code == 303


def test_it_leads_back_to_where_somebody_wanted_to_go(client: FlaskClient, link: str) -> None:
    assert client.get("/orders?invoice=due").headers["Location"] == "/sign-in"
    assert client.get(link).headers["Location"] == "/orders?invoice=due"


def test_it_never_leads_to_another_host(client: FlaskClient, link: str) -> None:
    with client.session_transaction() as session:
        session["next"] = "//evil.example/"
    assert client.get(link).headers["Location"] == "/"


def test_signing_in_starts_a_session_of_its_own(client: FlaskClient, link: str) -> None:
    with client.session_transaction() as session:
        session[csrf.FIELD] = "planted"
    client.get(link)
    with client.session_transaction() as session:
        assert csrf.FIELD not in session


def test_a_session_ends_when_idle(page: FlaskClient) -> None:
    with clock.frozen(clock.now() + timedelta(hours=11)):
        assert page.get("/").status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=22)):
        assert page.get("/").status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=35)):
        assert page.get("/").status_code == 303


def test_watching_is_idle(page: FlaskClient) -> None:
    with clock.frozen(clock.now() + timedelta(hours=11)):
        page.get("/live/home").close()
    with clock.frozen(clock.now() + timedelta(hours=13)):
        assert page.get("/").status_code == 303


def test_a_person_who_is_gone_is_out(page: FlaskClient, owner: Merchant) -> None:
    with unit_of_work() as session:
        session.execute(delete(User).where(User.id == owner.user.id))
    assert page.get("/").status_code == 303


def test_leaving_needs_a_form_of_ours(page: FlaskClient) -> None:
    assert page.post("/sign-out").status_code == 403
    assert page.get("/").status_code == 200
    with page.session_transaction() as session:
        word = session[csrf.FIELD]
    assert page.post("/sign-out", data={"csrf": word}).status_code == 303
    assert page.get("/").status_code == 303


def test_the_cookie_stays_with_us(app: Flask, link: str) -> None:
    cookie = app.test_client().get(link).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_is_secure_behind_https(
    owner: Merchant, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dashboard
    from config import settings as settings_module

    monkeypatch.setenv("TAXPOYNT_PUBLIC_URL", "https://tax.example")
    settings_module.refresh()
    try:
        secure = Flask("secure")
        dashboard.register(secure)
    finally:
        monkeypatch.undo()
        settings_module.refresh()
    assert "Secure" in secure.test_client().get(link).headers["Set-Cookie"]
