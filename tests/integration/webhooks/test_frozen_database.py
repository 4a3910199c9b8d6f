"""A server that is frozen while its kernel still takes what is sent: 503 in time, then recovery."""

import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from config import clock, embedded, settings
from config.embedded.home import Home
from dashboard import sign_in
from models import User, migrations
from models import session as database_session
from models.session import unit_of_work
from sandbox.toast.webhook.message import Message
from tasks import reach
from tests.children import TAXPOYNT, Child, child, free_port
from tests.shop import Shop, open_shop
from tests.waiting import in_time, patience_s, until

# More than the threads of all web processes: some must wait for others.
SENDERS = 120


@dataclass
class Installation:
    """A web of its own on a database of its own."""

    home: Path
    url: str
    shop: Shop
    process: Child

    def knock(self, number: int) -> tuple[int, float]:
        """The answer's status and the seconds it took; each number is another delivery."""
        [first] = self.shop.messages(1)
        guid = f"d{number}"
        body = first.body.replace(first.guid.encode(), guid.encode(), 1)
        message = Message(
            guid,
            *(first.timestamp, first.category, first.kind, first.restaurant_guid, first.subject),
            body,
        )
        started = time.perf_counter()
        answer = requests.post(
            self.url + self.shop.address,
            data=body,
            headers=message.headers(self.shop.secret, 1),
            timeout=30,
        )
        return answer.status_code, time.perf_counter() - started

    def knock_together(self, numbers: range) -> list[tuple[int, float]]:
        with ThreadPoolExecutor(len(numbers)) as pool:
            return list(pool.map(self.knock, numbers))

    def get(
        self, path: str, browser: requests.Session | None = None
    ) -> tuple[requests.Response, float]:
        started = time.perf_counter()
        answer = (browser or requests).get(self.url + path, timeout=30)
        return answer, time.perf_counter() - started

    def signed_in(self) -> requests.Session:
        """A browser of somebody of this merchant's."""
        now = clock.now()
        with unit_of_work() as session:
            user = User(
                organization_id=self.shop.organization_id,
                email="o@example.com",
                name="Ola",
            )
            session.add(user)
            session.flush()
            link = sign_in.make_link(session, user, now)
        browser = requests.Session()
        assert browser.get(self.url + link, timeout=30).ok
        return browser

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The server and its backends stand still until the body ends."""
        pid = Home(self.home).remembered("postgres.pid")
        # None would be this very process.
        assert pid
        server = psutil.Process(pid)
        all_ = [server, *server.children(recursive=True)]
        for process in all_:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            for process in all_:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    home: Path = tmp_path_factory.mktemp("frozen")
    for folder in (home, home.parent, home.parent.parent):
        folder.chmod(0o755)
    with (
        embedded.servers(home, want_broker=False) as found,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("TAXPOYNT_HOME", str(home))
        environment.setenv("TAXPOYNT_DATABASE_URL", found.database_url)
        # Nobody listens there: deliveries are taken without a broker.
        environment.setenv("TAXPOYNT_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
        _look_anew()
        try:
            migrations.upgrade()
            with open_shop(orders=1, name="frozen") as shop, _web(home) as (url, process):
                yield Installation(home, url, shop, process)
        finally:
            database_session.engine().dispose()
            environment.undo()
            _look_anew()
    embedded.discard(home)


def _look_anew() -> None:
    settings.refresh()
    database_session.engine.cache_clear()
    # Else whatever this process tests next asks a broker that never was.
    reach._redis.cache_clear()


@contextmanager
def _web(home: Path) -> Iterator[tuple[str, Child]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with child([*TAXPOYNT, "web", "--port", str(port)], log=home / "web.log") as process:

        def answers() -> bool:
            process.says("")
            # A busy machine takes longer than this waits.
            with suppress(requests.RequestException):
                return requests.get(f"{url}/readyz", timeout=5).ok
            return False

        until(answers, timeout_s=90, what="the web answers")
        yield url, process


def slowest(answers: Sequence[tuple[object, float]]) -> float:
    return max(took for _, took in answers)


def _stored(answers: list[tuple[int, float]]) -> bool:
    return {status for status, _ in answers} == {202}


def test_while_it_is_frozen_every_delivery_is_503_in_time_and_later_it_is_taken(
    own: Installation,
) -> None:
    # Pools are full of connections when it happens.
    for _ in range(2):
        own.knock_together(range(SENDERS))
    # A second time they are what was connected anew.
    for _ in range(2):
        in_time(lambda: _frozen_round(own))


def _frozen_round(own: Installation) -> list[float]:
    """The seconds of answers before and in a freeze, after which all that was refused is taken."""
    calm = own.knock_together(range(SENDERS // 3))
    numbers = range(SENDERS, 2 * SENDERS)
    with own.frozen():
        answers = own.knock_together(numbers)
    assert {status for status, _ in answers} == {503}
    until(lambda: own.knock(numbers[0])[0] == 202, timeout_s=30, what="a delivery is taken")
    until(lambda: _stored(own.knock_together(numbers)), timeout_s=30, what="all are taken")
    # So many at once wait for each other in this very process: the last of them tell of that.
    frozen = sorted(took for _, took in answers)[: -SENDERS // 20]
    return [took for _, took in calm] + frozen


def test_while_it_is_frozen_probes_answer(own: Installation) -> None:
    with ThreadPoolExecutor(8) as pool:
        calm = slowest(list(pool.map(own.get, ["/metrics"] * 8)))
    with own.frozen():
        ready, took = own.get("/readyz")
        assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
        assert took < patience_s(calm)
        alive, took = own.get("/healthz")
        assert alive.ok
        with ThreadPoolExecutor(8) as pool:
            scraped = list(pool.map(own.get, ["/metrics"] * 8))
        assert all(answer.ok for answer, _ in scraped)
        assert slowest(scraped) < patience_s(calm)
    until(lambda: own.get("/readyz")[0].ok, timeout_s=30, what="it is ready again")


def test_while_it_is_frozen_a_page_is_503_soon(own: Installation) -> None:
    browser = own.signed_in()
    for path in ("/", "/orders", "/nothing-here"):
        # Each process has connections in its pool that were good when they were used last.
        for _ in range(16):
            assert own.get("/", browser)[0].ok
        with own.frozen():
            answer, took = own.get(path, browser)
        assert answer.status_code == (404 if path == "/nothing-here" else 503)
        # About two seconds, on a machine with nothing else to do.
        assert took < 10
        until(lambda: own.get("/readyz")[0].ok, timeout_s=30, what="it is ready again")
