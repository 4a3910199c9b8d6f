"""Whoever is stopped by hand as it takes something to read leaves it to others at once."""

import pytest
from sqlalchemy.orm import Session

from tasks import backfill, sync
from tests.integration.tasks.asked import cursors, one
from tests.integration.tasks.reading import cursor_row, planned, runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def slice_id(shop: Shop) -> int:
    return planned(shop)


def stop_at_the_next_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C arrives while the database commits: Python raises it once that has returned."""
    commit = Session.commit

    def stopped(session: Session) -> None:
        commit(session)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "commit", stopped)


def test_a_slice(slice_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_at_the_next_commit(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        backfill.read(slice_id)
    row = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
    assert (row.lease, row.leased_until, row.status) == (1, None, "planned")
    assert backfill.read(slice_id) is not None


def test_a_stream(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    cursor_id = cursors(shop)[0]
    before = cursor_row(cursor_id).lease
    stop_at_the_next_commit(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        sync.run(cursor_id)
    row = cursor_row(cursor_id)
    assert (row.lease, row.leased_until) == (before + 1, None)
    (run,) = runs_of(cursor_id)
    assert run.finished_at is not None
    assert sync.run(cursor_id) is not None
