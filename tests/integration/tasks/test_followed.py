"""A sale can be followed through the logs, from its delivery or its reading to its invoice."""

from collections.abc import Callable
from typing import Any

import pytest

from tasks import handle, invoice, sync
from tests.integration.tasks.asked import cursors, deliveries
from tests.integration.tasks.conftest import Signals
from tests.integration.tasks.reading import runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

Logged = Callable[[str], list[dict[str, Any]]]


def test_from_its_delivery_to_its_invoice(shop: Shop, signals: Signals, logged: Logged) -> None:
    shop.take_in(shop.messages())
    handle.drain(shop.connection_id)
    (told,) = signals.take("invoice.order")
    invoice.order(**told)
    (handled,), (issued,) = logged("deliveries handled"), logged("invoices issued")
    stored = [row.correlation_id for row in deliveries(shop)]
    assert handled["correlation_ids"] == stored
    assert handled["connection_id"] == shop.connection_id
    assert len(issued["correlation_ids"]) == issued["count"] > 0
    assert set(issued["correlation_ids"]) <= set(stored)


def test_from_its_reading(shop: Shop, logged: Logged) -> None:
    cursor_id = cursors(shop)[0]
    sync.run(cursor_id)
    (read,), (run,) = logged("stream read"), runs_of(cursor_id)
    assert (read["correlation_id"], read["connection_id"]) == (
        run.correlation_id,
        shop.connection_id,
    )
