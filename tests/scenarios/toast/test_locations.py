"""Locations that come and go, of several groups and brands."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.toast.merchant import named_guid
from tasks import connect, sites
from tests.integration.tasks.asked import ask, connection, control, cursors_of
from tests.scenarios.toast.conftest import named, quiet
from tests.scenarios.toast.kitchen import Kitchen, open_kitchen, restaurant

EAST, WEST = named_guid("group", "East"), named_guid("group", "West")


@pytest.fixture
def chain(database: str) -> Iterator[Kitchen]:
    """Two brands of two groups, in two currencies."""
    places = (
        restaurant("Soho", name="Pearl", group_guid=EAST),
        restaurant("Bronx", name="Pearl", group_guid=EAST, closeout_hour=2),
        restaurant("Leeds", name="Anchor", group_guid=WEST, zone="Europe/London", currency="GBP"),
    )
    with quiet(), open_kitchen(*places, name=named()) as opened:
        yield opened


def _locations(kitchen: Kitchen) -> dict[str, Any]:
    query = "SELECT * FROM locations WHERE connection_id = :c"
    return {row.name: row for row in ask(query, c=kitchen.connection_id)}


def test_each_has_its_zone_currency_hour_brand_and_group(chain: Kitchen) -> None:
    found = {
        name: (x.time_zone, x.currency, x.closeout_hour, x.brand, x.group_external_id)
        for name, x in _locations(chain).items()
    }
    assert found == {
        "Pearl – Soho": ("America/New_York", "USD", 4, "Pearl", EAST),
        "Pearl – Bronx": ("America/New_York", "USD", 2, "Pearl", EAST),
        "Anchor – Leeds": ("Europe/London", "GBP", 4, "Anchor", WEST),
    }


def test_sums_by_location_brand_and_group_never_mix_currencies(chain: Kitchen) -> None:
    noon = chain.at(0, 12)
    for place, cents in enumerate((1000, 2000, 3000)):
        chain.pay(chain.ring_up(noon, cents, place=place), noon)
    chain.read()
    since = chain.date(0)
    for by, told in {
        "brand": {("Pearl", "USD"): "30.00", ("Anchor", "GBP"): "30.00"},
        "group": {(EAST, "USD"): "30.00", (WEST, "GBP"): "30.00"},
        "location": {
            ("Pearl – Soho", "USD"): "10.00",
            ("Pearl – Bronx", "USD"): "20.00",
            ("Anchor – Leeds", "GBP"): "30.00",
        },
    }.items():
        items = chain.api(f"analytics/rollup?by={by}&since={since}")["items"]
        found = {(x["name"] or x["key"], x["currency"]): x["net"] for x in items}
        assert {key: f"{float(net):.2f}" for key, net in found.items()} == told, by


def test_partner_events_start_and_stop_a_location_and_keep_its_history(chain: Kitchen) -> None:
    noon = chain.at(0, 12)
    sold = chain.ring_up(noon, 1000)
    chain.pay(sold, noon)
    chain.read()
    gone = chain.till.platform.merchant.restaurants[0].guid
    control(chain, f"locations/{gone}", {"webhooks": True}, method="DELETE")
    made = control(chain, "locations", {"name": "Pearl", "location": "Reno", "webhooks": True})
    assert all("Toast-Restaurant-External-ID" not in headers for _, headers in chain.posted)
    chain.receive()
    places = _locations(chain)
    assert places["Pearl – Soho"].removed_at is not None
    assert chain.order(sold).net == 10
    assert not places["Pearl – Reno"].archived
    cursors = "SELECT count(*) FROM cursors WHERE location_external_id = :g AND connection_id = :c"
    assert ask(cursors, g=made["guid"], c=chain.connection_id)[0][0] == 6
    # It comes back, and is read on from where it was left.
    control(chain, "locations", {"guid": gone, "webhooks": True})
    chain.receive()
    assert _locations(chain)["Pearl – Soho"].removed_at is None
    assert len(cursors_of(chain, "orders")) == 4


def test_a_named_location_that_is_removed_stops_and_keeps_its_history(chain: Kitchen) -> None:
    gone, kept = (each.guid for each in chain.till.platform.merchant.restaurants[:2])
    config = {**chain.config, "restaurants": [gone, kept]}
    connect.connect(chain.organization_id, "toast", connection(chain).name, config)
    noon = chain.at(0, 12)
    sold = chain.ring_up(noon, 1000)
    chain.read()
    control(chain, f"locations/{gone}", {"webhooks": True}, method="DELETE")
    chain.receive()
    places = _locations(chain)
    assert places["Pearl – Soho"].removed_at is not None
    assert places["Pearl – Bronx"].removed_at is None
    assert chain.order(sold).net == 10
    assert connection(chain).status == "connected"


def test_the_list_alone_tells_the_same(chain: Kitchen) -> None:
    gone, kept = (each.guid for each in chain.till.platform.merchant.restaurants[:2])
    control(chain, f"locations/{gone}", {}, method="DELETE")
    control(chain, f"locations/{kept}", {"archived": True}, method="PATCH")
    sites.list_(connection_id=chain.connection_id, platform="toast")
    places = _locations(chain)
    told = {name: (x.archived, x.removed_at is not None) for name, x in places.items()}
    assert told == {
        "Pearl – Soho": (True, True),
        "Pearl – Bronx": (True, False),
        "Anchor – Leeds": (False, False),
    }
