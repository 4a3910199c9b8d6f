"""The web as it runs: senders that come slowly, and processes that die, harm nobody else."""

import resource
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import psutil
import psycopg2
import pytest
import requests

from config import embedded, settings
from models import migrations
from models import session as database_session
from tasks import reach
from tests.children import TAXPOYNT, Child, child, free_port
from tests.integration.tasks.asked import ask
from tests.integration.webhooks.dripping import Dripping
from tests.integration.webhooks.knocking import signed
from tests.shop import Shop, open_shop
from tests.waiting import in_time_s, until

IDLE = 1000
# More than all threads of all its processes.
DRIPPING = 150
# Others are served as if nobody were slow: as soon as before, but for what their senders' own
# threads take of this process and a machine that stalls.
_AS_BEFORE, _STALL_S = 4, 0.25
_numbers = count(1)


@dataclass
class Web:
    """A web of its own on a database of its own."""

    port: int
    shop: Shop
    process: Child
    database_url: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def body(self) -> bytes:
        """Another delivery each time."""
        (message,) = self.shop.messages(1)
        return message.body.replace(message.guid.encode(), f"d{next(_numbers)}".encode(), 1)

    def headers(self, body: bytes) -> dict[str, str]:
        (message,) = self.shop.messages(1)
        return {"Toast-Signature": signed(body, self.shop.secret, message.timestamp)}

    def deliver(self, body: bytes) -> tuple[int, float]:
        """The status, and the seconds it took."""
        began = time.perf_counter()
        address = self.url + self.shop.address
        answer = requests.post(address, data=body, headers=self.headers(body), timeout=30)
        return answer.status_code, time.perf_counter() - began

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        made.settimeout(30)
        return made

    def ask(self, *parts: bytes) -> bytes:
        """All that comes back for these bytes until the web closes."""
        with self.connect() as line:
            for part in parts:
                line.sendall(part)
            return _rest(line)

    def head(self, body: bytes, *more: str) -> bytes:
        lines = [
            f"POST {self.shop.address} HTTP/1.1",
            "Host: web",
            *(f"{name}: {value}" for name, value in self.headers(body).items()),
            *more,
        ]
        return "\r\n".join([*lines, "", ""]).encode()


