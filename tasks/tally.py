"""Tallies days: what the orders of a location's business date came to, whenever any changed.

Writing an order only notes its days. They are counted every few seconds, each once however many
orders of it changed meanwhile: one that is told twice a second costs no more than another.
"""

from config import clock
from models import day_count
from models.location_day import Place
from models.session import unit_of_work
from tasks import app, ring, slots, turn

# Days that are counted in one transaction: with some hundred orders each, about a turn.
BATCH = 20


@slots.scheduled("tally.due")
def due() -> int:
    """Signal connections of which days are to be counted anew."""
    with unit_of_work() as session:
        day_count.forget_gone(session)
        found = day_count.waiting(session)
    for connection_id in found:
        ring.overdue("tally.days", connection_id=connection_id)
    return len(found)


@app.task(name="tally.days")
def days(*, connection_id: int) -> dict[str, int]:
    """Count the noted days of a connection for a turn, the newest first."""
    ring.answered("tally.days", connection_id)
    counted, is_all = take_turn(connection_id, turn.TURN_S)
    if not is_all:
        ring.once("tally.days", connection_id=connection_id)
    return {"counted": counted}


def take_turn(connection_id: int, turn_s: float) -> tuple[int, bool]:
    """Count noted days of a connection, each once; how many, and whether those were all.

    A turn ends with the batch in which its time is over. What is noted meanwhile waits for the next
    ring, and so does all while another is at it.
    """
    counted, ends = 0, clock.monotonic() + turn_s
    behind: Place = day_count.FIRST
    while True:
        try:
            with unit_of_work() as session:
                done = day_count.count(session, connection_id, BATCH, behind)
        except day_count.TakenError:
            return counted, True
        counted += len(done)
        if len(done) < BATCH:
            return counted, True
        if clock.monotonic() >= ends:
            return counted, False
        behind = done[-1]
