from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis

from config import clock
from config.settings import settings
from connectors.base.budget import Budget, Limit
from models import Connection, readings
from models.session import unit_of_work
from tasks import pull, reach, sync
from tests.integration.tasks.asked import (
    ask,
    connection,
    control,
    cursors,
    orders,
)
from tests.integration.tasks.reading import cursor_row, runs_of
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


# Past the minute that a delta leaves for the next reading.
LATER = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 503}, "toast.unavailable"),
        ({"kind": "cut"}, "toast.unreachable"),
        ({"kind": "truncate"}, "toast.unreachable"),
        ({"kind": "html"}, "toast.unavailable"),
    ],
)
def test_a_passing_trouble_delays_and_is_tried_again_later_each_time(
    shop: Shop, fault: dict[str, Any], code: str
) -> None:
    cursor_id = cursors(shop)[0]
    control(shop, "faults", [{"route": "/orders", **fault}])
    waits = []
    with clock.frozen(clock.now()) as advance:
        for _ in range(3):
            summary = sync.run(cursor_id)
            assert summary.fault.code == code
            waits.append(cursor_row(cursor_id).next_due_at - clock.now())
            advance(timedelta(seconds=1))
        least = [timedelta(seconds=s) for s in (5, 10, 20)]
        assert all(low <= wait <= 1.1 * low for low, wait in zip(least, waits, strict=True))
        row, run = connection(shop), runs_of(cursor_id)[-1]
        assert (row.status, row.status_code) == ("delayed", code)
        assert (run.status, run.error_code) == ("waiting", code)
        assert row.status_reason == run.error
        control(shop, "faults", method="DELETE")
        assert sync.run(cursor_id).fault is None
    assert (cursor_row(cursor_id).failures, connection(shop).status) == (0, "connected")
    assert connection(shop).status_reason is None


def test_a_failure_is_logged_as_one_and_only_what_was_read_as_read(
    shop: Shop, logged: Callable[[str], list[dict[str, Any]]]
) -> None:
    cursor_id = cursors(shop)[0]
    control(shop, "faults", [{"route": "/orders", "kind": "status", "status": 503}])
    sync.run(cursor_id)
    (line,) = logged("stream not read")
    assert (line["level"], line["code"], line["stream"]) == (
        "warning",
        "toast.unavailable",
        "orders",
    )
    assert line["correlation_id"] == runs_of(cursor_id)[-1].correlation_id
    assert logged("stream read") == []
    control(shop, "faults", method="DELETE")
    sync.run(cursor_id)
    assert len(logged("stream read")) == len(logged("stream not read")) == 1


