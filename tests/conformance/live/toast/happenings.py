"""What may happen at a Toast stand-in, stream by stream, and how it gets many records."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from config import clock
from tests.integration.tasks.asked import control
from tests.shop import Shop


class Happenings:
    """At the till of a shop; `ahead_s` is how far its clock is."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.ahead_s = 0.0

    def fill(self, stream: str) -> None:
        """Orders of one instant; a page for each configured thing; cash of ten days."""
        {
            "orders": self._fill_orders,
            "stock": self._fill_stock,
            "configuration": self._fill_configuration,
            "cash": self._fill_cash,
        }.get(stream, lambda: None)()

    def happenings(self, stream: str) -> Mapping[str, Callable[[], None]]:
        """By what a person would call it."""
        found: dict[str, Mapping[str, Callable[[], None]]] = {
            "orders": self._of_an_order(),
            "menus": self._of_a_menu(),
            "stock": self._of_an_item(),
            "configuration": self._of_a_setting(),
            "cash": self._of_a_drawer(),
            "availability": {
                "closed": lambda: self._open("OFFLINE"),
                "opened": lambda: self._open("ONLINE"),
            },
        }
        return found[stream]

    def _now(self) -> str:
        at = clock.now() + timedelta(seconds=self.ahead_s)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"

    def _fill_orders(self) -> None:
        at = clock.now() - timedelta(hours=1)
        said = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
        control(self._shop, "orders", {"count": 250, "at": said, "webhooks": False})

    def _fill_stock(self) -> None:
        for n, name in enumerate(self._names()[:6]):
            self._stock(name, "QUANTITY", n + 1, webhooks=False)

    def _fill_configuration(self) -> None:
        control(self._shop, "configuration/pages", {"size": 1})

    def _fill_cash(self) -> None:
        for days in range(10):
            at = f"{clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%S}.000+0000"
            entry = {"type": "CASH_IN", "amount_cents": 1000 + days, "at": at}
            control(self._shop, "cash/entries", entry)
            control(self._shop, "cash/deposits", {"amount_cents": 2000 + days, "at": at})

    def _of_an_order(self) -> Mapping[str, Callable[[], None]]:
        made: list[str] = []

        def ring_up() -> None:
            for _ in range(3):
                said = {"count": 1, "open": True, "at": self._now(), "webhooks": True}
                made.extend(control(self._shop, "orders", said)["guids"])

        def do(position: int, **what: Any) -> Callable[[], None]:
            def done() -> None:
                into = {"into": made[0]} if what["do"] == "merge" else {}
                said = {**what, **into, "at": self._now(), "webhooks": True}
                control(self._shop, f"orders/{made[position]}", said, method="PATCH")

            return done

        return {
            "rung up": ring_up,
            "an item more": do(0, do="add_item"),
            "paid": do(0, do="pay", payment={"kind": "CREDIT", "status": "CAPTURED"}),
            "refunded": do(0, do="refund", amount_cents=100),
            "opened again": do(0, do="reopen"),
            "merged": do(1, do="merge"),
            "voided": do(2, do="void_order"),
            "deleted": do(0, do="delete"),
        }

    def _of_a_menu(self) -> Mapping[str, Callable[[], None]]:
        def publish(**change: Any) -> Callable[[], None]:
            return lambda: control(
                self._shop, "menus", {"changes": [change], "at": self._now(), "webhooks": True}
            )

        return {
            "an item more": publish(do="add", name="Conformance pie", price_cents=450),
            "another price": publish(do="price", item="Conformance pie", price_cents=475),
            "another name": publish(do="rename", item="Conformance pie", name="Pie"),
            "an item less": publish(do="remove", item="Pie"),
        }

    def _of_an_item(self) -> Mapping[str, Callable[[], None]]:
        name = self._names()[0]
        return {
            "counted": lambda: self._stock(name, "QUANTITY", 9),
            "low": lambda: self._stock(name, "QUANTITY", 3),
            "out": lambda: self._stock(name, "OUT_OF_STOCK"),
            "in stock again": lambda: self._stock(name, "IN_STOCK"),
        }

    def _names(self) -> list[str]:
        return list(control(self._shop, "menus", method="GET")["items"])

    def _stock(
        self, item: str, status: str, quantity: int | None = None, *, webhooks: bool = True
    ) -> None:
        counted = {} if quantity is None else {"quantity": quantity}
        said = {"item": item, "status": status, "at": self._now(), "webhooks": webhooks, **counted}
        control(self._shop, "stock", said)

    def _of_a_setting(self) -> Mapping[str, Callable[[], None]]:
        def change(**what: Any) -> Callable[[], None]:
            return lambda: control(
                self._shop,
                "configuration",
                {"resource": "diningOptions", "at": self._now(), **what},
            )

        return {
            "one more": change(do="add", name="Balcony"),
            "renamed": change(do="rename", which="Balcony", name="Terrace"),
            "one less": change(do="remove", which="Terrace"),
        }

    def _of_a_drawer(self) -> Mapping[str, Callable[[], None]]:
        made: list[str] = []

        def enter() -> None:
            entry = {"type": "PAY_OUT", "amount_cents": 700, "at": self._now()}
            made.append(control(self._shop, "cash/entries", entry)["guid"])

        return {
            "paid out": enter,
            "undone": lambda: control(
                self._shop, f"cash/entries/{made[0]}/undo", {"at": self._now()}
            ),
            "banked": lambda: control(
                self._shop, "cash/deposits", {"amount_cents": 900, "at": self._now()}
            ),
        }

    def _open(self, status: str) -> None:
        control(self._shop, "availability", {"status": status})
        said = {"eventCategory": "restaurant_availability", "status": status}
        control(self._shop, "webhooks/events", said)
