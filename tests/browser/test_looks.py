"""Every page at both widths, in light and dark: nothing sticks out, nothing is unreadable."""

from itertools import count
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests import merchants
from tests.browser.conftest import Site

_numbers = count(1)

# How far the page is wider than the window, and what sticks out of it.
OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const out = [...document.querySelectorAll("main *, header *")]
    .filter((e) => !e.closest("pre, .hidden, .skip, thead") && e.getClientRects().length)
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
    .map((e) => e.tagName + "." + e.className);
  return [wide, out];
}"""

# What of a document is beyond its margin.
BEYOND = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.getBoundingClientRect().right > document.body.getBoundingClientRect().right)
  .map((e) => e.outerHTML)"""


def addresses(site: Site) -> list[str]:
    return [
        *("/", "/orders", "/orders?search=none", f"/orders/{site.order_id}"),
        *("/invoices", f"/invoices/{site.number}", "/events", f"/events/{site.parked_id}"),
        *("/guests", "/guests?search=none", f"/guests/{site.person_id}"),
        *("/parked", f"/parked/{site.record_id}", "/sync-runs", "/tokens", "/nothing-here"),
        *("/dead", "/dead?dismissed=17", "/dead?sent=17"),
        *("/stock", "/stock?status=in+stock", "/stock/changes", "/stock/changes?item=rice"),
        *("/locations", "/locations?connection=none", f"/locations/{site.location_id}"),
        f"/locations/{site.location_id}?date=2026-03-01",
        *("/days", "/days?brand=none", f"/days/{site.place_id}/2026-03-01"),
        *(
            f"/days/{site.place_id}/2020-01-01",
            "/rollup?since=2026-01-01",
            "/rollup?until=2020-01-01",
        ),
    ]


def test_every_page(context: BrowserContext, site: Site) -> None:
    page = site.sign_in(context)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    problems: list[str] = []
    for address in addresses(site):
        page.goto(site.url + address)
        problems += [f"{address}: {problem}" for problem in looked_at(page)]
    assert not problems, "\n".join(problems)
    # The browser itself notes the page that isn't there; anything else is a fault of ours.
    assert [said for said in complaints if "404" not in said] == []


def test_a_new_token_is_shown_whole(context: BrowserContext, site: Site) -> None:
    page = site.sign_in(context)
    page.goto(site.url + "/tokens")
    page.get_by_label("Name of the script").fill(f"script {next(_numbers)}")
    page.get_by_role("button", name="Make a token").click()
    assert page.locator(".made pre").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert looked_at(page) == []


def test_a_dead_message_is_dismissed(context: BrowserContext, site: Site) -> None:
    message_id = merchants.dead_message(f"dismissed {next(_numbers)}")
    page = site.sign_in(context)
    page.goto(site.url + "/dead")
    button = page.get_by_role("button", name=f"Dismiss message {message_id} for good")
    expect(button).to_be_hidden()
    page.get_by_label(f"Dismiss message {message_id} …").click()
    button.click()
    expect(page.get_by_role("status")).to_contain_text(f"Message {message_id} is dismissed.")
    expect(button).to_have_count(0)
    assert looked_at(page) == []


def test_a_phone_shows_why_and_how_many(phone: BrowserContext, site: Site) -> None:
    page = site.sign_in(phone)
    page.goto(site.url + "/events")
    row = page.get_by_role("row").filter(has_text="parked").last
    expect(row.get_by_text("This delivery can't be read as an order.").first).to_be_visible()
    expect(page.get_by_text("· o2").first).to_be_visible()
    page.goto(site.url + "/sync-runs")
    row = page.get_by_role("row").filter(has_text="orders").last
    expect(row.get_by_text("1,198 written, 2 skipped")).to_be_visible()
    expect(page.get_by_text("7 parked")).to_be_visible()


def test_a_document_fits_a_phone(phone: BrowserContext, site: Site, tmp_path: Path) -> None:
    page = site.sign_in(phone)
    address = f"{site.url}/invoices/{site.number}/document.html"
    file = tmp_path / "invoice.html"
    file.write_text(page.request.get(address).text())
    page.goto(file.as_uri())
    expect(page.get_by_text("Net without gratuity")).to_be_visible()
    assert page.evaluate(BEYOND) == []


def test_signing_in(context: BrowserContext, site: Site) -> None:
    page = context.new_page()
    for address in ("/orders", "/sign-in/used-long-ago"):
        page.goto(site.url + address)
        assert page.get_by_text("taxpoynt sign-in").is_visible()
        assert looked_at(page) == []


def test_the_ground_follows_the_scheme(context: BrowserContext, site: Site) -> None:
    page = site.sign_in(context)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    shade = sum(int(part) for part in ground.strip("rgb()").split(","))
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (shade < 150) is is_dark


def looked_at(page: Page) -> list[str]:
    """What is wrong with a page."""
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    wide, out = page.evaluate(OVERFLOW)
    problems = [f"{wide} px too wide: {out}"] if wide > 0 or out else []
    found = Axe().run(page)
    for violation in found.response["violations"]:
        nodes = [node["html"][:120] for node in violation["nodes"][:3]]
        problems.append(f"{violation['id']}: {violation['help']}: {nodes}")
    return problems