def test_a_full_limit_is_waited_out_as_long_as_the_platform_says(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    headers = {"Retry-After": "7"}
    control(
        shop, "faults", [{"route": "/orders", "kind": "status", "status": 429, "headers": headers}]
    )
    with clock.frozen(clock.now()):
        assert sync.run(cursor_id).fault.code == "toast.limited"
        wait = cursor_row(cursor_id).next_due_at - clock.now()
    assert timedelta(seconds=6) <= wait <= timedelta(seconds=8)
    assert (connection(shop).status, cursor_row(cursor_id).failures) == ("connected", 0)
    assert runs_of(cursor_id)[-1].status == "waiting"


def test_a_limit_that_lasts_is_told(shop: Shop) -> None:
    headers = {"Retry-After": "400"}
    control(
        shop, "faults", [{"route": "/orders", "kind": "status", "status": 429, "headers": headers}]
    )
    sync.run(cursors(shop)[0])
    assert (connection(shop).status, connection(shop).status_code) == ("delayed", "toast.limited")


def test_what_another_process_used_up_is_not_asked_for(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    with unit_of_work() as session:
        row = session.get_one(Connection, shop.connection_id)
    bucket = reach.connector(row).buckets["global"]
    place = cursor_row(cursor_id).location_external_id
    until = clock.now() + timedelta(seconds=60)
    with redis.Redis.from_url(settings().redis()) as client:
        Budget(client).block(Limit(bucket, f"{row.key}:{place}"), until, clock.now())
        assert sync.run(cursor_id).fault.code == "budget.used_up"


def test_what_only_a_person_can_mend_is_told_and_tried_now_and_then(shop: Shop) -> None:
    cursor_id = cursors(shop)[0]
    place = cursor_row(cursor_id).location_external_id
    control(shop, "access", {"withdrawn": [place]})
    with clock.frozen(clock.now()):
        assert sync.run(cursor_id).fault.code == "toast.not_granted"
        assert cursor_row(cursor_id).next_due_at == clock.now() + timedelta(minutes=30)
    row = connection(shop)
    assert (row.status, row.status_code) == ("needs attention", "toast.not_granted")
    assert row.next_step
    assert runs_of(cursor_id)[-1].status == "failed"


def test_refused_credentials_are_tried_by_one_location_not_by_each(shop: Shop) -> None:
    first, *others = cursors(shop)
    control(shop, "faults", [{"route": "/orders", "kind": "status", "status": 401}])
    with clock.frozen(clock.now()):
        assert sync.run(first).fault.code
        asked_again = [cursor_row(each).next_due_at for each in others]
        assert asked_again == [clock.now() + timedelta(minutes=30)] * len(others)


def test_a_healthy_location_does_not_hide_one_that_fails(shop: Shop) -> None:
    failing, healthy = cursors(shop)
    control(shop, "access", {"withdrawn": [cursor_row(failing).location_external_id]})
    sync.run(failing)
    sync.run(healthy)
    assert connection(shop).status == "needs attention"
    control(shop, "access", {"withdrawn": []})
    sync.run(failing)
    assert connection(shop).status == "connected"


def test_a_location_that_is_gone_holds_nothing_up(shop: Shop) -> None:
    failing, healthy = cursors(shop)
    place = cursor_row(failing).location_external_id
    control(shop, "access", {"withdrawn": [place]})
    sync.run(failing)
    ask(
        "UPDATE locations SET archived = true WHERE connection_id = :c AND external_id = :e",
        c=shop.connection_id,
        e=place,
    )
    sync.run(healthy)
    assert connection(shop).status == "connected"
    with unit_of_work() as session:
        left = readings.readings(session, shop.connection_id, "orders", 0, clock.now())
    assert [each.cursor_id for each in left] == [healthy]


def test_a_mistake_of_ours_is_told_on_the_connection_and_stops_nothing_else(shop: Shop) -> None:
    cursor_id, other = cursors(shop)

    def stumble(_: pull.Counts) -> None:
        raise KeyError("private detail")

    summary = sync.run(cursor_id, report=stumble)
    assert summary.fault.code == "reading.failed"
    row = connection(shop)
    assert row.status == "needs attention"
    assert "KeyError" in row.status_reason
    assert "private detail" not in row.status_reason
    assert cursor_row(cursor_id).leased_until is None
    assert sync.run(other).fault is None


@pytest.mark.parametrize("offset_s", [600, -600])
def test_clocks_ten_minutes_apart_lose_and_delay_nothing(shop: Shop, offset_s: int) -> None:
    control(shop, "clock", {"offset_s": offset_s})
    cursor_id = cursors(shop)[0]
    restaurant = cursor_row(cursor_id).location_external_id
    now = clock.now()
    with clock.frozen(now):
        sync.run(cursor_id)
    server = now + timedelta(seconds=offset_s)
    first = cursor_row(cursor_id).watermark
    assert abs(server - timedelta(minutes=1) - first) < timedelta(seconds=30)
    control(shop, "orders", {"restaurant": restaurant, "webhooks": False})
    # Two minutes later on both clocks the new order is read.
    control(shop, "clock", {"offset_s": offset_s + 120})
    with clock.frozen(now + LATER):
        summary = sync.run(cursor_id)
    assert summary.fault is None
    book = shop.till.platform.book.all(restaurant)
    assert {each.guid for each in book} <= set(orders(shop))
    assert cursor_row(cursor_id).watermark > first
