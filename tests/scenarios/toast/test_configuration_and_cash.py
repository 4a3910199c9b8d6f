"""What is set up at a place, and its cash by the rules of the drawer."""

from typing import Any

from tasks import sync
from tests.integration.tasks.asked import ask, control, cursors_of, one
from tests.scenarios.toast.kitchen import Kitchen

KINDS = {
    *("dining option", "revenue center", "tax rate", "discount", "service charge"),
    *("void reason", "payment type"),
}


def _configured(kitchen: Kitchen) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = ask(
        "SELECT c.kind, c.name FROM configured c JOIN locations l ON l.id = c.location_id "
        "WHERE l.connection_id = :c AND c.removed_at IS NULL",
        c=kitchen.connection_id,
    )
    for row in rows:
        found.setdefault(row.kind, set()).add(row.name)
    return found


def test_all_kinds_are_listed_page_by_page_and_what_is_gone_keeps_its_name(
    kitchen: Kitchen,
) -> None:
    control(kitchen, "configuration/pages", {"size": 1})
    kitchen.read("configuration")
    found = _configured(kitchen)
    assert set(found) == KINDS
    assert found["tax rate"] == {"Sales 10%"}
    gone = sorted(found["void reason"])[0]
    change = {"resource": "voidReasons", "do": "remove", "which": gone}
    control(kitchen, "configuration", change)
    control(kitchen, "clock", {"offset_s": 60})
    kitchen.read("configuration")
    assert gone not in _configured(kitchen).get("void reason", set())
    kept = "SELECT count(*) AS n FROM configured WHERE name = :n AND removed_at IS NOT NULL"
    assert one(kept, n=gone).n == 1


def test_a_publication_in_the_middle_begins_that_list_again(kitchen: Kitchen) -> None:
    control(kitchen, "configuration/pages", {"size": 1})
    (cursor_id,) = cursors_of(kitchen, "configuration")
    published: list[Any] = []

    def publish(_: Any) -> None:
        if not published:
            change = {"resource": "diningOptions", "do": "add", "name": "Balcony"}
            published.append(control(kitchen, "configuration", change))

    pull = sync.run(cursor_id, report=publish)
    assert pull is not None
    assert pull.fault is None
    assert published
    assert "Balcony" in _configured(kitchen)["dining option"]


def test_an_order_shows_what_it_points_at_by_name(kitchen: Kitchen) -> None:
    noon = kitchen.at(0, 12)
    guid = kitchen.ring_up(noon, 1000)
    kitchen.pay(guid, noon)
    kitchen.read("configuration")
    kitchen.read()
    order = kitchen.api(f"orders/{kitchen.order(guid).id}")
    assert order["names"][order["dining_option_external_id"]] == "Dine In"
    assert order["names"][order["revenue_center_external_id"]] == "Front of house"


def test_a_days_cash_by_the_drawers_rules(kitchen: Kitchen) -> None:
    at = kitchen.at(0, 12)
    said = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
    next_day = f"{kitchen.at(1, 12):%Y-%m-%dT%H:%M:%S}.000+0000"
    sold = kitchen.ring_up(at, 10000)
    kitchen.pay(sold, at)
    card = kitchen.ring_up(at, 5000)
    kitchen.pay(card, at, "CREDIT", status="CAPTURED")

    def entry(kind: str, cents: int) -> str:
        body = {"type": kind, "amount_cents": cents, "at": said}
        return str(control(kitchen, "cash/entries", body)["guid"])

    entry("CASH_IN", 2000)
    entry("PAY_OUT", 1500)
    undone = entry("PAY_OUT", 700)
    entry("CASH_COLLECTED", 9000)
    # Taken back the day after: neither counts on its day.
    control(kitchen, f"cash/entries/{undone}/undo", {"at": next_day})
    control(kitchen, "cash/deposits", {"amount_cents": 11400, "at": said})
    kitchen.read("cash")
    kitchen.read()
    place = one("SELECT id FROM locations WHERE connection_id = :c", c=kitchen.connection_id).id
    day = kitchen.api(f"locations/{place}/cash-day?date={kitchen.date(0)}")
    # 110.00 of guests + 20.00 - 15.00; what was collected for the bank doesn't count: 115.00.
    assert float(day["expected"]) == 115.0
    assert float(day["deposited"]) == 114.0
    assert float(day["over_short"]) == -1.0
