"""A sale can be followed through the logs, from its delivery or its reading to its invoice."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from config.logging import logger
from tasks import backfill, handle, sync
from tests.integration.tasks.asked import control, cursors, deliveries, one
from tests.integration.tasks.conftest import Signals
from tests.integration.tasks.reading import planned, runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

Logged = Callable[[str], list[dict[str, Any]]]


def test_from_its_delivery_to_its_invoice(shop: Shop, signals: Signals, logged: Logged) -> None:
    shop.take_in(shop.messages())
    handle.drain(shop.connection_id)
    (invoicing,) = signals.take_invoicing()
    invoicing()
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


def _a_slice(shop: Shop) -> tuple[int, str]:
    """A slice of an import, and the import's correlation id."""
    slice_id = planned(shop)
    run = one(
        "SELECT r.correlation_id FROM sync_runs r JOIN sync_slices s ON s.run_id = r.id "
        "WHERE s.id = :s",
        s=slice_id,
    )
    return slice_id, run.correlation_id


def test_from_a_slice_of_its_history(
    shop: Shop, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "log", logger(backfill.__name__))
    slice_id, correlation_id = _a_slice(shop)
    # Whatever speaks while a slice is read is a part of its story.
    report = partial(logger("anybody").info, "in the middle")
    backfill.read(slice_id, lambda _: report())
    in_the_middle, (read,) = logged("in the middle"), logged("slice read")
    assert in_the_middle
    for line in (*in_the_middle, read):
        assert (line["correlation_id"], line["connection_id"]) == (
            correlation_id,
            shop.connection_id,
        )
    assert read["slice_id"] == slice_id


def test_to_why_a_slice_was_not_read(
    shop: Shop, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill, "log", logger(backfill.__name__))
    slice_id, correlation_id = _a_slice(shop)
    control(shop, "faults", [{"route": "/orders", "kind": "cut"}])
    assert backfill.read(slice_id) is None
    (line,) = logged("slice not read")
    assert (line["correlation_id"], line["code"]) == (correlation_id, "toast.unreachable")
