"""A row that somebody holds holds up its own delivery and no other."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from config import clock
from models.session import unit_of_work
from tasks import handle
from tests.integration.tasks.altered import changed
from tests.integration.tasks.asked import deliveries, orders
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

LATER = "2030-01-01T00:00:00.000+0000"


def test_neighbours_of_a_held_row_are_applied_while_it_waits(shop: Shop) -> None:
    messages = shop.messages()
    shop.take_in(messages)
    handle.drain(shop.connection_id)
    newer = [
        replace(changed(each, modifiedDate=LATER), guid=f"newer-{n}")
        for n, each in enumerate(messages)
    ]
    others = [replace(changed(messages[0], guid=f"other-{n}"), guid=f"{n:032d}") for n in range(40)]
    held = newer[1].subject
    shop.take_in([*others[:20], *newer, *others[20:]])
    with unit_of_work() as holder:
        hold = "SELECT 1 FROM orders WHERE connection_id = :c AND external_id = :e FOR UPDATE"
        holder.execute(text(hold), {"c": shop.connection_id, "e": held})
        assert handle.drain(shop.connection_id) == len(newer) + len(others)
        [waiting] = [row for row in deliveries(shop) if row.state == "pending"]
        assert (waiting.delivery_id, waiting.error_code) == ("newer-1", "order.held")
        assert 0 < (waiting.next_attempt_at - clock.now()).total_seconds() < 10
        assert len(orders(shop)) == len(messages) + len(others)
    with clock.frozen(waiting.next_attempt_at):
        handle.drain(shop.connection_id)
    assert {row.state for row in deliveries(shop)} == {"done"}
    assert orders(shop)[held].version.year == 2030
