"""The database goes and comes back: nothing acknowledged is missing, nothing is there twice."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from signal import SIGINT, SIGKILL, SIGQUIT, Signals
from threading import Lock

import pytest

from config import clock
from tests.deliveries import Sent, storm
from tests.faults.at_work import AtWork
from tests.faults.checker import owed
from tests.faults.history import History
from tests.faults.merchant import merchant
from tests.faults.sending import reached
from tests.shop import Shop, open_shop
from tests.waiting import until

ORDERS, VERSIONS = 100, 2
# What was on its way when the database came back may take a platform's patience to fail.
PATIENCE_S = 4.0
SENDERS = 8


class Timed(History):
    """Notes as well when what got no final answer was cut off or refused for the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.refused_at: list[float] = []
        self._times = Lock()

    def note(self, one: Sent, answer: str) -> None:
        super().note(one, answer)
        if not answer.isdigit() or answer.startswith("5"):
            with self._times:
                self.refused_at.append(time.monotonic())


@pytest.mark.parametrize("how", [SIGINT, SIGQUIT, SIGKILL])
def test_a_restart_under_load_loses_and_doubles_nothing(work: AtWork, how: Signals) -> None:
    at, history = merchant(f"restarted by {how.name}"), Timed()
    sent = storm(ORDERS, VERSIONS, at.restaurant, random.Random(how))
    with work.platform(at, history).delivering(sent, SENDERS) as answers:
        reached(answers, len(sent) // 3)
        before = time.monotonic()
        work.restart_database(how)
        back = time.monotonic()
    work.settled(at, history)
    work.goes_on()
    late = [f"{t - back:.1f}" for t in history.refused_at if not before <= t <= back + PATIENCE_S]
    assert not late, f"refused while the database was up, seconds after: {late}"


def test_frozen_in_the_middle_of_work_all_of_it_goes_on_afterwards(work: AtWork) -> None:
    at, history = merchant("frozen"), Timed()
    sent = storm(ORDERS, VERSIONS, at.restaurant, random.Random("frozen"))
    with work.platform(at, history).delivering(sent, SENDERS) as answers:
        reached(answers, len(sent) // 3)
        assert owed(work.installation.rows, at.connection_id)
        with work.installation.frozen("postgres"):
            until(lambda: len(history.refused_at) >= SENDERS, what="every sender to be refused")
            # A worker that hangs is told nothing; beat rings on meanwhile.
            assert work.worker.alive
    work.settled(at, history)
    work.goes_on()


@pytest.fixture
def shop(work: AtWork) -> Iterator[Shop]:
    with open_shop(orders=40, name="imported under a restart") as opened:
        yield opened


def test_an_import_over_a_restart_ends_with_the_tills_own_totals(work: AtWork, shop: Shop) -> None:
    since = (clock.now() - timedelta(days=60)).date().isoformat()
    command = work.installation.taxpoynt(
        *("import", "imported under a restart", "--organization", "My organization"),
        *("--since", since, "--json"),
        name="import",
    )
    read = (
        "SELECT coalesce(sum(rows_read), 0) FROM sync_runs"
        " WHERE connection_id = %s AND kind = 'history'"
    )
    until(lambda: work.installation.one(read, shop.connection_id) > 0 or not command.alive)
    assert command.alive, command.log.read_text()[-3000:]
    work.restart_database(SIGINT)
    until(lambda: not command.alive, what="the import", timeout_s=120)
    assert command.code == 0, command.log.read_text()[-3000:]
    book, merchant_ = shop.till.platform.book, shop.till.platform.merchant
    theirs = {
        (each["guid"], each["orders"], each["lines"], each["gross"])
        for each in (book.totals(one) for one in merchant_.restaurants)
    }
    ours = work.installation.rows(
        "SELECT l.external_id, count(DISTINCT o.id), count(p.id),"
        " sum(p.quantity * p.unit_price)::numeric(12, 2)::text"
        " FROM locations l JOIN orders o ON o.location_id = l.id"
        " JOIN order_lines p ON p.order_id = o.id AND p.parent_external_id IS NULL"
        " WHERE o.connection_id = %s GROUP BY 1",
        shop.connection_id,
    )
    assert set(ours) == theirs
    until(lambda: owed(work.installation.rows, shop.connection_id) == 0, what="the invoices")
    invoiced = (
        "SELECT count(*), count(DISTINCT i.order_id) FROM invoices i WHERE i.connection_id = %s"
    )
    closed = "SELECT count(*) FROM orders WHERE connection_id = %s AND invoice_state = 'issued'"
    count = work.installation.one(closed, shop.connection_id)
    assert work.installation.rows(invoiced, shop.connection_id) == [(count, count)]
    work.goes_on()
