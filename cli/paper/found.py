"""Finds the invoice of a number."""

from difflib import get_close_matches

from cli import scope
from config.errors import PermanentError
from models import listing
from models.invoice_detail import InvoiceDetail, invoice_detail
from models.session import unit_of_work


class UnknownInvoiceError(PermanentError):
    """No invoice of that number in this organization."""


def invoice(organization: str | None, number: str) -> InvoiceDetail:
    """The invoice of a number. Raises: UnknownInvoiceError with numbers that are near."""
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        found = invoice_detail(session, owner.id, number)
        if found is not None:
            return found
        newest = [row["number"] for row in listing.invoices(session, owner.id).items]
    near = get_close_matches(number.upper(), newest, n=1)
    hint = f"Did you mean {near[0]}?" if near else "'taxpoynt invoices' lists those there are."
    raise UnknownInvoiceError(
        "invoice.unknown", f"There is no invoice of number '{number}'.", next_step=hint
    )
