"""After a worker was lost with a batch, its deliveries are handled one by one."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from config import clock
from models import InboxEvent, inbox
from models.session import DatabaseAwayError, unit_of_work
from tasks import handle, isolate, refetch, sweep, turn
from tests.faults import cutting
from tests.integration.tasks.asked import deliveries
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ours(shop: Shop) -> dict[str, object]:
    shop.take_in(shop.messages(3))
    return {"connection_id": shop.connection_id, "platform": "toast"}


def states(shop: Shop) -> list[tuple[str, int]]:
    return [(row.state, row.losses) for row in deliveries(shop)]


def lost(shop: Shop, losses: int) -> None:
    """As it stands when a worker dies in the middle of a try."""
    with unit_of_work() as session:
        change = update(InboxEvent).where(InboxEvent.connection_id == shop.connection_id)
        session.execute(change.values(losses=losses))


def test_a_batch_that_was_lost_is_left_to_it_and_applied(
    shop: Shop, ours: dict[str, object], signals: Signals
) -> None:
    handle.suspect(shop.connection_id, "toast")
    assert states(shop) == [("pending", 1)] * 3
    assert ours in signals.take("isolate.events")
    assert handle.drain(shop.connection_id) == 0
    assert isolate.events(connection_id=shop.connection_id, platform="toast") == {"handled": 3}
    assert [state for state, _ in states(shop)] == ["done"] * 3


def test_one_that_cost_as_many_workers_as_it_may_is_parked_with_its_reason(
    shop: Shop, ours: dict[str, object]
) -> None:
    lost(shop, isolate.LOST_AT_MOST)
    assert isolate.events(connection_id=shop.connection_id, platform="toast") == {"handled": 0}
    assert [state for state, _ in states(shop)] == ["parked"] * 3
    row = deliveries(shop)[0]
    assert row.error_code == "delivery.lost_workers"
    assert row.next_step
    with unit_of_work() as session:
        inbox.replay(session, shop.organization_id, [row.id], clock.now())
    assert states(shop)[0] == ("pending", 0)


def test_out_of_memory_counts_as_a_loss(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise MemoryError

    monkeypatch.setattr(handle, "drain", full)
    monkeypatch.setattr(clock, "monotonic", lambda: 0.0)
    handle.suspect(shop.connection_id, "toast")
    isolate.events(connection_id=shop.connection_id, platform="toast")
    assert [state for state, _ in states(shop)] == ["parked"] * 3


def test_any_other_failure_counts_for_nothing(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise KeyError

    monkeypatch.setattr(handle, "drain", broken)
    handle.suspect(shop.connection_id, "toast")
    with pytest.raises(KeyError):
        isolate.events(connection_id=shop.connection_id, platform="toast")
    assert states(shop) == [("pending", 1)] * 3


def test_one_process_at_a_time_begins_them(shop: Shop, ours: dict[str, object]) -> None:
    lost(shop, 1)
    with unit_of_work() as other:
        assert inbox.alone(other, shop.connection_id)
        assert isolate.events(connection_id=shop.connection_id, platform="toast") == {"handled": 0}
    assert states(shop) == [("pending", 1)] * 3


# Who holds it, and since when its transaction has done nothing.
_HOLDER = """
SELECT a.pid, a.state_change FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND a.datname = current_database()
"""


def test_however_many_there_are_none_waits_beyond_a_try_for_its_turn(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the server takes it for one that is frozen, and lets another begin beside it."""
    idle: list[object] = []

    def watched(connection_id: int, limit: int, only: int) -> int:
        with unit_of_work() as session:
            [(_, since)] = session.execute(text(_HOLDER)).all()
        idle.append(since)
        return drain(connection_id, limit, only)

    drain = handle.drain
    monkeypatch.setattr(handle, "drain", watched)
    lost(shop, 1)
    isolate.events(connection_id=shop.connection_id, platform="toast")
    assert len(set(idle)) == len(idle) == 3


