"""What goes on during a storm: merchants that send, and one whose history is imported."""

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

from config import clock
from models import Connection
from models.session import unit_of_work
from tasks import backfill
from tests.deliveries import Sent, storm
from tests.faults.checker import Findings
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.faults.premises import Premises
from tests.faults.sending import Platform
from tests.shop import Shop, open_shop

VERSIONS = 3
_SENDERS = 16
_DAYS = 40

# Counted as the till does: what was sold at the price of the slip, modifiers apart.
_BOOKS = """
SELECT o.external_id, (extract(epoch FROM o.version) * 1000)::bigint, o.invoice_state, count(l.id),
       coalesce(sum(l.quantity * l.unit_price) * 100, 0)::bigint, o.total,
       (SELECT sum(i.total) FROM invoices i WHERE i.order_id = o.id)
FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id AND l.parent_external_id IS NULL
WHERE o.connection_id = %s GROUP BY o.id
"""

Rows = Callable[..., list[tuple[Any, ...]]]


@dataclass
class Sending:
    """One merchant's platform, and what it has to deliver."""

    at: Merchant
    platform: Platform
    deliveries: list[Sent]


def senders(
    url: str, names: Sequence[str], deliveries: int, chance: random.Random
) -> list[Sending]:
    """A merchant of each name; about so many deliveries together."""
    orders = max(1, deliveries // (len(names) * VERSIONS))
    made = [merchant(name) for name in names]
    return [
        Sending(
            at,
            Platform(url + at.path, History(), give_up_s=180),
            storm(orders, VERSIONS, at.restaurant, chance),
        )
        for at in made
    ]


@contextmanager
def steadily(sending: Sequence[Sending], per_s: float) -> Iterator[None]:
    """While the body runs, deliveries go out in turns, each at its time whatever became of others.

    The end waits for the last answer.
    """
    turns = [
        (one.platform, sent)
        for row in zip(*(one.deliveries for one in sending), strict=True)
        for one, sent in zip(sending, row, strict=True)
    ]
    answers: list[Future[int]] = []
    wait, begun = Event(), monotonic()

    def send(threads: ThreadPoolExecutor) -> None:
        for number, (platform, sent) in enumerate(turns):
            wait.wait(max(0.0, begun + number / per_s - monotonic()))
            answers.append(threads.submit(platform.deliver, sent))

    with ThreadPoolExecutor(_SENDERS) as threads:
        feeding = Thread(target=send, args=(threads,))
        feeding.start()
        try:
            yield
        finally:
            feeding.join()
    for answer in answers:
        answer.result()


@dataclass
class Importing:
    """A till whose history is imported, and whose changes are read, while all else goes on."""

    shop: Shop
    run_id: int = 0

    @property
    def premises(self) -> Premises:
        """All of the till but its sales."""
        return Premises(self.shop)

    def begin(self) -> None:
        """Plan it; nobody is told, so that it is for a sweep to find."""
        today = clock.now().date()
        with unit_of_work() as session:
            connection = session.get_one(Connection, self.shop.connection_id)
        self.run_id = backfill.begin(connection, "orders", today - timedelta(days=_DAYS), today)
        backfill.cut(self.run_id)

    def left(self, rows: Rows) -> int:
        """Whether the import still runs, and how many invoices are due."""
        ((runs, due),) = rows(
            "SELECT (SELECT count(*) FROM sync_runs WHERE id = %s AND finished_at IS NULL),"
            " (SELECT count(*) FROM orders WHERE connection_id = %s AND invoice_state = 'due')",
            self.run_id,
            self.shop.connection_id,
        )
        return int(runs + due)

    def look(self, rows: Rows) -> Findings:
        """Each order of the till is in the books, as the till has it, and invoiced if it should."""
        found = Findings()
        ours = {guid: rest for guid, *rest in rows(_BOOKS, self.shop.connection_id)}
        book = {one.guid: one for one in self.shop.till.platform.book.all()}
        found.lost += [f"order {guid} of the till is missing" for guid in book.keys() - ours.keys()]
        found.wrong += [f"order {guid} is not the till's" for guid in ours.keys() - book.keys()]
        for guid in ours.keys() & book.keys():
            one, (changed_ms, state, lines, gross_cents, total, invoiced) = book[guid], ours[guid]
            if changed_ms < one.modified_ms:
                found.stale.append(f"order {guid} is of {changed_ms}, not of {one.modified_ms}")
            if lines > one.lines:
                found.doubled.append(f"order {guid} has {lines} lines, at the till {one.lines}")
            elif gross_cents != one.gross_cents:
                found.wrong.append(f"order {guid}: {gross_cents} cents, not {one.gross_cents}")
            if state == "due" or (state == "issued" and invoiced != total):
                found.wrong.append(f"order {guid} is {state}: {total} with {invoiced} invoiced")
        return found


@contextmanager
def importing(orders: int) -> Iterator[Importing]:
    """A connected till with so many past orders a restaurant, of which none is read yet."""
    with open_shop(orders=orders, name="imported") as shop:
        yield Importing(shop)
