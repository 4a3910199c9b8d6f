"""Pages stay current without being loaded again."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard import live
from tests import merchants
from tests.browser.conftest import Site, served
from tests.waiting import until

# Goes with the page when it is loaded again.
MARK = "window.sameAsBefore = true"

# Counts the messages of streams.
COUNTING = """
window.heard = 0;
window.EventSource = class extends EventSource {
  constructor(address) {
    super(address);
    this.addEventListener("message", () => { window.heard += 1; });
  }
};
"""


def marked(page: Page) -> Page:
    page.evaluate(MARK)
    return page


def is_same(page: Page) -> bool:
    return page.evaluate("window.sameAsBefore === true") is True


def test_an_order_turns_up_by_itself(desktop: BrowserContext, site: Site) -> None:
    page = marked(site.sign_in(desktop))
    merchants.take_orders(site.owner, merchants.rich_order("new-1", display_number="777"))
    expect(page.get_by_role("link", name="#777")).to_be_visible()
    assert is_same(page)


def test_a_filtered_list_stays_filtered(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.goto(f"{site.url}/orders?search=888")
    marked(page)
    merchants.take_orders(
        site.owner,
        merchants.rich_order("new-2", display_number="889"),
        merchants.rich_order("new-3", display_number="888"),
    )
    expect(page.get_by_role("link", name="#888")).to_be_visible()
    expect(page.get_by_role("link", name="#889")).to_have_count(0)
    assert is_same(page)


def test_focus_and_place_are_kept(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.goto(f"{site.url}/orders")
    page.set_viewport_size({"width": 1280, "height": 300})
    page.get_by_role("link", name="#42").focus()
    page.evaluate("scrollTo(0, 120)")
    merchants.take_orders(site.owner, merchants.rich_order("new-4", display_number="999"))
    expect(page.get_by_role("link", name="#999")).to_have_count(1)
    assert page.evaluate("document.activeElement.textContent") == "#42"
    assert page.evaluate("scrollY") == 120


def test_what_somebody_has_selected_is_left_alone(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.add_init_script(COUNTING)
    page.goto(f"{site.url}/orders")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#live td'))")
    merchants.take_orders(site.owner, merchants.rich_order("new-5", display_number="1111"))
    until(lambda: page.evaluate("window.heard") > 0, what="a message")
    assert page.get_by_role("link", name="#1111").count() == 0
    page.evaluate("getSelection().removeAllRanges()")
    merchants.take_orders(site.owner, merchants.rich_order("new-6", display_number="2222"))
    expect(page.get_by_role("link", name="#1111")).to_be_visible()
    expect(page.get_by_role("link", name="#2222")).to_be_visible()


def test_a_replayed_delivery_tells_what_became_of_it(desktop: BrowserContext, site: Site) -> None:
    event_id = merchants.deliver(site.owner, state="parked")
    page = site.sign_in(desktop)
    page.goto(f"{site.url}/events/{event_id}")
    reason = page.get_by_text("This delivery can't be read as an order.")
    expect(reason).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("h1 .state")).to_have_text("pending")
    expect(page.get_by_text("Replayed: in line.")).to_be_visible()
    expect(reason).to_have_count(0)
    marked(page)
    page.get_by_role("button", name="Replay").focus()
    with merchants.unit_of_work() as session:
        merchants.inbox.settle(session, {event_id: None})
    expect(page.locator("h1 .state")).to_have_text("done")
    expect(page.get_by_text("Tries since its replay")).to_be_visible()
    expect(page.get_by_text("Next try")).to_have_count(0)
    expect(page.get_by_role("button", name="Replay")).to_be_focused()
    assert is_same(page)


def test_a_page_without_its_server_says_so(
    desktop: BrowserContext, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stream that has begun outlives the server's socket; this one ends soon.
    monkeypatch.setattr(live, "LASTS_S", 1.0)
    with served() as port:
        page = replace(site, url=f"http://127.0.0.1:{port}").sign_in(desktop)
        said = page.locator("p.away")
        expect(said).to_have_text("")
    expect(said).to_have_text(
        re.compile(r"Not live since \d\d:\d\d:\d\d: trying again\."), timeout=20_000
    )
    with served(port):
        expect(said).to_have_text("", timeout=20_000)


def test_ages_count_on(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.clock.install()
    page.goto(f"{site.url}/events")
    age = page.locator("time[data-age]").first
    before = age.inner_text()
    page.clock.run_for(3 * 3600 * 1000)
    expect(age).to_have_text("3 h ago")
    assert before != "3 h ago"
