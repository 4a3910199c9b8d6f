"""Matches customers to persons: who is the same guest at several locations or platforms.

Nobody waits for it: orders are stored without, and what waits is in the rows.
"""

from config import clock
from config.logging import logger
from models import one_by_one, person_match, phone_regions
from models.session import unit_of_work
from tasks import app, ring, slots, turn

log = logger(__name__)

# Some tenths of a second, for which those who store orders of the same guests may wait.
BATCH = 500
# Where one of a batch is held the others needn't wait for it.
_FEWER = 8


@slots.scheduled("match.due")
def due() -> int:
    """Signal organizations whose customers nobody matched with what is known of them now."""
    with unit_of_work() as session:
        found = person_match.waiting(session)
    for organization_id in found:
        ring.overdue("match.customers", organization_id=organization_id)
    return len(found)


@app.task(name="match.customers")
def customers(*, organization_id: int) -> dict[str, int]:
    """Match an organization's customers for a moment; signalled again when more are left."""
    ring.answered("match.customers", organization_id)
    matched, more = match(organization_id, budget_s=turn.TURN_S)
    if more:
        ring.overdue("match.customers", organization_id=organization_id)
    return {"matched": matched}


def match(organization_id: int, *, budget_s: float, most: int = BATCH) -> tuple[int, bool]:
    """Match customers until none is left or the time is over; how many, and whether more are.

    What others hold, or match, is left to the next look.
    """
    began, matched = clock.monotonic(), 0
    with unit_of_work() as session:
        if not one_by_one.alone(session, f"matching of {organization_id}"):
            return 0, False
        more = phone_regions.learn(session, organization_id)
    while clock.monotonic() - began < budget_s:
        try:
            with unit_of_work() as session:
                done = person_match.match(session, organization_id, most, clock.now())
        except person_match.HeldError:
            if most == 1:
                return matched, more
            most = max(1, most // _FEWER)
            continue
        if not done:
            return matched, more
        matched += done
    return matched, True
