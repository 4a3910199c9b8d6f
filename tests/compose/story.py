"""The main job, told through containers: a sale at the till becomes an invoice."""

import json
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.compose.engine import compose
from tests.compose.shell import FailedError, run, step
from tests.waiting import until

_PROJECT = "taxpoynt-test"
_SELL = (
    "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8101/control/orders', "
    "data=b'{\"count\": 1}', headers={'Content-Type': 'application/json'}))"
)


@dataclass(frozen=True)
class Pipeline:
    """The services, and commands given to them."""

    command: tuple[str, ...]
    env: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        return run(*self.command, *arguments, env=self.env)

    def said(self, service: str, *arguments: str) -> str:
        """What a program in a service's container says."""
        return self("exec", "-T", service, *arguments)

    def container(self, service: str) -> str:
        return self("ps", "-q", service).strip()

    def invoices(self) -> int:
        """How many invoices there are, up to a page of them."""
        found = json.loads(self.said("web", "taxpoynt", "invoices", "--json", "--limit", "100"))
        return max((int(each["number"].rpartition("-")[2]) for each in found["items"]), default=0)


@contextmanager
def pipeline() -> Iterator[Pipeline]:
    """Everything up and healthy, gone afterwards with its data."""
    chosen = {
        name: secrets.token_hex(24)
        for name in ("POSTGRES_PASSWORD", "BROKER_PASSWORD", "TAXPOYNT_SECRET_KEYS")
    }
    clean = {k: v for k, v in os.environ.items() if not k.startswith("TAXPOYNT_")}
    # Any free ports: something else may run on this machine.
    ports = {"WEB_ADDRESS": "127.0.0.1:0", "FLOWER_ADDRESS": "127.0.0.1:0"}
    command = (*compose(), "--project-name", _PROJECT, "--profile", "sandbox")
    found = Pipeline(command, clean | chosen | ports)
    try:
        with step("building the image"):
            found("build")
        with step("everything up"):
            found("up", "--detach")
        with step("everything healthy"):
            until(lambda: _healthy(found), timeout_s=240, what="healthy services")
        yield found
    except (AssertionError, FailedError) as error:
        raise FailedError(f"{error}\n{_tail(found)}") from None
    finally:
        with step("everything down"):
            found("down", "--volumes", "--timeout", "60")


def sells_and_invoices(pipeline: Pipeline) -> None:
    """The past first, then one sale."""
    with step("the past becomes invoices"):
        before = until(pipeline.invoices, timeout_s=180, what="invoices")
    with step("a sale becomes an invoice"):
        pipeline.said("sandbox-toast", "python", "-c", _SELL)
        until(lambda: pipeline.invoices() > before, timeout_s=60, what="one more invoice")


def survives_the_death_of_a_worker(pipeline: Pipeline) -> None:
    """A worker is killed as a machine would; it comes back and the work goes on."""
    container, before = pipeline.container("worker-events"), pipeline.invoices()
    with step("a killed worker comes back"):
        os.kill(int(_state(container)["Pid"]), signal.SIGKILL)
        until(lambda: _restarts(container) > 0, timeout_s=60, what="a restart")
    with step("and work goes on"):
        pipeline.said("sandbox-toast", "python", "-c", _SELL)
        until(lambda: pipeline.invoices() > before, timeout_s=120, what="one more invoice")


def _healthy(pipeline: Pipeline) -> bool:
    states = [_state(each) for each in pipeline("ps", "-q").split()]
    if broken := [s for s in states if s["Status"] == "exited" and s["ExitCode"] != 0]:
        raise FailedError(f"{len(broken)} of the containers ended.")
    up = [state for state in states if state["Status"] == "running"]
    return len(up) >= len(states) - 1 and all(
        state.get("Health", {}).get("Status", "healthy") == "healthy" for state in up
    )


def _state(container: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("docker", "inspect", container))[0]["State"]
    return found


def _restarts(container: str) -> int:
    return int(json.loads(run("docker", "inspect", container))[0]["RestartCount"])


def _tail(pipeline: Pipeline) -> str:
    return pipeline("logs", "--no-color", "--tail", "15")[-6000:]
