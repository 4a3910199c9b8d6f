"""An installation a module; each of its tests has a merchant, and workers, of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import psutil
import psycopg2
import pytest

from tests.children import CELERY, Child
from tests.deliveries import delivery
from tests.faults import points, queues
from tests.faults.checker import check, look, owed
from tests.faults.history import History
from tests.faults.merchant import Merchant, merchant
from tests.installation import Installation, installed
from tests.waiting import until

_numbers = count(1)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Servers and tables of a new home."""
    with installed() as made:
        yield made


@pytest.fixture(autouse=True)
def _nothing_of_others(request: pytest.FixtureRequest) -> None:
    """What workers held that were killed in an earlier test is not for this one's to do."""
    if "installation" in request.fixturenames:
        with request.getfixturevalue("installation").broker() as client:
            client.flushall()


@dataclass
class Books:
    """A merchant with deliveries in its inbox that nobody was told of."""

    installation: Installation
    at: Merchant
    history: History = field(default_factory=History)

    def take_in(self, version: int = 0, orders: int = 5) -> None:
        """One more delivery of each order."""
        for number in range(orders):
            one = delivery(number, version, self.at.restaurant)
            self.at.take_in(one)
            self.history.note(one, "202")

    def signal(self) -> None:
        """Tell the workers."""
        where = {"connection_id": self.at.connection_id, "platform": "toast"}
        queues.signal(self.installation, "handle.events", **where)

    @property
    def owed(self) -> int:
        """What is still to be done."""
        return owed(self.installation.rows, self.at.connection_id)

    @property
    def states(self) -> dict[str, int]:
        """How many deliveries stand at what."""
        query = "SELECT state, count(*) FROM inbox_events WHERE connection_id = %s GROUP BY 1"
        return dict(self.installation.rows(query, self.at.connection_id))

    @property
    def tries(self) -> set[tuple[int, int]]:
        """How often deliveries came to an outcome, and how many tries were counted as lost ones."""
        query = "SELECT attempts, losses FROM inbox_events WHERE connection_id = %s"
        return {
            (attempts, losses)
            for attempts, losses in self.installation.rows(query, self.at.connection_id)
        }

    def found(self) -> dict[str, int]:
        """What the checker finds, by kind."""
        return look(self.installation.rows, self.history, self.at.connection_id).counts()

    def settled(self) -> None:
        """Once all is done it is right. Raises: AssertionError."""
        until(lambda: not self.owed, what="all to be done", timeout_s=90)
        check(self.installation.rows, self.history, self.at.connection_id)


@pytest.fixture
def books(installation: Installation) -> Books:
    """A merchant of its own."""
    return Books(installation, merchant(f"merchant {next(_numbers)}"))


def opened(installation: Installation) -> Books:
    """One more merchant, with five orders in its inbox."""
    made = Books(installation, merchant(f"merchant {next(_numbers)}"))
    made.take_in()
    return made


@contextmanager
def beating(installation: Installation) -> Iterator[None]:
    """The timetable, as long as the body."""
    started = installation.beat()
    try:
        yield
    finally:
        started.kill()


def heard_again(installation: Installation) -> None:
    """Wait until a worker hears beat, which takes a while to start."""
    slots = "SELECT coalesce(max(scheduled_for), 'epoch') FROM job_slots WHERE job = 'sweep.inbox'"
    before = installation.one(slots)
    until(lambda: installation.one(slots) > before, what="a ring of beat", timeout_s=90)


@contextmanager
def worker(
    installation: Installation, name: str = "w", concurrency: int = 2, queues: str = "*"
) -> Iterator[Child]:
    """A worker, once it takes work."""
    argv = ("worker", "--name", name, "--concurrency", str(concurrency), "--queues", queues)
    started = installation.part(*argv, name=f"{name}-{next(_numbers)}")
    try:
        until(lambda: started.says(" ready."), what="a worker", timeout_s=90)
        yield started
    finally:
        started.kill()


@contextmanager
def weakened(installation: Installation, how: str) -> Iterator[Child]:
    """A worker without one of its safeguards."""
    log = installation.home / f"{how}-{next(_numbers)}.log"
    options = ("worker", "-c", "2", "-Ofair", "--without-gossip", "--without-mingle")
    application = [*CELERY[:-1], f"tests.faults.weakened:{how}"]
    started = Child([*application, *options], log=log, env=installation.env)
    try:
        until(lambda: started.says(" ready."), what="a worker", timeout_s=90)
        yield started
    finally:
        started.kill()


@dataclass
class Lock:
    """Nobody can write orders while it is held."""

    installation: Installation

    def waiting(self) -> list[int]:
        """The ports of those who try."""
        found = self.installation.rows(
            "SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.relation = 'orders'::regclass AND NOT l.granted"
        )
        return [port for (port,) in found]

    def waiters(self, count: int = 1) -> list[int]:
        """The ports of so many who try, once they do."""
        enough = lambda: len(self.waiting()) >= count  # noqa: E731 - asked again and again
        until(enough, what=f"{count} tasks to be in the middle", timeout_s=60)
        return self.waiting()


@contextmanager
def orders_held(installation: Installation) -> Iterator[Lock]:
    """Inside, whoever applies something stands in the middle of its transaction."""
    connection = psycopg2.connect(installation.servers.database_url.replace("+psycopg2", ""))
    connection.cursor().execute("LOCK TABLE orders IN EXCLUSIVE MODE")
    try:
        yield Lock(installation)
    finally:
        connection.close()


def child_at(of: Child, port: int) -> psutil.Process:
    """The process of a worker whose connection to the database comes from a port."""
    for process in psutil.Process(of.pid).children(recursive=True):
        if any(each.laddr and each.laddr.port == port for each in process.net_connections()):
            return process
    raise AssertionError(f"no child is at port {port}")


@pytest.fixture(scope="module")
def watched(database: str) -> str:
    """The database of a module; each statement and commit of this process is a point to cut at."""
    points.watch_engine()
    return database
