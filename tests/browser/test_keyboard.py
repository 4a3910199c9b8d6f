"""With the keyboard alone, and without JavaScript."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from models import InboxEvent
from models.session import unit_of_work
from tests import merchants
from tests.browser.conftest import Site

FOCUS = "document.activeElement.textContent.trim() || document.activeElement.name"


def tab_to(page: Page, words: str, most: int = 60) -> None:
    """Press Tab until the focus is on `words`."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS) == words:
            return
    raise AssertionError(f"{words} can't be reached")


def test_the_first_stop_skips_to_the_content(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Skip to the content"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_from_home_to_an_order_and_its_invoice(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    tab_to(page, "Orders")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    tab_to(page, site.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Invoice {site.number}")).to_be_visible()


def test_from_the_days_to_one_and_its_orders(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    page.goto(f"{site.url}/days?until=2026-03-01")
    tab_to(page, "1 Mar 2026")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 Mar 2026")).to_be_visible()
    tab_to(page, "1 order")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="#42")).to_be_visible()


def test_where_the_focus_is_can_be_seen(desktop: BrowserContext, site: Site) -> None:
    page = site.sign_in(desktop)
    tab_to(page, "Orders")
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(style) == "solid"


def test_replaying(desktop: BrowserContext, site: Site) -> None:
    event_id = merchants.deliver(site.owner, state="parked")
    page = site.sign_in(desktop)
    page.goto(f"{site.url}/events/{event_id}")
    tab_to(page, "Replay")
    page.keyboard.press("Enter")
    expect(page.locator("h1 .state")).to_have_text("pending")
    with unit_of_work() as session:
        assert session.get_one(InboxEvent, event_id).state == "pending"


def test_everything_reads_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = site.sign_in(context)
    expect(page.get_by_text("needs attention")).to_be_visible()
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_label("Number or id").fill("42")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("link", name="#42")).to_be_visible()
    expect(page.get_by_role("link", name="#43")).to_be_hidden()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("taxpoynt sign-in")).to_be_visible()
    context.close()
