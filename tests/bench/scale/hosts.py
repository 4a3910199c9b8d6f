"""Hosts as network namespaces: a hub with the servers, and worker hosts that reach only the hub.

Needs root and iproute2. All traffic stays within namespaces that are made here and removed again.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

_NAMES = Path("/var/run/netns")
_CLONE_NEWNET = 0x40000000
HUB = "10.77.0.1"
NETWORK = "10.77.0.0/24"


@dataclass(frozen=True)
class Hosts:
    """The worker hosts by name."""

    names: Sequence[str]

    def on(self, host: int, argv: Sequence[str]) -> list[str]:
        """The command that runs `argv` on a worker host."""
        return ["nsenter", f"--net={_NAMES / self.names[host]}", *argv]


def missing() -> str:
    """Why there can be no hosts here; empty when there can."""
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    absent = [name for name in ("ip", "nsenter") if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed" if absent else ""


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    """A hub that this thread and its children are in from now on, and `count` worker hosts."""
    prefix = f"tp{os.getpid()}"
    hub, names = f"{prefix}-hub", [f"{prefix}-w{number}" for number in range(count)]
    with ExitStack() as made:
        for name in (hub, *names):
            _ip("netns", "add", name)
            made.callback(_ip, "netns", "del", name)
            _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", hub, "link", "add", "hub", "type", "bridge")
        _ip("-n", hub, "addr", "add", f"{HUB}/24", "dev", "hub")
        _ip("-n", hub, "link", "set", "hub", "up")
        for number, name in enumerate(names):
            _wire(hub, name, number)
        with _inside(hub):
            yield Hosts(names)


def _wire(hub: str, name: str, number: int) -> None:
    """A cable from a worker host to the hub's bridge."""
    port = f"port{number}"
    _ip("-n", hub, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
    _ip("-n", hub, "link", "set", port, "master", "hub", "up")
    _ip("-n", name, "addr", "add", f"10.77.0.{number + 10}/24", "dev", "eth0")
    _ip("-n", name, "link", "set", "eth0", "up")


@contextmanager
def _inside(name: str) -> Iterator[None]:
    """This thread is on a host; children that it starts are too."""
    with Path("/proc/self/ns/net").open() as home, (_NAMES / name).open() as away:
        _set(away.fileno())
        try:
            yield
        finally:
            _set(home.fileno())


def _set(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
