"""The list of orders, and one of them."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from tests import factories, merchants
from tests.merchants import Merchant

DAY = date(2026, 3, 1)


def listed(text: str) -> list[str]:
    """The numbers of the orders on a page, in its order."""
    return re.findall(r'href="/orders/\d+">#([^<]+)<', text)


@pytest.fixture
def week(owner: Merchant) -> list[int]:
    """Seven orders, one a day, numbered from 1; the first is invoiced, the last voided."""
    ids = merchants.take_orders(
        owner,
        *(
            merchants.rich_order(
                f"guid-{n}",
                display_number=str(n),
                business_date=DAY + timedelta(days=n),
                voided=n == 7,
            )
            for n in range(1, 8)
        ),
    )
    merchants.invoice(ids[0])
    return ids


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "7654321"),
        ("sort=business_date", "1234567"),
        ("sort=id", "1234567"),
        ("since=2026-03-03&until=2026-03-05", "432"),
        ("invoice=issued", "1"),
        ("invoice=not+needed", "7"),
        ("invoice=due&sort=business_date", "23456"),
        ("search=4", "4"),
        ("search=guid-5", "5"),
        ("search=%234", "4"),
        ("search=%23guid-5", "5"),
        ("search=guid-", ""),
        ("search=nothing", ""),
        ("connection=nobody's", ""),
        ("location=987654", ""),
    ],
)
def test_filters_and_order(page: FlaskClient, week: list[int], query: str, expected: str) -> None:
    assert "".join(listed(page.get(f"/orders?{query}").text)) == expected


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("0d9f7c1e", ["41", "40"]),
        ("%230d9f7c1e-00", ["41", "40"]),
        ("0d9f7c1", []),
        ("0d9f7c1e-0001", ["40"]),
        ("0d9f7c1%25", []),
        ("0d9f7c1_", []),
    ],
)
def test_the_beginning_of_an_id_finds(
    page: FlaskClient, owner: Merchant, search: str, expected: list[str]
) -> None:
    merchants.take_orders(
        owner,
        merchants.rich_order("0d9f7c1e-0001-4c9a", display_number="40"),
        merchants.rich_order("0d9f7c1e-0002-4c9a", display_number="41"),
        merchants.rich_order("1d9f7c1e-0002-4c9a", display_number="42"),
    )
    assert listed(page.get(f"/orders?search={search}").text) == expected


def test_by_location(page: FlaskClient, week: list[int]) -> None:
    text = page.get("/orders").text
    [place] = re.findall(r'<option value="(\d+)">site-1<', text)
    assert len(listed(page.get(f"/orders?location={place}").text)) == 7


@pytest.mark.parametrize(
    "query",
    ["since=tomorrow", "invoice=lost", "location=x", "sort=total", "after=zzz", "after=W10"],
)
def test_what_cannot_be_read_is_said(page: FlaskClient, owner: Merchant, query: str) -> None:
    response = page.get(f"/orders?{query}")
    assert response.status_code == 400
    assert "<strong>" in response.text


def test_pages_follow_each_other_without_gap_or_repeat(page: FlaskClient, owner: Merchant) -> None:
    merchants.take_orders(
        owner, *(merchants.rich_order(f"g{n}", display_number=f"n{n}") for n in range(101))
    )
    seen: list[str] = []
    address = "/orders?invoice=due"
    for _ in range(3):
        text = page.get(address).text
        seen += listed(text)
        link = re.search(r'href="([^"]+)" rel="next"', text)
        if link is None:
            break
        address = "/orders" + link[1].replace("&amp;", "&")
        assert "invoice=due" in address
    assert sorted(seen) == sorted(f"n{n}" for n in range(101))


def test_csv_holds_every_row_that_the_filters_let_through(
    page: FlaskClient, week: list[int], owner: Merchant
) -> None:
    response = page.get("/orders.csv?sort=business_date&until=2026-03-04")
    assert response.headers["Content-Disposition"] == "attachment; filename=orders.csv"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["display_number"] for row in rows] == ["1", "2", "3"]
    assert (rows[0]["total"], rows[0]["currency"]) == ("26.65", "GBP")
    assert rows[0]["invoice_number"] == "INV-000001"


def test_csv_runs_no_formulas(page: FlaskClient, owner: Merchant) -> None:
    merchants.take_orders(owner, merchants.rich_order(display_number="=1+1"))
    assert "'=1+1" in page.get("/orders.csv").text


def test_an_order_shows_everything_it_is_made_of(page: FlaskClient, week: list[int]) -> None:
    text = page.get(f"/orders/{week[0]}").text
    for part in ("Jollof rice", "Plantain", "Lemonade", "voided", "Loyal guest", "Delivery"):
        assert part in text
    for figure in ("20.50", "19.50", "21.50", "2.15", "3.00", "26.65", "2.00", "5.00"):
        assert figure in text
    assert "Ada Obi" in text
    assert "/invoices/INV-000001" in text
    assert 'class="depth-1">Plantain' in text


def test_a_refund_is_said_beside_an_invoice_that_does_not_show_it(
    page: FlaskClient, owner: Merchant
) -> None:
    refunded, whole, due = merchants.take_orders(
        owner,
        merchants.rich_order("o1"),
        factories.order("o2", payments=(factories.payment("p2", "10.00"),)),
        merchants.rich_order("o3"),
    )
    number, plain = merchants.invoice(refunded, whole)
    for address in (f"/orders/{refunded}", f"/invoices/{number}"):
        text = page.get(address).text
        assert "Refunded 5.00 GBP; the invoice stands as issued." in text
        assert "A credit note is not made here yet: make it in your books." in text
    for address in (f"/orders/{whole}", f"/orders/{due}", f"/invoices/{plain}"):
        assert "credit note" not in page.get(address).text
    assert page.get("/orders").text.count("refunded 5.00") == 1
    assert page.get("/").text.count("refunded 5.00") == 1
    assert "refunded 5.00" in page.get(f"/invoices?search={number}").text
    assert "refunded" not in page.get(f"/invoices?search={plain}").text


def test_its_timeline_runs_from_the_till_to_the_invoice(page: FlaskClient, owner: Merchant) -> None:
    event_id = merchants.deliver(owner, record="o1")
    [order_id] = merchants.take_orders(owner, merchants.rich_order("o1"))
    merchants.invoice(order_id)
    steps = page.get(f"/orders/{order_id}").text.partition('class="timeline"')[2]
    order = [
        "Opened at the till",
        "Paid at the till",
        f'/events/{event_id}">Delivered',
        "Applied",
        "Invoiced",
    ]
    places = [steps.index(step) for step in order]
    assert places == sorted(places)
    assert "First applied" not in steps


def test_a_later_version_is_a_step_of_its_own(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order("o1"))
    with merchants.unit_of_work() as session:
        session.execute(text("UPDATE orders SET first_seen_at = now() - interval '1 minute'"))
    assert "First applied" in page.get(f"/orders/{order_id}").text


def test_instants_are_local_with_utc_beside(page: FlaskClient, owner: Merchant) -> None:
    summer = factories.NOON + timedelta(days=120)
    [order_id] = merchants.take_orders(owner, merchants.rich_order(paid_at=summer))
    text = page.get(f"/orders/{order_id}").text
    assert '29 Jun 2026, 13:00:00<span class="zone">BST' in text
    assert 'title="2026-06-29 12:00:00 UTC"' in text


def test_the_vendors_record_hides_secrets(page: FlaskClient, owner: Merchant) -> None:
    [order_id] = merchants.take_orders(owner, merchants.rich_order())
    text = page.get(f"/orders/{order_id}").text
    assert "hush" not in text
    assert "26.65" in text.partition("<details")[2]


def test_a_modifier_whose_line_is_missing_is_still_shown(
    page: FlaskClient, owner: Merchant
) -> None:
    orphan = factories.line("l9", "1.00", name="Orphan", parent_id="gone")
    [order_id] = merchants.take_orders(owner, factories.order(lines=(factories.line(), orphan)))
    assert "Orphan" in page.get(f"/orders/{order_id}").text


def test_names_from_outside_are_text(page: FlaskClient, owner: Merchant) -> None:
    wicked = factories.line(name="<script>alert(1)</script>")
    [order_id] = merchants.take_orders(
        owner, factories.order(lines=(wicked,), display_number='"><script>')
    )
    for address in ("/", "/orders", f"/orders/{order_id}"):
        assert "<script>" not in page.get(address).text


@pytest.mark.parametrize("path", ["0", "1", "99999999999999999999", "-1", "x"])
def test_an_order_that_is_not_there(page: FlaskClient, owner: Merchant, path: str) -> None:
    response = page.get(f"/orders/{path}")
    assert response.status_code == 404
    assert f"/orders/{path}" in response.text or f"no order {path}." in response.text
    assert "Sign out" in response.text
