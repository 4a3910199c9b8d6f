"""A commit that took effect and was never answered: it is tried again, and has one effect.

Those of drains and pages aren't awaited (decision 0014), so none of them can be held here; what
becomes of one that is never heard of is tried in `test_reading_cut_off.py`, right after each.
"""

import pytest

from tests.deliveries import delivery
from tests.faults.at_work import AtWork
from tests.faults.checker import owed
from tests.faults.database.unanswered import unanswered
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.waiting import until

ORDERS = 12
# Which commit is cut: the tables that it writes to, and those that another kind writes to as well.
OF_DELIVERIES = {
    "the door": ({"inbox_events"}, {"orders"}),
    "invoices": ({"invoices", "orders"}, set()),
}


@pytest.mark.parametrize("whose", OF_DELIVERIES)
def test_what_was_committed_unheard_has_one_effect(work: AtWork, whose: str) -> None:
    at, history = merchant(f"commit of {whose}"), History()
    platform = work.platform(at, history)
    wrote, spared = OF_DELIVERIES[whose]
    with unanswered(work, wrote, spared) as cut:
        for number in range(ORDERS):
            assert platform.deliver(delivery(number, 0, at.restaurant)) == 202
            if cut.is_set():
                break
        until(cut.is_set, what=f"a commit of {whose} to be cut")
    assert platform.deliver(delivery(0, 1, at.restaurant)) == 202
    until(lambda: owed(work.installation.rows, at.connection_id) == 0, what="all done")
    # The first order's invoice may have come before its second version: that is no second one.
    work.settled(at, history)
