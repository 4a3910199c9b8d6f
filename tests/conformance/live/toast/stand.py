"""Toast's stand: a kitchen of two places."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from config import clock
from tests.conformance.live.stand import Facts, Full
from tests.conformance.live.toast import books
from tests.integration.tasks.asked import control, state
from tests.scenarios.toast.kitchen import Kitchen, open_kitchen, restaurant

_numbers = count(1)
_ROUTES = {
    "orders": "/orders",
    "menus": "/menus",
    "stock": "/stock",
    "configuration": "/config",
    "cash": "/cashmgmt",
    "availability": "/restaurant-availability",
}


class ToastStand:
    """See `Stand`. Amounts are told in cents, instants in milliseconds, as the stand-in does."""

    paging = frozenset({"page", "pageToken"})

    def __init__(self, kitchen: Kitchen, name: str) -> None:
        self._kitchen = kitchen
        self._platform = kitchen.till.platform
        self._ahead_s = 0.0
        self.name = name
        self.organization_id = kitchen.organization_id
        self.connection_id = kitchen.connection_id
        self.address = kitchen.address
        self.app = kitchen.till.app

    @property
    def fulls(self) -> Sequence[Full]:
        """As "Rate limiting" of Toast's developer guide has them, and without any header."""
        at = clock.now().timestamp()
        # The longer of its slices is a quarter of an hour of the clock.
        ends = (int(at) // 900 + 1) * 900
        kind = {"X-Toast-RateLimit-By": "GLOBAL", "X-Toast-RateLimit-Remaining": "0"}
        return (
            Full("seconds", {"Retry-After": "40"}, 40),
            Full("an instant", {**kind, "X-Toast-RateLimit-Reset": str(ends)}, ends - at),
            Full("nothing", {}, 30),
        )

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

    def held(self, stream: str) -> Facts:
        """From the stand-in's own books."""
        return books.held(self._platform, stream)

    def kept(self, stream: str) -> Facts:
        """From our tables, in the stand-in's terms."""
        return books.kept(self.connection_id, stream)

    def route(self, stream: str) -> str:
        """Each API has a path of its own."""
        return _ROUTES[stream]

    def is_call(self, path: str) -> bool:
        """Neither logins nor the control address."""
        return path.startswith(tuple(_ROUTES.values()))

    def later(self, seconds: float) -> None:
        """Its clock alone."""
        self._ahead_s += seconds
        control(self._kitchen, "clock", {"offset_s": self._ahead_s})

    def fail(self, *rules: Mapping[str, Any]) -> None:
        """With the stand-in's faults."""
        control(self._kitchen, "faults", method="DELETE")
        if rules:
            control(self._kitchen, "faults", [dict(each) for each in rules])

    def fails(self) -> int:
        """As it counts them."""
        return sum(each["hits"] for each in state(self._kitchen)["faults"])

    def revoke(self) -> None:
        """Toast gives out the same token until its last minute, unless it is revoked."""
        self._platform.tokens.revoke()

    def logins(self) -> int:
        """As it counts them."""
        return int(state(self._kitchen)["logins"])

    def secrets(self) -> Sequence[str]:
        """The client's, the webhooks' and the token."""
        config = self._kitchen.config
        token = self._platform.tokens._current
        given = [] if token is None else [token.text]
        return [config["client_secret"], config["webhook_secret"], *given]

    def sent(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """All that is due by now, at once."""
        self._platform.webhooks.agenda.run_due()
        found = list(self._kitchen.posted)
        self._kitchen.posted.clear()
        return [(body, headers) for body, headers in found]

    def apply(self) -> None:
        """As a worker does, in turns."""
        self._kitchen.handle()

    @property
    def _places(self) -> Sequence[Any]:
        return self._platform.merchant.restaurants

    def _premises(self, place: Any) -> Any:
        return self._platform.estate.of(place)

    def _now(self) -> str:
        at = clock.now() + timedelta(seconds=self._ahead_s)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"

    def _fill_orders(self) -> None:
        at = clock.now() - timedelta(hours=1)
        said = f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"
        control(self._kitchen, "orders", {"count": 250, "at": said, "webhooks": False})

    def _fill_stock(self) -> None:
        for n, name in enumerate(self._names()[:6]):
            self._stock(name, "QUANTITY", n + 1, webhooks=False)

    def _fill_configuration(self) -> None:
        control(self._kitchen, "configuration/pages", {"size": 1})

    def _fill_cash(self) -> None:
        for days in range(10):
            at = f"{clock.now() - timedelta(days=days):%Y-%m-%dT%H:%M:%S}.000+0000"
            entry = {"type": "CASH_IN", "amount_cents": 1000 + days, "at": at}
            control(self._kitchen, "cash/entries", entry)
            control(self._kitchen, "cash/deposits", {"amount_cents": 2000 + days, "at": at})

    def _of_an_order(self) -> Mapping[str, Callable[[], None]]:
        made: list[str] = []

        def ring_up() -> None:
            for _ in range(3):
                said = {"count": 1, "open": True, "at": self._now(), "webhooks": True}
                made.extend(control(self._kitchen, "orders", said)["guids"])

        def do(position: int, **what: Any) -> Callable[[], None]:
            def done() -> None:
                into = {"into": made[0]} if what["do"] == "merge" else {}
                said = {**what, **into, "at": self._now(), "webhooks": True}
                control(self._kitchen, f"orders/{made[position]}", said, method="PATCH")

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
                self._kitchen, "menus", {"changes": [change], "at": self._now(), "webhooks": True}
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
        return list(control(self._kitchen, "menus", method="GET")["items"])

    def _stock(
        self, item: str, status: str, quantity: int | None = None, *, webhooks: bool = True
    ) -> None:
        counted = {} if quantity is None else {"quantity": quantity}
        said = {"item": item, "status": status, "at": self._now(), "webhooks": webhooks, **counted}
        control(self._kitchen, "stock", said)

    def _of_a_setting(self) -> Mapping[str, Callable[[], None]]:
        def change(**what: Any) -> Callable[[], None]:
            return lambda: control(
                self._kitchen,
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
            made.append(control(self._kitchen, "cash/entries", entry)["guid"])

        return {
            "paid out": enter,
            "undone": lambda: control(
                self._kitchen, f"cash/entries/{made[0]}/undo", {"at": self._now()}
            ),
            "banked": lambda: control(
                self._kitchen, "cash/deposits", {"amount_cents": 900, "at": self._now()}
            ),
        }

    def _open(self, status: str) -> None:
        control(self._kitchen, "availability", {"status": status})
        said = {"eventCategory": "restaurant_availability", "status": status}
        control(self._kitchen, "webhooks/events", said)


@contextmanager
def opened() -> Iterator[ToastStand]:
    """Two places that have sold nothing yet."""
    name = f"conformance-{next(_numbers)}"
    with open_kitchen(restaurant("One"), restaurant("Two"), name=name) as kitchen:
        yield ToastStand(kitchen, name)
