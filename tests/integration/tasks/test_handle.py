import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from config import clock
from config.errors import SkippedRecord
from models import Connection, inbox
from models.one_by_one import alone
from models.session import unit_of_work
from tasks import apply, handle, refetch
from tests.busy import busy_once
from tests.integration.tasks.altered import changed, thin_one
from tests.integration.tasks.asked import ask, control, deliveries, orders
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop

pytestmark = pytest.mark.usefixtures("database")


def test_waiting_deliveries_become_orders_and_those_owed_are_signalled(
    shop: Shop, signals: Signals
) -> None:
    messages = shop.messages()
    shop.take_in(messages)
    assert handle.drain(shop.connection_id) == len(messages)
    stored = orders(shop)
    assert set(stored) == {message.subject for message in messages}
    assert [row.state for row in deliveries(shop)] == ["done"] * len(messages)
    assert {row.record_external_id for row in deliveries(shop)} == set(stored)
    owed = [row.id for row in stored.values() if row.invoice_state == "due"]
    assert owed
    for invoicing in signals.take_invoicing():
        invoicing()
    assert not [row for row in orders(shop).values() if row.invoice_state == "due"]
    correlations = {row.record_external_id: row.correlation_id for row in deliveries(shop)}
    assert {guid: row.correlation_id for guid, row in stored.items()} == correlations
    assert handle.drain(shop.connection_id) == 0


def test_the_same_order_delivered_many_times_is_one_order(shop: Shop) -> None:
    (message,) = shop.messages(1)
    shop.take_in([replace(message, guid=f"{n:032d}") for n in range(5)])
    assert handle.drain(shop.connection_id) == 5
    assert len(orders(shop)) == 1
    assert (
        ask(
            "SELECT count(*) AS n, count(DISTINCT external_id) AS d FROM order_lines "
            "WHERE order_id = :o GROUP BY order_id HAVING count(*) <> count(DISTINCT external_id)",
            o=orders(shop)[message.subject].id,
        )
        == []
    )


def test_deliveries_out_of_order_end_with_the_newest(shop: Shop) -> None:
    (message,) = shop.messages(1)
    stamps = [f"2026-03-01T12:0{n}:00.000+0000" for n in (3, 1, 5, 2)]
    copies = [
        replace(changed(message, modifiedDate=stamp, displayNumber=stamp[14:16]), guid=f"{n:032d}")
        for n, stamp in enumerate(stamps)
    ]
    for copy in copies:
        shop.take_in([copy])
        handle.drain(shop.connection_id)
    assert orders(shop)[message.subject].display_number == "05"
    assert [row.state for row in deliveries(shop)] == ["done"] * 4


def test_an_event_of_another_kind_is_done_and_changes_nothing(shop: Shop) -> None:
    (message,) = shop.messages(1)
    kind = {"eventCategory": "packaging", "eventType": "packaging_updated"}
    body = {"timestamp": "t", "guid": "g", **kind}
    other = replace(message, category="packaging", body=json.dumps(body).encode())
    shop.take_in([other])
    assert handle.drain(shop.connection_id) == 1
    (row,) = deliveries(shop)
    assert (row.state, row.record_external_id) == ("done", None)
    assert orders(shop) == {}


@pytest.mark.parametrize("place", ["unknown", "with a NUL \x00"])
def test_an_unknown_location_waits_and_the_list_of_them_is_asked_for(
    shop: Shop, signals: Signals, place: str
) -> None:
    good, early = shop.messages(2)
    body = json.loads(early.body)
    body["details"]["restaurantGuid"] = place
    shop.take_in([replace(early, body=json.dumps(body).encode()), good])
    assert handle.drain(shop.connection_id) == 2
    waits, done = deliveries(shop)
    assert (waits.state, waits.attempts, waits.error_code) == ("pending", 1, "location.unknown")
    assert waits.next_attempt_at > clock.now()
    assert done.state == "done"
    assert signals.take("sites.list") == [
        {"connection_id": shop.connection_id, "platform": "toast"}
    ]


def test_an_early_delivery_is_applied_once_its_location_is_known(shop: Shop) -> None:
    (message,) = shop.messages(1)
    body = json.loads(message.body)
    place = body["details"]["restaurantGuid"]
    hidden = (
        "UPDATE locations SET external_id = :new WHERE external_id = :old AND connection_id = :c"
    )
    ask(hidden, new="elsewhere", old=place, c=shop.connection_id)
    shop.take_in([message])
    handle.drain(shop.connection_id)
    assert orders(shop) == {}
    ask(hidden, new=place, old="elsewhere", c=shop.connection_id)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        assert handle.drain(shop.connection_id) == 1
    assert set(orders(shop)) == {message.subject}


def _work(shop: Shop, signals: Signals) -> None:
    """A drain, and the refetch that it asks for."""
    handle.drain(shop.connection_id)
    for told in signals.take("refetch.events"):
        refetch.events(**told)


def test_a_delivery_that_only_names_its_order_is_completed_from_the_platform(
    shop: Shop, signals: Signals
) -> None:
    (message,) = shop.messages(1)
    shop.take_in([thin_one(message)])
    _work(shop, signals)
    assert [row.state for row in deliveries(shop)] == ["done"]
    assert not orders(shop)[message.subject].partial


