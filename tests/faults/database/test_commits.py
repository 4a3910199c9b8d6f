"""A commit that took effect and was never answered: it is tried again, and has one effect."""

from collections.abc import Iterator

import pytest

from config import clock
from tests.deliveries import delivery
from tests.faults.at_work import AtWork
from tests.faults.checker import owed
from tests.faults.database.unanswered import unanswered
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.shop import Shop, open_shop
from tests.waiting import until

ORDERS = 12
# Which commit is cut: the tables that it writes to, and those that another kind writes to as well.
OF_DELIVERIES = {
    "the door": ({"inbox_events"}, {"orders"}),
    "the drain": ({"inbox_events", "order_lines"}, set()),
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


@pytest.fixture
def shop(work: AtWork) -> Iterator[Shop]:
    # What is newer than a minute is left for the next reading.
    before = int((clock.now().timestamp() - 300) * 1000)
    with open_shop(orders=2, name="commit of a page", anchor_ms=before) as opened:
        yield opened


def test_a_page_that_was_committed_unheard_is_read_once(work: AtWork, shop: Shop) -> None:
    book, rows = shop.till.platform.book, work.installation.rows
    mine = (
        "SELECT external_id, (SELECT count(*) FROM order_lines"
        " WHERE order_id = o.id AND parent_external_id IS NULL)"
        " FROM orders o WHERE connection_id = %s"
    )

    def all_there() -> bool:
        held = {each.guid: each.lines for each in book.all()}
        return dict(rows(mine, shop.connection_id)) == held

    with unanswered(work, {"order_lines", "cursors", "sync_runs"}, {"inbox_events"}) as cut:
        rows("UPDATE cursors SET next_due_at = now() WHERE connection_id = %s", shop.connection_id)
        until(cut.is_set, what="a page's commit to be cut", timeout_s=60)
    until(all_there, what="every order of the till", timeout_s=60)
    # Whoever was cut off left its lease behind; the stream goes on all the same.
    leased = "SELECT count(*) FROM cursors WHERE connection_id = %s AND leased_until > now()"
    until(lambda: not work.installation.one(leased, shop.connection_id), what="no lease to be held")
    until(lambda: owed(rows, shop.connection_id) == 0, what="the invoices")
    failed = "SELECT max(failures) FROM cursors WHERE connection_id = %s"
    until(lambda: work.installation.one(failed, shop.connection_id) == 0, what="a reading after it")
    work.goes_on()
