"""An invoice as a document."""

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from documents import invoice_html, invoice_json

HEAD: dict[str, Any] = {
    "number": "INV-000007",
    "status": "issued",
    "issued_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
    "business_date": date(2026, 3, 1),
    "currency": "GBP",
    "seller": "Merchant & Sons",
    "location": "Harlem",
    "platform": "toast",
    "order_external_id": "guid-7",
    "order_display_number": "7",
    "customer_first_name": "Ada",
    "customer_last_name": None,
    "customer_email": "ada@example.com",
    "net": Decimal("19.5000"),
    "tax": Decimal("1.95"),
    "gratuities": Decimal(0),
    "total": Decimal("21.45"),
}
LINE: dict[str, Any] = {
    "kind": "item",
    "name": "<b>Jollof</b>",
    "quantity": Decimal("1.000000"),
    "unit_price": Decimal("20.50"),
    "gross": Decimal("20.50"),
    "discount": Decimal("1.00"),
    "net": Decimal("19.50"),
    "tax": Decimal("1.95"),
    "currency": "GBP",
    "details": {"modifiers": [{"name": "Plantain", "quantity": "1.000000", "amount": "1.5000"}]},
}
TAX: dict[str, Any] = {
    "name": "VAT",
    "rate": Decimal("0.10000000"),
    "taxable": Decimal("19.50"),
    "amount": Decimal("1.95"),
    "remitted_by_marketplace": False,
    "currency": "GBP",
}


@dataclass(frozen=True)
class Issued:
    invoice: dict[str, Any]
    lines: list[dict[str, Any]]
    taxes: list[dict[str, Any]]


ISSUED = Issued(HEAD, [LINE], [TAX])


def test_json_says_everything() -> None:
    found = json.loads(invoice_json.render(ISSUED))
    assert found["buyer"] == {"name": "Ada", "email": "ada@example.com"}
    assert found["issued_at"] == "2026-03-01T12:00:00.000000Z"
    assert (found["net"], found["tax"], found["total"]) == ("19.50", "1.95", "21.45")
    assert found["taxes"][0]["rate"] == "0.1"
    assert found["lines"][0]["quantity"] == "1"
    assert found["lines"][0]["modifiers"][0]["amount"] == "1.50"


def test_nobody_in_particular_bought() -> None:
    head = {**HEAD, "customer_first_name": None, "customer_email": None}
    assert invoice_json.document(replace(ISSUED, invoice=head))["buyer"] is None
    assert ">To " not in invoice_html.render(replace(ISSUED, invoice=head))


def test_a_rate_of_zero_and_none() -> None:
    taxes = [{**TAX, "rate": Decimal("0E-8")}, {**TAX, "rate": None}]
    found = invoice_json.document(replace(ISSUED, taxes=taxes))["taxes"]
    assert [tax["rate"] for tax in found] == ["0", None]


def test_html_needs_nothing_else_and_trusts_nobody() -> None:
    text = invoice_html.render(ISSUED)
    found = Tags()
    found.feed(text)
    assert not found.loads
    assert "&lt;b&gt;Jollof&lt;/b&gt;" in text
    assert "Merchant &amp; Sons" in text
    for figure in ("20.50", "1.00", "19.50", "1.95", "21.45", "10 %", "INV-000007", "Plantain"):
        assert figure in text


def test_html_adds_up_with_a_gratuity() -> None:
    gratuity = {**LINE, "kind": "gratuity", "name": "Service", "net": Decimal(3), "details": {}}
    head = {**HEAD, "gratuities": Decimal(3), "total": Decimal("24.45")}
    text = invoice_html.render(Issued(head, [LINE, gratuity], [TAX]))
    assert text.count("<small>Gratuity</small>") == 1
    sums = text.partition('<dl class="sums">')[2].partition("</dl>")[0]
    assert re.findall(r"<dt[^>]*>(\w+)", sums) == ["Net", "Gratuity", "Tax", "Total"]
    assert re.findall(r"<dd[^>]*>([\d.]+)", sums) == ["19.50", "3.00", "1.95", "24.45"]
    assert "without gratuity" not in invoice_html.render(ISSUED)


def test_the_same_invoice_is_the_same_document() -> None:
    assert invoice_html.render(ISSUED) == invoice_html.render(ISSUED)
    assert invoice_json.render(ISSUED) == invoice_json.render(ISSUED)


class Tags(HTMLParser):
    """Whatever a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [tag for name, _ in attrs if name in {"src", "href"}]
