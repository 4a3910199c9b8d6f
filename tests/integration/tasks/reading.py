"""What tests of a delta ask and do."""

from datetime import timedelta
from functools import partial
from typing import Any

from config import clock
from models import Connection, StreamCursor
from models.session import unit_of_work
from tasks import backfill, pull, reach, sync
from tests.integration.tasks.asked import ask, one
from tests.shop import Shop
from tests.slices import open_slices


def begun(shop: Shop, days: int) -> int:
    """An import of the last days."""
    today = clock.now().date()
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    return backfill.begin(row, "orders", today - timedelta(days=days), today)


def planned(shop: Shop, days: int = 3) -> int:
    """The first slice of an import of the last days: somewhere it is still yesterday."""
    run_id = begun(shop, days)
    backfill.cut(run_id)
    return open_slices(run_id)[0]


class KilledError(Exception):
    """Ends a reader between two pages, as a kill does: without a word to anybody."""


def text_of(minutes: int) -> str:
    at = clock.now() + timedelta(minutes=minutes)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


def cursor_row(cursor_id: int) -> Any:
    return one("SELECT * FROM cursors WHERE id = :c", c=cursor_id)


def runs_of(cursor_id: int) -> list[Any]:
    return ask(
        "SELECT r.* FROM sync_runs r JOIN cursors c ON c.connection_id = r.connection_id "
        "AND c.location_external_id = r.location_external_id AND c.stream = r.stream "
        "WHERE c.id = :c ORDER BY r.id",
        c=cursor_id,
    )


def killing(after_pages: int) -> Any:
    """Kills after so many pages of rows: those of the search for the last one hold none."""
    pages = iter(range(after_pages))

    def report(counts: pull.Counts) -> None:
        if counts.read and next(pages, None) is None:
            raise KilledError

    return report


def lose(kind: Any, row_id: int) -> None:
    """A reader begins and dies before it stored a page; its lease is over."""
    task = sync if kind is StreamCursor else backfill
    held = pull.taken(partial(task._begin, row_id), task._let_go)
    assert held is not None
    assert held.lost is None
    end_lease(row_id, kind.__tablename__)


def end_lease(row_id: int, table: str = "cursors") -> None:
    ask(f"UPDATE {table} SET leased_until = now() - interval '1 second' WHERE id = :r", r=row_id)


def run_killed(cursor_id: int, after_pages: int) -> None:
    """Run until the report of a page raises, past every handler that would tidy up."""
    held = pull.taken(partial(sync._begin, cursor_id), sync._let_go)
    assert held is not None
    with reach.line(held.connection) as line:
        sync._read(line, held, None, killing(after_pages))