def test_an_order_that_the_platform_does_not_know_is_parked(shop: Shop, signals: Signals) -> None:
    (message,) = shop.messages(1)
    shop.take_in([thin_one(message, "00000000-dead-4000-8000-000000000000")])
    _work(shop, signals)
    (row,) = deliveries(shop)
    assert (row.state, row.error_code) == ("parked", "record.unknown")


def test_while_the_platform_is_away_only_what_needs_it_waits(shop: Shop, signals: Signals) -> None:
    thin, whole = shop.messages(2)
    control(shop, "faults", [{"route": "/orders", "kind": "status", "status": 503}])
    shop.take_in([thin_one(thin), whole])
    _work(shop, signals)
    waits, done = deliveries(shop)
    assert (waits.state, waits.error_code) == ("pending", "toast.unavailable")
    assert done.state == "done"
    control(shop, "faults", method="DELETE")
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        _work(shop, signals)
    assert [row.state for row in deliveries(shop)] == ["done", "done"]


def test_a_drain_calls_no_platform_and_what_it_left_to_a_refetch_comes_back(
    shop: Shop, signals: Signals
) -> None:
    thin, whole = shop.messages(2)
    before = control(shop, "state", method="GET")["requests"]
    shop.take_in([thin_one(thin), whole])
    handle.drain(shop.connection_id)
    assert control(shop, "state", method="GET")["requests"] == before | {
        "GET /control/state": before.get("GET /control/state", 0) + 1
    }
    waits, done = deliveries(shop)
    assert (waits.state, waits.attempts, done.state) == ("pending", 1, "done")
    # The signal got lost with its worker: nobody takes the delivery for a while, then a drain does.
    assert len(signals.take("refetch.events")) == 1
    assert handle.drain(shop.connection_id) == 0
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        _work(shop, signals)
    assert [row.state for row in deliveries(shop)] == ["done", "done"]


def test_what_the_database_undoes_of_a_refetch_holds_up_none_behind_it(
    shop: Shop, signals: Signals
) -> None:
    shop.take_in([thin_one(each) for each in shop.messages(3)])
    with busy_once("orders"):
        _work(shop, signals)
    undone, *others = deliveries(shop)
    assert (undone.state, undone.error_code) == ("pending", "database.busy")
    assert {row.state for row in others} == {"done"}


def test_while_the_platform_hangs_with_one_refetch_no_other_waits_for_it(shop: Shop) -> None:
    shop.take_in([thin_one(each) for each in shop.messages(1)])
    (event,) = deliveries(shop)
    with unit_of_work() as session:
        assert alone(session, f"refetch {shop.connection_id}")
        assert refetch.complete(shop.connection_id, [event.id]) == 0
    assert refetch.complete(shop.connection_id, [event.id]) == 1


def test_what_is_refused_in_part_is_parked_whatever_else_waits(shop: Shop) -> None:
    shop.take_in(shop.messages(1))
    refused, held = SkippedRecord("odd", "It is odd."), apply.HeldError("held", "It is held.")
    with unit_of_work() as session:
        (event,) = inbox.claim(session, shop.connection_id, clock.now(), 1)
        both = handle.Sorted(parked=[(event, refused)], postponed=[(event, held)])
        connection = session.get_one(Connection, shop.connection_id)
        handle.store(session, connection, both, clock.now())
    (row,) = deliveries(shop)
    assert (row.state, row.error_code) == ("parked", "odd")


def test_drains_at_once_handle_each_delivery_once(shop: Shop) -> None:
    messages = shop.messages()
    shop.take_in(
        [replace(changed(messages[n % 6], guid=f"order-{n}"), guid=f"{n:032d}") for n in range(60)]
    )
    with ThreadPoolExecutor(4) as pool:
        looked = list(pool.map(lambda _: handle.drain(shop.connection_id, 7), range(20)))
    assert sum(looked) == 60
    assert {(row.state, row.attempts) for row in deliveries(shop)} == {("done", 1)}
    assert len(orders(shop)) == 60


def test_a_task_that_came_to_the_end_signals_nothing_more(shop: Shop, signals: Signals) -> None:
    shop.take_in(shop.messages())
    done = handle.events(connection_id=shop.connection_id, platform="toast")
    assert done == {"handled": len(shop.messages())}
    assert signals.take("handle.events") == []


def test_a_parked_delivery_is_applied_when_it_is_replayed_after_the_cause_is_gone(
    shop: Shop,
) -> None:
    (message,) = shop.messages(1)
    shop.take_in([thin_one(message, "00000000-dead-4000-8000-000000000000")])
    handle.drain(shop.connection_id)
    ask(
        "UPDATE inbox_events SET body = :b WHERE connection_id = :c",
        b=message.body,
        c=shop.connection_id,
    )
    with unit_of_work() as session:
        ids = [row.id for row in deliveries(shop)]
        inbox.replay(session, shop.organization_id, ids, clock.now())
    handle.drain(shop.connection_id)
    (row,) = deliveries(shop)
    assert (row.state, row.error) == ("done", None)
    assert set(orders(shop)) == {message.subject}
