"""A Docker engine: the one that runs, or one of our own for as long as the test takes."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.compose.shell import FailedError, run, step, works
from tests.waiting import until

_PACKAGES = ("docker.io", "docker-compose", "debootstrap", "iptables")


@contextmanager
def running() -> Iterator[None]:
    """An engine that answers while the body runs. Raises: FailedError."""
    if not works("docker", "info"):
        _install()
        with _own():
            yield
    else:
        yield


def compose() -> tuple[str, ...]:
    """The command: docker compose, or docker-compose 1.29."""
    if works("docker", "compose", "version"):
        return ("docker", "compose")
    return ("docker-compose",)


def _install() -> None:
    wanted = ("dockerd", "docker-compose", "debootstrap", "iptables")
    if all(shutil.which(program) for program in wanted):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise FailedError("There is no Docker that answers. Install and start one, then try again.")
    with step("installing Docker"):
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *_PACKAGES)


@contextmanager
def _own() -> Iterator[None]:
    log = Path(tempfile.gettempdir()) / "taxpoynt-dockerd.log"
    with step("starting dockerd"), log.open("wb") as output:
        daemon = subprocess.Popen(["dockerd"], stdout=output, stderr=output)
        try:
            until(lambda: works("docker", "info"), timeout_s=60, what=f"dockerd ({log})")
        except AssertionError as error:
            daemon.terminate()
            raise FailedError(f"{error}\n{log.read_text()[-2000:]}") from None
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(60)