def _rest(line: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while part := line.recv(65536):
            received += part
    return received


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home: Path = tmp_path_factory.mktemp("slow")
    for folder in (home, home.parent, home.parent.parent):
        folder.chmod(0o755)
    with (
        embedded.servers(home, want_broker=False) as found,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("TAXPOYNT_HOME", str(home))
        environment.setenv("TAXPOYNT_DATABASE_URL", found.database_url)
        environment.setenv("TAXPOYNT_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
        _look_anew()
        try:
            migrations.upgrade()
            with open_shop(orders=1, name="slow") as shop, _started(home) as (port, process):
                made = Web(port, shop, process, found.database_url)
                until(lambda: _warm(made), timeout_s=90, what="every process takes deliveries")
                yield made
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
def _started(home: Path) -> Iterator[tuple[int, Child]]:
    port = free_port()
    with child([*TAXPOYNT, "web", "--port", str(port)], log=home / "web.log") as process:
        yield port, process
        # Processes that a test killed are started again while it goes on.


def _warm(web: Web) -> bool:
    web.process.says("")
    with suppress(requests.RequestException):
        return all(web.deliver(web.body())[0] == 202 for _ in range(8))
    return False


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process may hold a connection for each sender."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[0] < 4096 <= before[1]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_thousand_idle_and_many_slow_senders_leave_others_served_and_are_cut_off(
    web: Web, many_files: None
) -> None:
    alone = _answered(web)
    with ExitStack() as stack:
        idle = [stack.enter_context(web.connect()) for _ in range(IDLE)]
        slow = [stack.enter_context(web.connect()) for _ in range(DRIPPING)]
        body = web.body()
        head = web.head(body, f"Content-Length: {len(body)}")
        dripped = [Dripping(line, head, body, whole_head=n % 3 > 0) for n, line in enumerate(slow)]
        for one in dripped:
            one.start()
        beside = min(_while_all_drip(web, dripped))
        assert beside < _AS_BEFORE * _p99(alone) + _STALL_S
        assert beside < in_time_s(_p99(alone))
        for one in dripped:
            one.join()
            assert one.answer == b"" or one.answer.startswith(b"HTTP/1.1 408 ")
        assert {_rest(line) for line in idle} == {b""}
    assert web.deliver(web.body())[0] == 202


def _answered(web: Web) -> list[float]:
    """The seconds that each of many deliveries took, four at a time; all are taken."""
    bodies = [web.body() for _ in range(300)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(web.deliver, bodies))
    assert {status for status, _ in answers} == {202}
    return [took for _, took in answers]


def _while_all_drip(web: Web, dripped: list[Dripping]) -> Iterator[float]:
    """The p99 of the first round, and of some more that they all outlast.

    A machine that stands still for a moment holds up four, and four are a round's hundredth part.
    """
    yield _p99(_answered(web))
    for _ in range(2):
        p99 = _p99(_answered(web))
        if all(one.is_alive() for one in dripped):
            yield p99


def _p99(took: list[float]) -> float:
    return sorted(took)[-len(took) // 100]


def test_a_body_is_taken_however_it_is_cut(web: Web) -> None:
    body = web.body()
    plain = web.head(body, f"Content-Length: {len(body)}", "Connection: close")
    chunked = web.head(body, "Transfer-Encoding: chunked", "Connection: close")
    pieces = [body[:1], body[1:5000], body[5000:]]
    framed = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece]
    for parts in ((plain, *pieces), (chunked, *framed, b"0\r\n\r\n")):
        assert web.ask(*parts).startswith(b"HTTP/1.1 202 ")
    # The same both times.
    stored = ask("SELECT 1 FROM inbox_events WHERE body = :b", b=body)
    assert len(stored) == 1


def test_a_body_that_is_too_long_is_413_before_it_is_all_sent(web: Web) -> None:
    body = web.body()
    told = web.head(body, "Content-Length: 1048577")
    assert web.ask(told, b"{").startswith(b"HTTP/1.1 413 ")
    untold = web.head(body, "Transfer-Encoding: chunked")
    piece = b"10000\r\n%s\r\n" % (b" " * 65536)
    assert web.ask(untold, *[piece] * 17).startswith(b"HTTP/1.1 413 ")


def test_what_is_no_delivery_is_answered_as_ever(web: Web) -> None:
    wrong = requests.post(web.url + web.shop.address, data=web.body(), timeout=30)
    assert (wrong.status_code, wrong.headers["Content-Type"]) == (401, "text/plain; charset=utf-8")
    unknown = requests.post(f"{web.url}/webhooks/toast/nobody", data=b"{}", timeout=30)
    assert unknown.status_code == 404
    looked = requests.get(web.url + web.shop.address, timeout=30)
    assert looked.status_code == 405
    assert "POST" in looked.headers["Allow"]
    asked = requests.head(f"{web.url}/healthz", timeout=30)
    assert (asked.status_code, asked.text) == (200, "")
    assert requests.get(f"{web.url}/nothing/é/%00", timeout=30).status_code == 404


def test_a_process_that_dies_between_commit_and_answer_has_lost_nothing(web: Web) -> None:
    body = web.body()
    with ThreadPoolExecutor(1) as pool:
        while not (sent := _stored_without_answer(web, body, pool)):
            # The machine was too slow: it was given up in time. The platform sends again.
            body = web.body()
        for process in psutil.Process(web.process.pid).children():
            process.send_signal(SIGKILL)
        with pytest.raises(requests.RequestException):
            sent.result()
    until(lambda: _answered_202(web, body), timeout_s=60, what="the repeat is answered")
    assert len(_rows(body)) == 1
    until(lambda: _warm(web), timeout_s=60, what="every process takes deliveries again")


def _stored_without_answer(
    web: Web, body: bytes, pool: ThreadPoolExecutor
) -> Future[tuple[int, float]] | None:
    """Have a delivery committed while the web stands still; None when it came to nothing."""
    processes = psutil.Process(web.process.pid).children()
    other = psycopg2.connect(web.database_url.replace("+psycopg2", ""))
    try:
        with other, other.cursor() as cursor:
            cursor.execute("LOCK TABLE inbox_events IN SHARE MODE")
            sent = pool.submit(web.deliver, body)
            until(lambda: _somebody_waits(cursor) or sent.done(), what="the delivery waits")
            for process in processes:
                process.send_signal(SIGSTOP)
    finally:
        # The lock is gone: the server goes on with what it was sent, and commits it.
        other.close()
    with suppress(AssertionError):
        until(lambda: _rows(body), timeout_s=3, what="the row")
        return sent
    for process in processes:
        process.send_signal(SIGCONT)
    sent.result()
    return None


def _somebody_waits(cursor: "psycopg2.extensions.cursor") -> bool:
    cursor.execute(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'inbox_events'::regclass"
    )
    return cursor.fetchone() is not None


def _rows(body: bytes) -> list[object]:
    return ask("SELECT 1 FROM inbox_events WHERE body = :b", b=body)


def _answered_202(web: Web, body: bytes) -> bool:
    with suppress(requests.RequestException):
        return web.deliver(body)[0] == 202
    return False
