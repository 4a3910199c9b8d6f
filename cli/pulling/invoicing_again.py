"""What `taxpoynt invoices retry` does: orders owe their invoice again, and it is drawn up here."""

from collections.abc import Sequence

from cli import named, scope
from config.errors import PermanentError
from models import invoice_again
from models.session import unit_of_work
from tasks import invoice

_AT_ONCE = 200


class NotParkedError(PermanentError):
    """An order of that number whose invoice is parked isn't there."""


def retry_all(
    organization: str | None, ids: Sequence[int], every: str | None
) -> list[dict[str, object]]:
    """Have each invoiced; returns how each stands then. Raises: NotParkedError, and none is."""
    with unit_of_work() as session:
        owner = scope.organization(session, organization)
        if every is not None:
            named.connection_of(session, owner.id, every)
            ids = invoice_again.parked_of(session, owner.id, every)
        owed = list(invoice_again.owe_again(session, owner.id, ids))
        if missing := sorted(set(ids) - set(owed)):
            raise NotParkedError(
                "order.not_parked",
                f"The invoice of order {', '.join(map(str, missing))} is not parked; "
                "none was drawn up again.",
                next_step="'taxpoynt orders NAME --json' tells how each stands.",
            )
    for start in range(0, len(owed), _AT_ONCE):
        # A worker that takes them at the same time does no harm: an order has one invoice.
        invoice.these(owed[start : start + _AT_ONCE])
    with unit_of_work() as session:
        return invoice_again.outcomes(session, owed)
