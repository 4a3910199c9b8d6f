"""The list of invoices, one of them, and its documents."""

import csv
import io
import json
import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from tests import factories, merchants
from tests.merchants import Merchant


def issue(owner: Merchant, count: int = 1) -> list[str]:
    ids = merchants.take_orders(
        owner, *(merchants.rich_order(f"o{n}", display_number=str(n)) for n in range(count))
    )
    return merchants.invoice(*ids)


def test_an_invoice_as_it_was_issued(page: FlaskClient, owner: Merchant) -> None:
    [number] = issue(owner)
    text = page.get(f"/invoices/{number}").text
    for part in (
        "Ada Obi",
        "Jollof rice",
        "Plantain",
        "21.50",
        "2.15",
        "3.00",
        "26.65",
        "10 %",
        "gratuity",
    ):
        assert part in text
    assert re.search(r'/orders/\d+">#0<', text)


def test_the_list_the_newest_first(page: FlaskClient, owner: Merchant) -> None:
    numbers = issue(owner, 3)
    text = page.get("/invoices").text
    assert re.findall(r'href="/invoices/(INV-\d+)"', text) == numbers[::-1]
    found = page.get(f"/invoices?search={numbers[1]}").text
    assert re.findall(r'href="/invoices/(INV-\d+)"', found) == [numbers[1]]


def test_its_figures_add_up_before_the_readers_eyes(page: FlaskClient, owner: Merchant) -> None:
    [number] = issue(owner)
    text = page.get(f"/invoices/{number}").text
    sums = text.partition('<dl class="sums">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>(\w+)", sums) == ["Net", "Gratuity", "Tax", "Total"]
    figures = [Decimal(each) for each in re.findall(r"\d+\.\d\d", sums)]
    assert figures == [Decimal(each) for each in ("21.50", "3.00", "2.15", "26.65")]
    row = page.get("/invoices").text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = re.findall(r'<td class="number.*?">(.*?)</td>', row)
    assert [re.sub(r"<.*?>", "", cell)[:5].strip() for cell in cells] == [
        *("21.50", "3.00", "2.15", "26.65")
    ]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("12", [12]),
        ("000012", [12]),
        ("inv-000012", [12]),
        ("INV-12", [12]),
        ("INV-00001", [12, 11, 10, 1]),
        ("INV-1", [1]),
        ("INV-0", list(range(12, 0, -1))),
        ("00001", [1]),
        ("INV", []),
        ("CRN-000012", []),
        ("INV-%25", []),
        ("_NV-000012", []),
        ("9" * 30, []),
        ("INV-" + "9" * 30, []),
    ],
)
def test_a_number_is_found_by_what_people_type_of_it(
    page: FlaskClient, owner: Merchant, search: str, expected: list[int]
) -> None:
    issue(owner, 12)
    text = page.get(f"/invoices?search={search}").text
    assert re.findall(r'href="/invoices/INV-(\d+)"', text) == [f"{n:06d}" for n in expected]


def test_nobody_finds_anothers(page: FlaskClient, owner: Merchant, other: Merchant) -> None:
    issue(other)
    assert "No invoice fits" in page.get("/invoices?search=1").text


def test_a_changed_order_is_said_beside_its_invoice(page: FlaskClient, owner: Merchant) -> None:
    [number] = issue(owner)
    later = merchants.rich_order("o0", factories.at(5), voided=True)
    merchants.take_orders(owner, later)
    text = page.get(f"/invoices/{number}").text
    assert "Its order was changed after issue." in text
    assert "26.65" in text


def test_documents_are_files(page: FlaskClient, owner: Merchant) -> None:
    [number] = issue(owner)
    html = page.get(f"/invoices/{number}/document.html")
    assert html.headers["Content-Disposition"] == f"attachment; filename={number}.html"
    assert "Jollof rice" in html.text
    found = json.loads(page.get(f"/invoices/{number}/document.json").text)
    assert (found["number"], found["total"], found["currency"]) == (number, "26.65", "GBP")
    assert found["lines"][0]["modifiers"] == [
        {"name": "Plantain", "quantity": "1", "amount": "1.50"}
    ]
    assert page.get(f"/invoices/{number}/document.exe").status_code == 404


def test_csv(page: FlaskClient, owner: Merchant) -> None:
    numbers = issue(owner, 2)
    rows = list(csv.DictReader(io.StringIO(page.get("/invoices.csv").text)))
    assert [row["number"] for row in rows] == numbers[::-1]
    assert rows[0]["gratuities"] == "3.00"


def test_an_invoice_that_is_not_there(page: FlaskClient, owner: Merchant) -> None:
    assert page.get("/invoices/INV-999999").status_code == 404
    assert page.get("/invoices/%00").status_code == 404


def test_what_to_do_while_there_are_none(page: FlaskClient, owner: Merchant) -> None:
    assert "No invoices yet" in page.get("/invoices").text
    assert "No invoice fits" in page.get("/invoices?since=2026-01-01").text
