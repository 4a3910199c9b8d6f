"""Web, a worker and beat over a broker of their own, and how answers have to come meanwhile."""

from time import monotonic

import requests

from tests.children import TAXPOYNT, Child, free_port
from tests.faults.broker.ground import Ground
from tests.waiting import until

_SERVED = "upkeep,toast.events,invoice"


class House:
    """All parts, on one ground; `env` of which they are told where the broker is."""

    def __init__(self, made: Ground) -> None:
        self.ground = made
        self.broker = made.broker
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.web = self.part("web", "--port", str(port))
        self.worker = made.worker("--queues", _SERVED)
        self.part("beat")
        until(self._answers, what="the web", timeout_s=60)

    def part(self, *argv: str) -> Child:
        """Start one; it ends with the ground."""
        started = Child(
            [*TAXPOYNT, *argv], log=self.ground.folder / f"{argv[0]}.log", env=self.ground.env
        )
        self.ground.held.callback(started.end, grace_s=1)
        return started

    def metric(self, name: str) -> float | None:
        """What the web tells of it, if anything."""
        for line in requests.get(f"{self.url}/metrics", timeout=10).text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.split()[1])
        return None

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False


def passed(seconds: float) -> None:
    """So long a fault lasts."""
    began = monotonic()
    until(lambda: monotonic() - began > seconds, what="time to pass", timeout_s=2 * seconds)
