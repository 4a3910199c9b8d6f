"""Of an import a few slices wait or are read at a time: whoever comes after it gets a turn."""

from datetime import timedelta

import pytest

from config import clock
from models import Slice, lease
from models.session import unit_of_work
from tasks import backfill, ring, sweep
from tests.integration.tasks.asked import ask, control, one
from tests.integration.tasks.queued import Queues
from tests.integration.tasks.reading import begun
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")

_LANE, _ABREAST = "toast.bulk", 4


def _import(shop: Shop, days: int = 300) -> int:
    return begun(shop, days)


def _slices(run_id: int) -> set[int]:
    return {row.id for row in ask("SELECT id FROM sync_slices WHERE run_id = :r", r=run_id)}


def _waiting(queues: Queues, run_id: int) -> list[int]:
    ours = _slices(run_id)
    told = [kwargs["slice_id"] for kwargs in queues.waiting_for(_LANE, "backfill.slice")]
    return [each for each in told if each in ours]


def test_an_import_holds_up_others_by_a_few_slices_however_often_it_is_swept(
    shop: Shop, queues: Queues
) -> None:
    first, second = _import(shop, 300), _import(shop, 290)
    backfill.plan(run_id=first, platform="toast")
    for _ in range(10):
        sweep.slices()
        queues.passed(60)
    told = _waiting(queues, first)
    assert len(told) == len(set(told)) == _ABREAST < len(_slices(first))
    ring.once("invoice.past", connection_id=shop.connection_id, platform="toast")
    backfill.plan(run_id=second, platform="toast")
    sweep.slices()
    assert _waiting(queues, first) == told
    assert len(_waiting(queues, second)) == _ABREAST
    names = [name for name, kwargs in queues.waiting(_LANE) if kwargs.get("slice_id") not in told]
    assert names[0] == "invoice.past"


def test_an_import_goes_through_to_its_end_and_never_has_more_at_a_time(
    shop: Shop, queues: Queues
) -> None:
    run_id = _import(shop)
    backfill.plan(run_id=run_id, platform="toast")
    most = 0
    while waiting := _waiting(queues, run_id):
        assert len(waiting) == len(set(waiting))
        most = max(most, len(waiting))
        queues.work(_LANE)
        sweep.slices()
    assert most == _ABREAST
    assert one("SELECT status FROM sync_runs WHERE id = :r", r=run_id).status == "done"


def test_a_slice_that_was_lost_with_its_worker_is_signalled_again_and_once(
    shop: Shop, queues: Queues
) -> None:
    run_id = _import(shop)
    backfill.plan(run_id=run_id, platform="toast")
    lost = queues.lose(_LANE)["slice_id"]
    sweep.slices()
    # It may have begun just now.
    assert lost not in _waiting(queues, run_id)
    for _ in range(3):
        queues.passed(5)
        sweep.slices()
        assert _waiting(queues, run_id).count(lost) == 1
    assert len(_waiting(queues, run_id)) == _ABREAST


def test_one_whose_reader_died_over_it_makes_no_room_until_it_is_read_again(
    shop: Shop, queues: Queues
) -> None:
    run_id = _import(shop)
    backfill.plan(run_id=run_id, platform="toast")
    dead = queues.lose(_LANE)["slice_id"]
    ring.answered("backfill.slice", dead)
    with unit_of_work() as session:
        lease.take(session, Slice, dead, clock.now())
    sweep.slices()
    assert len(_waiting(queues, run_id)) == _ABREAST - 1
    with clock.frozen(clock.now() + lease.LEASE + timedelta(seconds=1)):
        sweep.slices()
    assert dead in _waiting(queues, run_id)
    assert len(_waiting(queues, run_id)) == _ABREAST


def test_an_import_whose_signals_are_all_lost_goes_on(shop: Shop, queues: Queues) -> None:
    run_id = _import(shop)
    backfill.plan(run_id=run_id, platform="toast")
    queues.broker.flushall()
    sweep.slices()
    assert len(_waiting(queues, run_id)) == _ABREAST


def test_a_slice_that_makes_room_stands_at_the_end_of_the_lane_at_once(
    shop: Shop, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now() - timedelta(hours=3)
    many = {"count": 250, "webhooks": False, "at": f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"}
    control(shop, "orders", many)
    monkeypatch.setattr(backfill, "_TASK_S", -1.0)
    run_id = _import(shop, 1)
    backfill.plan(run_id=run_id, platform="toast")
    made_room = 0
    while waiting := _waiting(queues, run_id):
        queues.work(_LANE)
        if one("SELECT status FROM sync_slices WHERE id = :s", s=waiting[0]).status != "done":
            made_room += 1
            assert _waiting(queues, run_id)[-1] == waiting[0]
    assert made_room
    assert one("SELECT status FROM sync_runs WHERE id = :r", r=run_id).status == "done"
