"""What is no sale, during a storm: menus, stock, configuration, cash, openings; and days.

They change at the till all the while, the till tells of it, and they are read over and over: so
whatever fails fails in the middle of some of it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any

from sqlalchemy.exc import OperationalError

from config.errors import Fault
from models.day_list import FIGURES
from tests.conformance.live.toast import books
from tests.conformance.live.toast.happenings import Happenings
from tests.faults.checker import Findings, Rows
from tests.integration.tasks.asked import ask, control
from tests.shop import Shop
from tests.waiting import until

STREAMS = ("menus", "stock", "configuration", "cash", "availability")
_CATEGORIES = ("menus", "stock", "restaurant_availability", "restaurant_availability_toggle")
_EVERY_S = 1.0
_DUE = "UPDATE cursors SET next_due_at = now() WHERE connection_id = :c AND stream <> 'orders'"
_CURSORS = """
SELECT next_due_at, leased_until, failures, lease FROM cursors
WHERE connection_id = %s AND stream = %s
"""
_DAYS = f"""
SELECT d.location_id, d.business_date, d.currency, {", ".join(f"d.{x.key}" for x in FIGURES)}
FROM location_days d JOIN locations l ON l.id = d.location_id WHERE l.connection_id = %s
"""
_MONTHS = _DAYS.replace("location_days", "location_months").replace("business_date", "month")
_AGAIN = """
INSERT INTO stale_days (organization_id, location_id, business_date)
SELECT DISTINCT o.organization_id, o.location_id, part.business_date
FROM orders o, LATERAL (
    SELECT o.business_date
    UNION SELECT p.business_date FROM payments p WHERE p.order_id = o.id
    UNION SELECT r.business_date FROM refunds r WHERE r.order_id = o.id
) AS part
WHERE o.connection_id = %s AND part.business_date IS NOT NULL
"""
_NOTED = """
SELECT count(*) FROM stale_days s JOIN locations l ON l.id = s.location_id
WHERE l.connection_id = %s
"""


class Premises:
    """Those of a connected till."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._till = shop, Happenings(shop)

    def tell(self, url: str) -> None:
        """Have the till deliver to an installation."""
        address = url + self._shop.address
        for category in _CATEGORIES:
            control(self._shop, "subscriptions", {"url": address, "eventCategory": category})

    @contextmanager
    def changing(self) -> Iterator[None]:
        """While the body runs, something of each happens in turn, and all is read anew."""
        over = Event()

        def happen() -> None:
            while not over.is_set():
                for stream in STREAMS:
                    for happens in self._till.happenings(stream).values():
                        happens()
                        self._read_anew()
                        if over.wait(_EVERY_S / len(STREAMS)):
                            break

        with ThreadPoolExecutor(1) as thread:
            changes = thread.submit(happen)
            try:
                yield
            finally:
                over.set()
            changes.result()

    def _read_anew(self) -> None:
        with suppress(OperationalError, Fault):
            ask(_DUE, c=self._shop.connection_id)

    def look(self, rows: Rows) -> Findings:
        """All of it is as at the till before long, and days come to what a new count says."""
        found = Findings()
        for stream in STREAMS:
            with suppress(AssertionError):
                until(lambda s=stream: self._agrees(s), what=stream, timeout_s=60)
            if differing := self._differs(stream):
                at = rows(_CURSORS, self._shop.connection_id, stream)
                found.stale.append(f"{stream} {at}: {sorted(map(str, differing))[:5]}")
        connection_id = self._shop.connection_id
        before = _counted(rows, connection_id)
        rows(_AGAIN, connection_id)
        after = _counted(rows, connection_id)
        found.wrong += [f"a day was {x}" for x in sorted(map(str, before - after))]
        found.wrong += [f"a day comes to {x}" for x in sorted(map(str, after - before))]
        return found

    def _agrees(self, stream: str) -> bool:
        """Whether it is as at the till; if not, it is read anew: a reader may have begun before."""
        if not self._differs(stream):
            return True
        self._read_anew()
        return False

    def _differs(self, stream: str) -> set[Any]:
        held = books.held(self._shop.till.platform, stream)
        return set(held.items()) ^ set(books.kept(self._shop.connection_id, stream).items())


def _counted(rows: Rows, connection_id: int) -> set[tuple[Any, ...]]:
    """Days and months, once none is noted to be counted."""
    until(lambda: rows(_NOTED, connection_id) == [(0,)], what="days to be counted", timeout_s=60)
    return {*rows(_DAYS, connection_id), *rows(_MONTHS, connection_id)}