def test_one_that_was_taken_for_frozen_begins_no_other(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(connection_id: int, limit: int, only: int) -> int:
        with unit_of_work() as session:
            [(holder, _)] = session.execute(text(_HOLDER)).all()
        cutting.terminate(holder)
        return drain(connection_id, limit, only)

    drain = handle.drain
    monkeypatch.setattr(handle, "drain", ended)
    lost(shop, 1)
    with pytest.raises(DatabaseAwayError):
        isolate.events(connection_id=shop.connection_id, platform="toast")
    # What it was at is done; the others are for whoever comes next, and no try of theirs counts.
    assert states(shop) == [("done", 2), ("pending", 1), ("pending", 1)]


def test_many_are_tried_for_as_long_as_a_turn_is_and_the_others_signalled(
    shop: Shop, ours: dict[str, object], signals: Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, drain = [0.0], handle.drain

    def slow(connection_id: int, limit: int, only: int) -> int:
        now[0] += turn.TURN_S + 0.1
        return drain(connection_id, limit, only)

    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    monkeypatch.setattr(handle, "drain", slow)
    lost(shop, 1)
    for done in (1, 2, 3):
        isolate.events(connection_id=shop.connection_id, platform="toast")
        assert [state for state, _ in states(shop)].count("done") == done
        assert signals.take("isolate.events") == [ours] * (done < 3)


def test_one_that_another_holds_as_it_is_tried_is_blamed_for_nothing(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "monotonic", iter(range(99)).__next__)
    lost(shop, 1)
    with monkeypatch.context() as patch:
        patch.setattr(handle, "drain", lambda *_: 0)
        for _ in range(3):
            isolate.events(connection_id=shop.connection_id, platform="toast")
    assert states(shop) == [("pending", 1)] * 3


def test_what_a_try_came_to_is_on_the_disk_before_it_counts_as_done(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost with the server, it would be pending again, with its try counted."""
    waited: list[str] = []

    def asked(session: Session, *given: Any) -> Any:
        waited.append(session.execute(text("SHOW synchronous_commit")).scalar_one())
        return store(session, *given)

    store = handle.store
    monkeypatch.setattr(handle, "store", asked)
    lost(shop, 1)
    isolate.events(connection_id=shop.connection_id, platform="toast")
    assert set(waited) == {"on"}


def test_they_are_swept_up(shop: Shop, ours: dict[str, object], signals: Signals) -> None:
    lost(shop, 1)
    with clock.frozen(clock.now() + timedelta(seconds=3)):
        sweep.inbox_()
    assert ours in signals.take("isolate.events")


def test_a_refetch_that_nobody_suspects_takes_back_no_loss(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bool:
        raise DatabaseAwayError("database.away", "It is away.")

    lost(shop, isolate.LOST_AT_MOST)
    monkeypatch.setattr(refetch, "_complete_one", away)
    with pytest.raises(DatabaseAwayError):
        refetch.complete(shop.connection_id, [deliveries(shop)[0].id])
    assert states(shop)[0] == ("pending", isolate.LOST_AT_MOST)


def test_of_a_suspect_refetch_only_a_try_that_nobody_ended_counts(
    shop: Shop, ours: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    raises: list[type[BaseException]] = [KeyError, MemoryError]

    def broken(*_: object) -> bool:
        raise raises[0]

    monkeypatch.setattr(refetch, "_complete_one", broken)
    first = deliveries(shop)[0].id
    for expected in (1, 2):
        with pytest.raises(raises[0]):
            refetch.complete(shop.connection_id, [first], suspect=True)
        assert states(shop)[0] == ("pending", expected)
        raises.reverse()
    # Its workers are used up; nothing more of it is tried, and of one that is done with neither.
    assert refetch.complete(shop.connection_id, [first, first], suspect=True) == 0
    assert deliveries(shop)[0].error_code == "delivery.lost_workers"
    assert states(shop) == [("parked", 3), ("pending", 0), ("pending", 0)]
