"""The pages in Debian's Chromium, over a real server and database."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import Mock

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

import dashboard
from config import clock
from dashboard import sign_in
from models import api_tokens
from models.session import unit_of_work
from tasks import ring
from tests import factories, merchants, telling
from tests.guests import known, match_all
from tests.merchants import Merchant

CHROMIUM = shutil.which("chromium")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PHONE = (390, 844)
DESKTOP = (1280, 800)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the browser; without one each test says so."""
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip("no chromium: apt-get install chromium"))


@dataclass(frozen=True)
class Site:
    """A merchant's site with something on every page."""

    url: str
    owner: Merchant
    order_id: int
    number: str
    parked_id: int
    record_id: int
    location_id: int
    place_id: int
    person_id: int

    def sign_in(self, context: BrowserContext) -> Page:
        """A page of a browser in which the owner is signed in."""
        with unit_of_work() as session:
            link = sign_in.make_link(session, self.owner.user, clock.now())
        page = context.new_page()
        page.goto(self.url + link)
        return page


@pytest.fixture(scope="module")
def site(database: str, monkeypatch_module: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch_module.setattr(sign_in, "_attempts", sign_in.Attempts(most=1000))
    monkeypatch_module.setattr(ring, "deliveries", Mock())
    with served() as port:
        yield _furnished(f"http://127.0.0.1:{port}")
    merchants.forget_everything()


@contextmanager
def served(port: int = 0) -> Iterator[int]:
    """The pages on a port of this host, for as long as the block runs."""
    app = Flask("taxpoynt")
    dashboard.register(app)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def _furnished(url: str) -> Site:
    owner = merchants.operates(merchants.merchant())
    merchants.dead_message("one", task="moon.rise." * 12)
    merchants.dead_message("two", task=None, error="It can't be read. " * 12)
    today = clock.now().date()
    long_name = factories.line("l1", "123456.78", "12345.67", name="Ofada rice " * 8)
    first, *_ = merchants.take_orders(
        owner,
        merchants.rich_order("0d9f7c1e-0001-4c9a-9d5f-1e0a12345001", business_date=today),
        merchants.rich_order(
            "o2",
            display_number="42",
            lines=(long_name,),
            customer=factories.guest("long" * 20, email=f"{'long.' * 12}a@example.com"),
        ),
        merchants.rich_order("o3", display_number="43", voided=True),
    )
    place_id = merchants.tallied(owner)
    [number] = merchants.invoice(first)
    for state in ("pending", "done"):
        merchants.deliver(owner, state=state, record="o2")
    parked_id = merchants.deliver(owner, state="parked")
    merchants.pulled(owner)
    merchants.pulled(owner, parked=7)
    merchants.pulled(owner, status="failed", error="The platform can't be reached just now.")
    with unit_of_work() as session:
        api_tokens.make(session, owner.organization_id, "nightly" * 14)
    record_id = merchants.parked_record(owner)
    merchants.parked_record(owner, external_id="long" * 100, location_external_id="site-2")
    merchants.standing(
        owner,
        "needs attention",
        clock.now(),
        status_reason="Toast no longer accepts the client secret.",
        next_step="Connect it again with the new secret.",
    )
    telling.furnish(owner.connection, "Ofada rice and much beside it " * 6)
    telling.tell(owner.connection, telling.stock(item="no-menu-names-this-" * 4))
    location_id = telling.place_id(owner.connection)
    person_id = _the_guest(owner)
    return Site(
        *(url, owner, first, number, parked_id, record_id, location_id, place_id, person_id)
    )


def _the_guest(owner: Merchant) -> int:
    """One that is known by several names, matched."""
    long_email = f"{'long.' * 12}a@example.com"
    twin = factories.guest("twin", phone="+16172540123", email=long_email, last_name="Long " * 12)
    merchants.take_orders(owner, merchants.rich_order("o4", display_number="44", customer=twin))
    match_all(owner.organization_id)
    [found] = [c for c in known(owner.organization_id) if c.external_id == "twin"]
    assert found.person_id is not None
    return found.person_id


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


# Each size and each scheme once: nothing depends on both.
@pytest.fixture(params=["phone, dark", "desktop, light"])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    width, height = PHONE if "phone" in request.param else DESKTOP
    made = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if "dark" in request.param else "light",
    )
    yield made
    made.close()


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    yield made
    made.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    yield made
    made.close()
