"""The same delivery again, at once and much later: one effect, and every answer is 2xx."""

from typing import Any

from tasks import sweep
from tests.deliveries import delivery
from tests.faults.at_work import AtWork
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.waiting import until

OLDER = (
    "UPDATE inbox_events SET received_at = received_at - %s::interval,"
    " handled_at = handled_at - %s::interval WHERE connection_id = %s"
)


def _effect(work: AtWork, connection_id: int) -> list[tuple[Any, ...]]:
    """An order, its line and its invoice, to the version of the row."""
    return work.installation.rows(
        "SELECT o.id, o.xmin::text, o.applied_at, p.id, i.number, i.total FROM orders o"
        " JOIN order_lines p ON p.order_id = o.id JOIN invoices i ON i.order_id = o.id"
        " WHERE o.connection_id = %s",
        connection_id,
    )


def test_a_hundred_at_once_and_one_a_day_later_have_one_effect(work: AtWork) -> None:
    at, history = merchant("sent again"), History()
    platform, one = work.platform(at, history), delivery(0, 0, at.restaurant)
    with platform.delivering([one] * 100, senders=50):
        pass
    work.settled(at, history)
    before = _effect(work, at.connection_id)
    work.installation.rows(OLDER, "24 hours", "24 hours", at.connection_id)
    assert platform.deliver(one) == 202
    work.settled(at, history)
    assert _effect(work, at.connection_id) == before
    assert len(before) == 1
    assert all(answer == "202" for answer in history.statuses if answer.isdigit())
    # None was applied a second time: the only row was settled once.
    tried = "SELECT state, attempts FROM inbox_events WHERE connection_id = %s"
    assert work.installation.rows(tried, at.connection_id) == [("done", 1)]


def test_sent_again_after_it_was_forgotten_it_changes_nothing(work: AtWork) -> None:
    at, history = merchant("forgotten"), History()
    platform = work.platform(at, history)
    old, new = (delivery(0, version, at.restaurant) for version in (0, 1))
    for one in (old, new):
        assert platform.deliver(one) == 202
    work.settled(at, history)
    before = _effect(work, at.connection_id)
    work.installation.rows(OLDER, "31 days", "31 days", at.connection_id)
    held = "SELECT count(*) FROM inbox_events WHERE connection_id = %s"
    until(lambda: sweep.prune() == 0 and work.installation.one(held, at.connection_id) == 0)
    # The older one first: it is new to the inbox, and the books know better.
    for one in (old, new):
        assert platform.deliver(one) == 202
    work.settled(at, history)
    assert work.installation.one(held, at.connection_id) == 2
    assert _effect(work, at.connection_id) == before
