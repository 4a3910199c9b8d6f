from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from shlex import quote
from typing import Any

import pytest

from config import clock
from config.errors import PermanentError
from models import Connection
from models.session import unit_of_work
from tasks import connect, sites, sync
from tests.integration.tasks.asked import ask, connection, control, cursors, one
from tests.integration.tasks.conftest import Signals
from tests.shop import Shop
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("database")


def _places(shop: Shop) -> tuple[str, str]:
    first, second = (each.guid for each in shop.till.platform.merchant.restaurants)
    return first, second


def _connect(shop: Shop, *restaurants: str) -> None:
    config = {**shop.config, "restaurants": list(restaurants)}
    connect.connect(shop.organization_id, "toast", connection(shop).name, config)


def test_a_location_that_is_gone_is_marked_and_comes_back_with_the_list(shop: Shop) -> None:
    here, gone = _places(shop)
    control(shop, "access", {"withdrawn": [gone]})
    sites.refresh(shop.connection_id)
    assert _archived(shop) == {here: False, gone: True}
    control(shop, "access", {"withdrawn": []})
    sites.refresh(shop.connection_id)
    assert _archived(shop) == {here: False, gone: False}


def test_a_listing_with_settings_that_were_replaced_meanwhile_is_made_anew(shop: Shop) -> None:
    here, there = _places(shop)
    _connect(shop, here)
    control(shop, "faults", [{"route": "/restaurants", "kind": "slow", "delay_s": 9, "times": 1}])
    with ThreadPoolExecutor(1) as pool:
        listing = pool.submit(sites.refresh, shop.connection_id)
        until(lambda: shop.till.platform.faults.rules[0].hits, what="the listing to be held")
        _connect(shop, here, there)
        control(shop, "faults", method="DELETE")
        assert listing.result() == 2
    assert _archived(shop) == {here: False, there: False}


def _admit(shop: Shop, place: str, *, in_s: float) -> None:
    """The platform lists the place, and lets nobody read it before then."""
    control(shop, "locations", {"guid": place, "delay_s": in_s})


def test_a_site_that_is_named_but_refused_is_told_and_goes_on(shop: Shop) -> None:
    here, refused = _places(shop)
    _connect(shop, here, refused)
    query = "SELECT name FROM locations WHERE external_id = :g AND connection_id = :c"
    name = one(query, g=refused, c=shop.connection_id).name
    _admit(shop, refused, in_s=900)
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert _archived(shop) == {here: False, refused: False}
    for _ in range(2):
        noted = connection(shop)
        assert (noted.status, noted.status_code) == ("needs attention", "location.unread")
        assert f"'{name}' can't be read: Toast doesn't let" in noted.status_reason
        assert "access to the restaurant" in noted.next_step
        assert noted.next_step.endswith(f"Then run 'taxpoynt check {quote(noted.name)}'.")
        pulls = [sync.run(cursor_id) for cursor_id in cursors(shop)]
        failed = [pull.held.location_external_id for pull in pulls if pull and pull.fault]
        assert failed == [refused]
    _admit(shop, refused, in_s=0)
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert (connection(shop).status, connection(shop).status_reason) == ("connected", None)
    query = (
        "SELECT location_external_id AS place FROM cursors "
        "WHERE stream = 'orders' AND next_due_at <= now() AND connection_id = :c"
    )
    assert one(query, c=shop.connection_id).place == refused


def test_a_site_that_is_named_and_gone_from_the_list_stops_until_it_is_back(
    shop: Shop, signals: Signals
) -> None:
    here, gone = _places(shop)
    _connect(shop, here, gone)
    control(shop, f"locations/{gone}", {}, method="DELETE")
    before = [pull.fault and pull.fault.code for pull in map(sync.run, cursors(shop)) if pull]
    assert before == [None, "toast.not_granted"]
    for _ in range(2):
        sites.list_(connection_id=shop.connection_id, platform="toast")
        assert _archived(shop) == {here: False, gone: True}
    ask("UPDATE cursors SET next_due_at = now() WHERE connection_id = :c", c=shop.connection_id)
    sync.due()
    due = {each["cursor_id"] for each in signals.take("sync.stream")}
    assert [cursor_id in due for cursor_id in cursors(shop)] == [True, False]
    sync.run(cursors(shop)[0])
    assert (connection(shop).status, connection(shop).status_reason) == ("connected", None)
    assert connect.check(_row(shop)).account
    control(shop, "locations", {"guid": gone})
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert _archived(shop) == {here: False, gone: False}


def test_the_only_site_that_is_named_stops_when_it_is_gone(shop: Shop) -> None:
    here, there = _places(shop)
    _connect(shop, here)
    control(shop, f"locations/{here}", {}, method="DELETE")
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert _archived(shop) == {here: True, there: True}
    before = connection(shop)
    with pytest.raises(PermanentError) as caught:
        _connect(shop, here)
    assert caught.value.code == "toast.not_granted"
    assert connection(shop) == before


