from concurrent.futures import ThreadPoolExecutor

import pytest

from tasks import connect, sites
from tests.integration.tasks.asked import ask, connection, control
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


def _archived(shop: Shop) -> dict[str, bool]:
    query = "SELECT external_id, archived FROM locations WHERE connection_id = :c"
    return {row.external_id: row.archived for row in ask(query, c=shop.connection_id)}
