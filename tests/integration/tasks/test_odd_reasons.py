"""A reason may quote a platform, and that may hold what no column takes."""

import pytest

from config.errors import PermanentError
from tasks import backfill, pull, sync
from tests.integration.tasks.asked import ask, connection, cursors, one
from tests.integration.tasks.reading import planned, runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


def _refuse(_: pull.Counts) -> None:
    raise PermanentError("till.odd", "It says \x00.", next_step="Mend \ud800.")


def test_a_stream_that_fails_for_it_tells_it(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    summary = sync.run(cursor_id, report=_refuse)
    assert summary is not None
    assert summary.fault is not None
    run = runs_of(cursor_id)[-1]
    assert (run.status, run.error, run.next_step) == ("failed", "It says \ufffd.", "Mend \ufffd.")
    row = connection(shop)
    assert (row.status_reason, row.next_step) == ("It says \ufffd.", "Mend \ufffd.")


def test_a_slice_that_fails_for_it_tells_it(shop: Shop) -> None:
    slice_id = planned(shop)
    assert backfill.read(slice_id, _refuse) is None
    held = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
    assert (held.status, held.error, held.next_step) == (
        *("failed", "It says \ufffd.", "Mend \ufffd."),
    )


def test_a_slice_of_a_connection_whose_secrets_do_not_open_tells_it(shop: Shop) -> None:
    slice_id = planned(shop)
    ask("UPDATE connections SET secrets = 'rust' WHERE id = :c", c=shop.connection_id)
    assert backfill.read(slice_id) is None
    held = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
    assert held.status == "failed"
    assert held.error
    assert connection(shop).status == "needs attention"
