"""An invoice as JSON: money as strings with its currency beside, instants in UTC."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from documents import figures


class IssuedInvoice(Protocol):
    """An invoice as it was issued: its head, its lines and its taxes, as mappings."""

    @property
    def invoice(self) -> Mapping[Any, Any]:
        """The head, with the names of what it belongs to."""

    @property
    def lines(self) -> Any:
        """Mappings, in order."""

    @property
    def taxes(self) -> Any:
        """Mappings, in order."""


def render(issued: IssuedInvoice) -> str:
    """The document's text."""
    return json.dumps(document(issued), indent=2, ensure_ascii=False) + "\n"


def document(issued: IssuedInvoice) -> dict[str, Any]:
    """The document as plain data; amounts are in `currency`."""
    head = issued.invoice
    return {
        "number": head["number"],
        "status": head["status"],
        "issued_at": figures.instant(head["issued_at"]),
        "business_date": head["business_date"].isoformat(),
        "currency": head["currency"],
        "seller": {"name": head["seller"], "location": head["location"]},
        "buyer": _buyer(head),
        "order": {
            "platform": head["platform"],
            "external_id": head["order_external_id"],
            "display_number": head["order_display_number"],
        },
        "lines": [_line(line) for line in issued.lines],
        "taxes": [_tax(tax) for tax in issued.taxes],
        **{name: _money(head, name) for name in ("net", "tax", "gratuities", "total")},
    }


def _buyer(head: Mapping[Any, Any]) -> dict[str, str] | None:
    name, email = buyer_name(head), head["customer_email"]
    if not name and not email:
        return None
    return {"name": name, "email": email or ""}


def buyer_name(head: Mapping[Any, Any]) -> str:
    """Who bought, as far as is known."""
    names = (head["customer_first_name"], head["customer_last_name"])
    return " ".join(part for part in names if part)


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": line["kind"],
        "name": line["name"],
        "quantity": figures.quantity(line["quantity"]),
        **{n: _money(line, n) for n in ("unit_price", "gross", "discount", "net", "tax")},
        "modifiers": [_modifier(m, line["currency"]) for m in _modifiers(line)],
    }


def _modifiers(line: Mapping[str, Any]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = line["details"].get("modifiers", [])
    return found


def _modifier(modifier: Mapping[str, str], currency: str) -> dict[str, str]:
    return {
        "name": modifier["name"],
        "quantity": figures.quantity(Decimal(modifier["quantity"])),
        "amount": figures.plain(Decimal(modifier["amount"]), currency),
    }


def _tax(tax: Mapping[str, Any]) -> dict[str, Any]:
    rate: Decimal | None = tax["rate"]
    return {
        "name": tax["name"],
        "rate": None if rate is None else figures.quantity(rate),
        "taxable": _money(tax, "taxable"),
        "amount": _money(tax, "amount"),
        "remitted_by_marketplace": tax["remitted_by_marketplace"],
    }


def _money(row: Mapping[Any, Any], name: str) -> str:
    return figures.plain(row[name], row["currency"])
