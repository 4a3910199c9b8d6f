from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from config import clock
from models import Connection, Slice, lease
from models.lease import LEASE
from models.session import unit_of_work
from rules.business_dates import bounds
from tasks import backfill, pull, sweep
from tests.integration.tasks.asked import ask, connection, control, one, orders
from tests.integration.tasks.conftest import Signals
from tests.integration.tasks.reading import begun
from tests.shop import Shop
from tests.slices import open_slices

pytestmark = pytest.mark.usefixtures("database")


def _begin(shop: Shop, days: int = 60) -> int:
    return begun(shop, days)


def _slices(run_id: int) -> list[Any]:
    return ask(
        "SELECT * FROM sync_slices WHERE run_id = :r ORDER BY location_external_id, start_at, id",
        r=run_id,
    )


def _run(run_id: int) -> Any:
    return one("SELECT * FROM sync_runs WHERE id = :r", r=run_id)


def _read_all(run_id: int) -> None:
    for slice_id in open_slices(run_id):
        assert backfill.read(slice_id) is not None


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop whose first restaurant has three pages of orders on one day."""
    at = clock.now() - timedelta(hours=3)
    control(
        shop,
        "orders",
        {"count": 250, "webhooks": False, "at": f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"},
    )
    return shop


def test_an_import_is_cut_into_windows_without_gap_or_overlap_at_each_location(
    shop: Shop,
) -> None:
    run_id = _begin(shop)
    count = backfill.cut(run_id)
    slices = _slices(run_id)
    assert count == len(slices) == 6
    places = {row.location_external_id for row in slices}
    assert len(places) == 2
    for place in places:
        own = [row for row in slices if row.location_external_id == place]
        for before, after in pairwise(own):
            assert before.end_at == after.start_at
        assert own[0].start_at == _start(place, clock.now().date() - timedelta(days=60))
        assert own[-1].end_at <= clock.now()
    assert {row.organization_id for row in slices} == {shop.organization_id}


def _start(place: str, day: date) -> datetime:
    site = one("SELECT * FROM locations WHERE external_id = :e LIMIT 1", e=place)
    return bounds(day, site.time_zone, site.closeout_hour)[0]


def test_cutting_twice_adds_nothing(shop: Shop) -> None:
    run_id = _begin(shop)
    count = backfill.cut(run_id)
    before = _slices(run_id)
    assert backfill.cut(run_id) == count
    assert _slices(run_id) == before


def test_planning_again_does_not_wait_for_a_slices_reader(shop: Shop) -> None:
    run_id = _begin(shop)
    count = backfill.cut(run_id)
    with unit_of_work() as reader:
        held = lease.take(reader, Slice, open_slices(run_id)[0], clock.now())
        assert held is not None
        # The reader's next step is the run's row, which planning holds.
        assert backfill.cut(run_id) == count


def test_a_finished_import_stays_finished_when_it_is_planned_once_more(shop: Shop) -> None:
    run_id = _begin(shop)
    backfill.cut(run_id)
    _read_all(run_id)
    before = _run(run_id)
    assert before.status == "done"
    backfill.plan(run_id=run_id, platform="toast")
    assert _run(run_id) == before


def test_an_import_brings_every_order_and_closes_when_its_last_slice_is_read(shop: Shop) -> None:
    run_id = _begin(shop)
    backfill.cut(run_id)
    *first, last = open_slices(run_id)
    for slice_id in first:
        backfill.read(slice_id)
        assert _run(run_id).finished_at is None
    backfill.read(last)
    run = _run(run_id)
    assert run.status == "done"
    assert run.finished_at is not None
    book = shop.till.platform.book.all()
    past = {each.guid for each in book if each.modified_ms < clock.now().timestamp() * 1000}
    assert set(orders(shop)) == past
    assert run.rows_read == run.rows_written == len(past)
    assert sum(row.rows_read for row in _slices(run_id)) == len(past)
    assert connection(shop).status == "connected"


def test_the_same_import_again_goes_on_while_open_and_starts_anew_once_done(shop: Shop) -> None:
    run_id = _begin(shop)
    assert _begin(shop) == run_id
    backfill.cut(run_id)
    _read_all(run_id)
    again = _begin(shop)
    assert again != run_id
    backfill.cut(again)
    _read_all(again)
    run = _run(again)
    assert run.rows_written == 0
    assert run.rows_skipped == run.rows_read > 0


def test_an_import_without_locations_is_done_at_once(shop: Shop) -> None:
    ask("UPDATE locations SET archived = true WHERE connection_id = :c", c=shop.connection_id)
    run_id = _begin(shop)
    assert backfill.cut(run_id) == 0
    assert _run(run_id).status == "done"


def _big_slice(shop: Shop, run_id: int) -> int:
    """The slice with the most orders; each slice is a business date of a location."""
    backfill.cut(run_id)
    return max(_slices(run_id), key=lambda row: (len(_placed(shop, row)), row.id)).id


class KilledError(BaseException):
    """Ends a reader where it stands, past every handler."""


def _kill(counts: pull.Counts) -> None:
    if counts.read:
        raise KilledError


def test_a_slice_whose_reader_was_killed_is_swept_up_and_resumed_at_its_page(
    busy: Shop, signals: Signals
) -> None:
    run_id = _begin(busy, days=2)
    slice_id = _big_slice(busy, run_id)
    with pytest.raises(KilledError):
        backfill.read(slice_id, _kill)
    stood = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
    assert 0 < stood.rows_read < 250
    assert stood.resume["page"] >= 1
    assert slice_id not in open_slices(run_id)
    assert backfill.read(slice_id) is None
    ask(
        "UPDATE sync_slices SET leased_until = now() - interval '1 second' WHERE id = :s",
        s=slice_id,
    )
    sweep.slices()
    assert slice_id in [call["slice_id"] for call in signals.take("backfill.slice")]
    done = backfill.read(slice_id)
    assert done is not None
    assert done.counts.read + stood.rows_read == len(_placed(busy, stood)) >= 250
    assert one("SELECT status FROM sync_slices WHERE id = :s", s=slice_id).status == "done"


def _placed(shop: Shop, row: Any) -> list[Any]:
    place = row.location_external_id, int(f"{row.start_at:%Y%m%d}")
    held = shop.till.platform.book.all()
    return [each for each in held if (each.restaurant.guid, each.business_date) == place]


def test_a_slice_is_read_for_a_while_and_then_signalled_again(busy: Shop, signals: Signals) -> None:
    run_id = _begin(busy, days=2)
    slice_id = _big_slice(busy, run_id)
    reader = backfill.read(slice_id, budget_s=-1)
    assert reader is not None
    assert reader.more
    row = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
    assert (row.leased_until, row.status) == (None, "planned")
    backfill.slice_(slice_id=slice_id, platform="toast")
    assert one("SELECT status FROM sync_slices WHERE id = :s", s=slice_id).status == "done"


def test_a_slices_task_signals_the_next_of_its_run_and_none_after_the_last(
    shop: Shop, signals: Signals
) -> None:
    run_id = _begin(shop)
    backfill.plan(run_id=run_id, platform="toast")
    told = signals.take("backfill.slice")
    assert len(told) == 4
    seen = 0
    while told:
        for call in told:
            backfill.slice_(**call)
            seen += 1
        told = signals.take("backfill.slice")
    assert seen >= 6
    assert _run(run_id).status == "done"


def test_a_replaced_reader_of_a_slice_stores_nothing_more(busy: Shop) -> None:
    run_id = _begin(busy, days=2)
    slice_id = _big_slice(busy, run_id)
    stood: list[Any] = []

    def take_over(_: pull.Counts) -> None:
        if not stood:
            with unit_of_work() as session:
                lease.take(session, Slice, slice_id, clock.now() + LEASE + timedelta(seconds=1))
            stood.append(one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id))

    assert backfill.read(slice_id, take_over) is None
    assert one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id) == stood[0]


@pytest.mark.parametrize(
    ("bend", "status", "standing", "wait"),
    [
        (("faults", [{"route": "/orders", "kind": "cut"}]), "waiting", "delayed", 5),
        (("access", "all"), "failed", "needs attention", 1800),
    ],
)
def test_a_slice_that_fails_says_why_and_is_tried_again(
    shop: Shop, signals: Signals, bend: tuple[str, Any], status: str, standing: str, wait: int
) -> None:
    run_id = _begin(shop, days=1)
    backfill.cut(run_id)
    places = [each.guid for each in shop.till.platform.merchant.restaurants]
    path, document = bend
    control(shop, path, {"withdrawn": places} if document == "all" else document)
    slice_id = open_slices(run_id)[0]
    with clock.frozen(clock.now()) as advance:
        assert backfill.read(slice_id) is None
        row = one("SELECT * FROM sync_slices WHERE id = :s", s=slice_id)
        assert (row.status, row.failures) == (status, 1)
        assert wait <= (row.next_attempt_at - clock.now()).total_seconds() <= 1.1 * wait
        assert row.error
        assert row.next_step
        assert connection(shop).status == standing
        assert slice_id not in open_slices(run_id)
        advance(row.next_attempt_at - clock.now())
        assert slice_id in open_slices(run_id)
    control(shop, "faults", method="DELETE")
    control(shop, "access", {"withdrawn": []})
    with clock.frozen(clock.now() + timedelta(hours=1)):
        sweep.slices()
    assert slice_id in [call["slice_id"] for call in signals.take("backfill.slice")]
    assert backfill.read(slice_id) is not None


def test_orders_from_before_there_were_times_of_change_are_asked_for_by_day(shop: Shop) -> None:
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    run_id = backfill.begin(row, "orders", date(2015, 11, 28), date(2015, 12, 2))
    backfill.cut(run_id)
    modes = {slice_.mode for slice_ in _slices(run_id)}
    assert modes == {"business_date"}


def test_a_closed_month_is_whole_though_an_order_of_it_was_refunded_months_later(
    shop: Shop,
) -> None:
    restaurant = control(shop, "merchant", method="GET")["restaurants"][0]["guid"]
    made = {"restaurant": restaurant, "count": 12, "at": "2026-01-10T15:00:00.000Z"}
    early = control(shop, "orders", made)["guids"]
    refund = {"do": "refund", "at": "2026-04-10T15:00:00.000Z"}
    refundable = next(guid for guid in early if _paid_by(shop, guid) != "OTHER")
    control(shop, f"orders/{refundable}", refund, method="PATCH")
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    run_id = backfill.begin(row, "orders", date(2026, 1, 1), date(2026, 1, 31))
    backfill.cut(run_id)
    while left := open_slices(run_id):
        backfill.read(left[0])
    assert set(early) <= set(orders(shop))


def _paid_by(shop: Shop, guid: str) -> str:
    order = control(shop, f"orders/{guid}", method="GET")
    return str(order["checks"][0]["payments"][0]["type"])
