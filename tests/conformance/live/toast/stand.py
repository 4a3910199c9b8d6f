"""Toast's stand: a kitchen of two places."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from config import clock
from tests.conformance.live.stand import Facts, Full
from tests.conformance.live.toast import books
from tests.conformance.live.toast.happenings import Happenings
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


class ToastStand(Happenings):
    """See `Stand`. Amounts are told in cents, instants in milliseconds, as the stand-in does."""

    paging = frozenset({"page", "pageToken"})

    def __init__(self, kitchen: Kitchen, name: str) -> None:
        super().__init__(kitchen)
        self._kitchen = kitchen
        self._platform = kitchen.till.platform
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
        self.ahead_s += seconds
        control(self._kitchen, "clock", {"offset_s": self.ahead_s})

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


@contextmanager
def opened() -> Iterator[ToastStand]:
    """Two places that have sold nothing yet."""
    name = f"conformance-{next(_numbers)}"
    with open_kitchen(restaurant("One"), restaurant("Two"), name=name) as kitchen:
        yield ToastStand(kitchen, name)
