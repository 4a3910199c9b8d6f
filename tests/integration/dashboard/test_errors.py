"""Error pages, headers and limits."""

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient

import dashboard
import webhooks
from config.errors import TransientError
from tests.merchants import Merchant

PAGES = ("/", "/orders", "/invoices", "/events", "/sync-runs", "/tokens", "/nothing", "/sign-in")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_keeps_to_itself(page: FlaskClient, path: str) -> None:
    response = page.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert " style=" not in response.text
    assert "<style" not in response.text
    assert " on" + "click=" not in response.text


def test_assets_may_be_kept_by_their_digest(page: FlaskClient) -> None:
    text = page.get("/").text
    address = text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    kept = page.get(address)
    assert "immutable" in kept.headers["Cache-Control"]
    assert kept.mimetype == "text/css"
    assert page.get(address.partition("?")[0]).headers["Cache-Control"] == "no-cache"
    assert page.get("/assets/..%2fdoor.py").status_code == 404


def test_a_crash_tells_people_nothing_secret(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = Flask("taxpoynt")
    dashboard.register(made)

    @made.get("/broken")
    def broken() -> str:
        raise RuntimeError("password=hunter2")

    with caplog.at_level(logging.ERROR):
        response = made.test_client().get("/broken")
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert "Try again" in response.text


@pytest.mark.parametrize(
    ("path", "kind"), [("/away", "text/html"), ("/api/away", "application/problem+json")]
)
def test_away_is_503_with_a_next_step(database: str, path: str, kind: str) -> None:
    made = Flask("taxpoynt")
    dashboard.register(made)

    @made.get(path)
    def away() -> str:
        raise TransientError("database.away", "It's away.", next_step="Wait.", retry_after_s=7)

    response = made.test_client().get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "7"
    assert response.mimetype == kind
    assert "Wait." in response.text


def test_other_doors_get_no_pages(client: FlaskClient) -> None:
    response = client.post("/webhooks/nobody/nothing")
    assert response.status_code in {404, 405}
    assert response.mimetype == "application/problem+json"


def test_a_look_at_the_address_of_deliveries_is_told_what_it_is_for(database: str) -> None:
    made = Flask("taxpoynt")
    webhooks.register(made)
    dashboard.register(made)
    response = made.test_client().get("/webhooks/toast/any")
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert "POST" in response.headers["Allow"]
    assert response.json is not None
    assert response.json["next_step"].startswith("Platforms POST their deliveries here")


def test_a_form_is_small(page: FlaskClient, owner: Merchant) -> None:
    response = page.post("/tokens", data={"name": "x" * 20_000})
    assert response.status_code == 413


def test_large_bodies_of_other_doors_are_their_business(database: str) -> None:
    made = Flask("taxpoynt")
    dashboard.register(made)

    @made.post("/webhooks/large")
    def large() -> str:
        from flask import request

        return str(len(request.get_data()))

    assert made.test_client().post("/webhooks/large", data=b"x" * 100_000).text == "100000"


@pytest.mark.parametrize(
    "address",
    [
        *("events?state=x", "sync-runs?status=x", "orders?invoice=x", "orders?sort=x"),
        *("invoices?status=x", "invoices?sort=x", "orders.csv?invoice=x", "invoices.csv?status=x"),
    ],
)
def test_a_value_that_no_record_has_is_refused(
    page: FlaskClient, owner: Merchant, address: str
) -> None:
    response = page.get(f"/{address}")
    assert response.status_code == 400
    bare = address.partition("?")[0].removesuffix(".csv")
    assert f'<a href="/{bare}">Clear the filters' in response.text


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/orders/987654", "You have no order 987654."),
        ("/invoices/XX", "You have no invoice XX."),
        ("/events/987654", "You have no delivery 987654."),
        ("/parked/987654", "You have no parked record 987654"),
        ("/nothing-here", "There is nothing of yours at /nothing-here."),
        ("/orders/{0}", "There is nothing of yours at /orders/{0}."),
    ],
)
def test_a_page_that_is_not_there_names_it_and_keeps_the_frame(
    page: FlaskClient, owner: Merchant, address: str, named: str
) -> None:
    text = page.get(address).text
    assert named in text
    assert "Sign out" in text
    assert 'aria-label="Pages"' in text


def test_a_page_that_is_not_there_is_no_door_for_strangers(client: FlaskClient) -> None:
    assert "Sign out" not in client.get("/nothing-here").text
