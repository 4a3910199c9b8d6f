"""Slices of an import, for whoever reads them one after the other."""

from sqlalchemy import select

from config import clock
from models import Slice, run_progress
from models.session import unit_of_work


def open_slices(run_id: int) -> list[int]:
    """Those that nobody reads and that may be tried now, oldest first."""
    query = (
        select(Slice.id)
        .where(Slice.run_id == run_id, *run_progress.free(clock.now()))
        .order_by(Slice.start_at, Slice.id)
    )
    with unit_of_work() as session:
        return list(session.scalars(query))
