"""Orders rung up, changed and read by tests."""

from __future__ import annotations

from typing import Any

from tests.unit.sandbox.merchant_client import StandIn

RICE = {"name": "Rice", "price_cents": 1_000}
DAY_MS = 86_400_000


def make(toast: StandIn, **order: Any) -> str:
    order.setdefault("checks", [{"lines": [RICE]}])
    guid: str = toast.control("POST", "orders", {"order": order})["guids"][0]
    return guid


def change(toast: StandIn, guid: str, **wanted: Any) -> dict[str, Any]:
    order: dict[str, Any] = toast.control("PATCH", f"orders/{guid}", wanted)
    return order


def shown(toast: StandIn, guid: str) -> dict[str, Any]:
    order: dict[str, Any] = toast.get(f"/orders/v2/orders/{guid}").get_json()
    return order


def refused(toast: StandIn, guid: str, **wanted: Any) -> str:
    answer = toast.http.patch(f"/control/orders/{guid}", json=wanted)
    assert answer.status_code == 400
    message: str = answer.get_json()["message"]
    return message


def now_ms(toast: StandIn) -> int:
    return int(toast.hands.at) * 1_000
