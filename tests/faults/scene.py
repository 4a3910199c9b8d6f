"""An installation in which all that can fail can be made to, and which starts again what ended."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from signal import SIGTERM
from time import monotonic

import psutil
import psycopg2

from tests.children import Child
from tests.faults import queues
from tests.faults.plan import WORKERS
from tests.faults.proxy import Proxy, proxy
from tests.installation import Installation, installed
from tests.waiting import until

# As `up` does, but sooner: it waits a second and then longer each time.
_START_AGAIN_S = 0.5


@dataclass
class Scene:
    """Parts that reach broker and database through proxies; `restarts` counts what ended."""

    installation: Installation
    broker: Proxy
    database: Proxy
    parts: dict[str, Child] = field(default_factory=dict)
    restarts: int = 0
    _due: dict[str, float] = field(default_factory=dict)
    # Those that were told to stop, and which process of theirs.
    _stopping: dict[str, int] = field(default_factory=dict)

    def start(self) -> None:
        """Web, workers and beat, once all of them are ready."""
        start = self.installation.part
        self.parts["web"] = start("web", "--port", str(self.installation.port), name="web")
        self.parts["beat"] = self.installation.beat()
        for number in range(1, WORKERS + 1):
            name = f"w{number}"
            self.parts[f"worker {number}"] = start("worker", "--name", name, name=name)
        for part in self.parts.values():
            if "worker" in part.argv:
                until(lambda part=part: part.says(" ready."), what="a worker", timeout_s=90)
        self.until(self._web_answers, "the web", timeout_s=90)

    def look_after(self) -> None:
        """Start again what has ended a moment ago."""
        now = monotonic()
        for name, part in self.parts.items():
            if part.alive:
                self._due.pop(name, None)
            elif now >= self._due.setdefault(name, now + _START_AGAIN_S):
                part.start()
                self.restarts += 1

    def tell_to_stop(self, victim: str) -> None:
        """It ends in its own time, and is started again."""
        self._stopping[victim] = self.parts[victim].pid
        os.kill(self.parts[victim].pid, SIGTERM)

    def children(self, victim: str) -> list[psutil.Process]:
        """The processes of a part below its first."""
        return psutil.Process(self.parts[victim].pid).children(recursive=True)

    def until(self, check: Callable[[], object], what: str, timeout_s: float = 60.0) -> None:
        """Wait, and look after the parts meanwhile."""

        def looked() -> object:
            self.look_after()
            return check()

        until(looked, what=what, timeout_s=timeout_s)

    def recover(self) -> None:
        """The way is clear; wait until every part and both servers are there."""
        self.broker.clear()
        self.database.clear()
        for server in ("postgres", "valkey"):
            self.until(lambda server=server: self.installation.answers(server), server)
        self.until(self._all_there, "every part")
        self.until(self._web_answers, "the web")

    def drain(self, owed: Callable[[], int], timeout_s: float = 90.0) -> None:
        """Wait until nothing is owed and the broker holds no message."""
        self.until(lambda: not self._asked(owed), "all that is owed to be done", timeout_s)
        queues.age_unacked(self.installation)
        self.until(lambda: not self.waiting(), "the broker's queues to be empty", timeout_s)

    def waiting(self) -> dict[str, int]:
        """What the broker holds."""
        return queues.waiting(self.installation)

    def _all_there(self) -> bool:
        # One that was told to stop is there for a while, and then nobody would look after it.
        stopping = {name for name, pid in self._stopping.items() if self.parts[name].pid == pid}
        return not stopping and all(part.alive for part in self.parts.values())

    def _asked(self, owed: Callable[[], int]) -> int:
        try:
            return owed()
        except psycopg2.Error:
            return 1

    def _web_answers(self) -> bool:
        web = self.parts["web"]
        return web.alive and self.installation.healthy(web)


@contextmanager
def scene() -> Iterator[Scene]:
    """A new installation whose parts are not started yet."""
    with installed() as made, ExitStack() as held:
        broker = held.enter_context(proxy(made.servers.broker_url))
        database = held.enter_context(proxy(made.servers.database_url))
        made.env["TAXPOYNT_BROKER_URL"] = broker.through(made.servers.broker_url)
        made.env["TAXPOYNT_DATABASE_URL"] = database.through(made.servers.database_url)
        yield Scene(made, broker, database)
