"""What a stand-in still knows after a restart, and the till that never rests."""

from __future__ import annotations

import json
from pathlib import Path

from sandbox.base.journal import Journal
from sandbox.toast.till import Till
from tests.unit.sandbox.merchant_client import StandIn

URL = "http://receiver.test/hook"


def test_live_orders_and_changes_outlive_a_restart(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    made = first.control("POST", "orders", {"count": 3})["guids"]
    old = first.platform.book.all()[0].guid
    first.control("PATCH", f"orders/{old}", {"do": "delete"})
    again = StandIn(data=tmp_path)
    assert len(again.platform.book.all()) == len(first.platform.book.all())
    for guid in [*made, old]:
        assert again.control("GET", f"orders/{guid}") == first.control("GET", f"orders/{guid}")


def test_the_past_stays_the_same_past(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    later = StandIn(data=tmp_path, anchor_ms=first.platform.clock.now_ms() + 86_400_000)
    guids = [held.guid for held in first.platform.book.all()]
    assert [held.guid for held in later.platform.book.all()] == guids


def test_subscriptions_outlive_a_restart(tmp_path: Path) -> None:
    StandIn(data=tmp_path).control("POST", "subscriptions", {"url": URL, "secret": "s"})
    assert StandIn(data=tmp_path).control("GET", "subscriptions")["items"] == [
        {"url": URL, "secret": "s", "eventCategory": "order_updated"}
    ]


def test_subscriptions_are_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "subscriptions.new").touch(mode=0o644)
    StandIn(data=tmp_path).control("POST", "subscriptions", {"url": URL, "secret": "s"})
    assert (tmp_path / "subscriptions.json").stat().st_mode & 0o777 == 0o600


def test_a_torn_last_line_is_forgotten(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    kept, torn = first.control("POST", "orders", {"count": 2})["guids"]
    file = tmp_path / "orders.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    again = StandIn(data=tmp_path)
    assert again.platform.book.get(kept) is not None
    assert again.platform.book.get(torn) is None
    new = again.control("POST", "orders", {})["guids"][0]
    assert new != kept
    assert StandIn(data=tmp_path).platform.book.get(new) is not None


def test_a_line_that_is_no_json_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b'{"a":1}\n{"a"\n{"a":3}\n')
    assert list(Journal(tmp_path / "j").entries()) == [{"a": 1}, {"a": 3}]


def test_a_live_order_is_opened_then_paid(toast: StandIn) -> None:
    toast.control("POST", "subscriptions", {"url": URL})
    till = Till(toast.platform, every_s=1)
    before = len(toast.platform.book.all())
    for _each in range(4):
        till.round()
        toast.hands.at += 3
    toast.agenda.run_due()
    orders = toast.platform.book.all()[before - len(toast.platform.book.all()) :]
    shown = [toast.control("GET", f"orders/{held.guid}") for held in orders]
    closed = [order["closedDate"] is not None for order in shown]
    assert sorted(closed) == [False, False, True, True]
    assert {order.restaurant.currency for order in orders} == {"NGN", "USD"}
    assert len(toast.receiver.taken) == 6


def test_a_till_settles_what_the_one_before_it_left_open(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    kept = first.control("POST", "orders", {"open": True})["guids"]
    till = Till(first.platform, every_s=1)
    live = _rung_up(till, first, rounds=2)
    first.control("PATCH", f"orders/{live[1]}", {"do": "add_item"})

    again = StandIn(data=tmp_path)
    again.control("POST", "subscriptions", {"url": URL})
    again.hands.at = first.hands.at + 3_600
    started_ms = again.platform.clock.now_ms()
    _rung_up(Till(again.platform, every_s=1), again, rounds=2)
    again.agenda.run_due()

    shown = [again.control("GET", f"orders/{guid}") for guid in live]
    assert all(order["closedDate"] and order["checks"][0]["payments"] for order in shown)
    assert {order["checks"][0]["paymentStatus"] for order in shown} <= {"PAID", "CLOSED"}
    held = [again.platform.book.get(guid) for guid in live]
    assert all(each and each.modified_ms >= started_ms for each in held)
    told = [json.loads(body)["details"]["order"]["guid"] for _url, body, _ in again.receiver.taken]
    assert set(live) <= set(told)
    for guid in kept:
        assert again.control("GET", f"orders/{guid}")["closedDate"] is None
        assert guid not in told


def test_what_was_settled_and_reopened_is_not_the_tills_any_more(tmp_path: Path) -> None:
    first = StandIn(data=tmp_path)
    paid, *_open = _rung_up(Till(first.platform, every_s=1), first, rounds=3)
    first.control("PATCH", f"orders/{paid}", {"do": "reopen"})
    again = StandIn(data=tmp_path)
    again.hands.at = first.hands.at
    _rung_up(Till(again.platform, every_s=1), again, rounds=4)
    assert again.control("GET", f"orders/{paid}")["closedDate"] is None


def _rung_up(till: Till, stand_in: StandIn, rounds: int) -> list[str]:
    """The guids of what the till opened, first to last; three seconds pass after each."""
    before = {held.guid for held in stand_in.platform.book.all()}
    for _each in range(rounds):
        till.round()
        stand_in.hands.at += 3
    new = [held.order() for held in stand_in.platform.book.all() if held.guid not in before]
    return [order.guid for order in sorted(new, key=lambda order: order.opened_ms)]
