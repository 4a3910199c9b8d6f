"""A look for more says what a claim would find: else a turn spins, or leaves something behind."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from config import clock
from models import inbox, inbox_standing, order_standing
from models.order_read import owing_orders
from models.session import glance, unit_of_work
from tests.factories import at, connected, order, store

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("state", ["pending", "done", "parked"])
@pytest.mark.parametrize("attempts", [0, 1])
@pytest.mark.parametrize("losses", [0, 1])
@pytest.mark.parametrize("due_in_s", [-60, 0, 60])
def test_of_deliveries(state: str, attempts: int, losses: int, due_in_s: int) -> None:
    till, now = connected(), clock.now()
    event = inbox.NewEvent(till.organization_id, till.id, "d", "order_updated", {}, b"{}", "c")
    with unit_of_work() as session:
        inbox.accept(session, event)
        session.execute(
            text(
                "UPDATE inbox_events SET state = :state, attempts = :attempts, losses = :losses, "
                "next_attempt_at = :due WHERE connection_id = :id"
            ),
            {
                **{"state": state, "attempts": attempts, "losses": losses, "id": till.id},
                "due": now + timedelta(seconds=due_in_s),
            },
        )
    with glance() as db:
        found = inbox_standing.any_waits(db, till.id, now)
    with unit_of_work() as session:
        assert found == bool(inbox.claim(session, till.id, now, 1))
        anybody = inbox_standing.anybody_waits(session.connection())
        # Every case of this module leaves its own behind.
        session.execute(text("DELETE FROM inbox_events"))
    assert found == (state == "pending" and not losses and (not attempts or due_in_s <= 0))
    assert anybody == (state == "pending" and not attempts and not losses)


@pytest.mark.parametrize("days", [-1, 0, 1, 2, 3, 400])
@pytest.mark.parametrize("invoice_state", ["due", "parked", "not due"])
def test_of_orders(days: int, invoice_state: str) -> None:
    till, now = connected(), clock.now()
    store(till, order("o", at(1)))
    values = {"d": now.date() - timedelta(days=days), "s": invoice_state, "id": till.id}
    with unit_of_work() as session:
        change = (
            "UPDATE orders SET business_date = :d, invoice_state = :s WHERE connection_id = :id"
        )
        session.execute(text(change), values)
    spans = (order_standing.present(now), order_standing.past(now))
    with unit_of_work() as session:
        found = [order_standing.any_due(session.connection(), till.id, span) for span in spans]
        assert found == [bool(owing_orders(session, till.id, 1, span)) for span in spans]
    # Each order is of one of the two spans.
    owes = invoice_state == "due"
    assert found == [owes and days <= 2, owes and days > 2]
