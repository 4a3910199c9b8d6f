"""An invoice as one HTML document that needs nothing else: to read, to print, to send."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from documents import figures
from documents.invoice_json import IssuedInvoice, buyer_name


def render(issued: IssuedInvoice) -> str:
    """The document's text."""
    head = issued.invoice
    buyer = buyer_name(head) or head["customer_email"]
    return _template().render(
        head=head, lines=issued.lines, taxes=issued.taxes, buyer=buyer, day=_day
    )


def _day(value: date) -> str:
    return value.strftime("%-d %B %Y")


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "amount": figures.amount,
        "percent": figures.percent,
        "quantity": figures.quantity,
    }
    environment.filters.update(filters)
    return environment.get_template("invoice.html")