def test_a_site_that_is_gone_stays_as_it_was_while_the_list_cannot_be_read(shop: Shop) -> None:
    here, gone = _places(shop)
    _connect(shop, here, gone)
    control(shop, f"locations/{gone}", {}, method="DELETE")
    for status in (403, 503):
        control(shop, "faults", [{"route": "/partners", "kind": "status", "status": status}])
        sites.list_(connection_id=shop.connection_id, platform="toast")
        assert _archived(shop) == {here: False, gone: False}
        assert connection(shop).status_code == "location.unread"
        control(shop, "faults", method="DELETE")


def _row(shop: Shop) -> Connection:
    with unit_of_work() as session:
        return session.get_one(Connection, shop.connection_id)


def test_a_list_that_is_refused_is_told_though_streams_go_on(shop: Shop) -> None:
    control(shop, "faults", [{"route": "/partners", "kind": "status", "status": 403}])
    sites.list_(connection_id=shop.connection_id, platform="toast")
    for _ in range(2):
        noted = connection(shop)
        assert (noted.status, noted.status_code) == ("needs attention", "location.unlisted")
        assert noted.status_reason == "These Toast credentials can't list their restaurants."
        assert "restaurants" in noted.next_step
        assert [pull.fault for pull in map(sync.run, cursors(shop)) if pull] == [None, None]
    control(shop, "faults", method="DELETE")
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert (connection(shop).status, connection(shop).status_reason) == ("connected", None)


def test_a_site_whose_calls_are_used_up_holds_up_no_other(shop: Shop, signals: Signals) -> None:
    here, limited = _places(shop)
    for table, column in (("cursors", "location_external_id"), ("locations", "external_id")):
        query = f"DELETE FROM {table} WHERE {column} = :g AND connection_id = :c"
        ask(query, g=here, c=shop.connection_id)
    rule = {"route": f"/restaurants/v1/restaurants/{limited}", "kind": "status", "status": 429}
    control(shop, "faults", [{**rule, "headers": {"Retry-After": "300"}}])
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert _archived(shop) == {here: False, limited: False}
    assert connection(shop).status != "needs attention"
    control(shop, "faults", method="DELETE")
    assert _listed_again(shop, signals) == []
    with clock.frozen(clock.now() + timedelta(seconds=302)):
        assert _listed_again(shop, signals) == [shop.connection_id]
        sites.list_(connection_id=shop.connection_id, platform="toast")
        assert _listed_again(shop, signals) == []


def _listed_again(shop: Shop, signals: Signals) -> list[int]:
    sites.first()
    asked = [each["connection_id"] for each in signals.take("sites.list")]
    return [connection_id for connection_id in asked if connection_id == shop.connection_id]


def test_guests_are_matched_again_once_locations_are_listed(shop: Shop, signals: Signals) -> None:
    sites.list_(connection_id=shop.connection_id, platform="toast")
    assert {"organization_id": shop.organization_id} in signals.take("match.customers")


def test_a_site_that_was_never_read_is_told_until_it_is(shop: Shop) -> None:
    here, refused = _places(shop)
    _connect(shop, here)
    ask("DELETE FROM locations WHERE archived AND connection_id = :c", c=shop.connection_id)
    ask("DELETE FROM cursors WHERE location_external_id = :g", g=refused)
    control(shop, "access", {"withdrawn": [refused]})
    _connect(shop, here, refused)
    (cursor_id,) = cursors(shop)
    pull = sync.run(cursor_id)
    assert pull is not None
    assert pull.fault is None
    assert (connection(shop).status, connection(shop).status_code) == (
        "needs attention",
        "location.unread",
    )
    assert f"'{refused}' can't be read" in connection(shop).status_reason
    control(shop, "faults", [{"route": "/orders", "kind": "status", "status": 503}])
    sync.run(cursor_id)
    assert connection(shop).status == "needs attention"
    control(shop, "faults", method="DELETE")
    control(shop, "access", {"withdrawn": []})
    sites.refresh(shop.connection_id)
    assert connection(shop).status == "connected"
    assert len(cursors(shop)) == 2


def test_sites_that_are_refused_are_logged(
    shop: Shop, logged: Callable[[str], list[dict[str, Any]]]
) -> None:
    here, refused = _places(shop)
    _admit(shop, refused, in_s=900)
    _connect(shop, here, refused)
    (line,) = logged("location not read")
    assert (line["level"], line["location"], line["code"]) == (
        "warning",
        refused,
        "toast.not_granted",
    )


def _archived(shop: Shop) -> dict[str, bool]:
    query = "SELECT external_id, archived FROM locations WHERE connection_id = :c"
    return {row.external_id: row.archived for row in ask(query, c=shop.connection_id)}
