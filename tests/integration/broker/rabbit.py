"""A private RabbitMQ: a folder, a node name and ports of its own, loopback only."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.children import child, free_port
from tests.waiting import until

_HOST = "127.0.0.1"
# Debian's command on PATH changes user and folder; this is the program it runs.
_DEBIANS = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def installed() -> bool:
    """Whether this machine has RabbitMQ."""
    return shutil.which("rabbitmq-server") is not None and shutil.which("epmd") is not None


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """RabbitMQ's address; it and Erlang's port mapper end with the body."""
    port, mapper = free_port(), free_port()
    found = _DEBIANS if _DEBIANS.exists() else Path(shutil.which("rabbitmq-server") or "")
    env = {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": _HOST,
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_NODENAME": f"taxpoynt{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": _HOST,
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    names = ["epmd", "-port", str(mapper), "-address", _HOST]
    with child(names, log=folder / "epmd.log"), child([found], log=folder / "log", env=env) as it:
        until(
            lambda: it.says("Starting broker") and _listens(port),
            timeout_s=30,
            what="RabbitMQ to take connections",
        )
        yield f"amqp://guest:guest@{_HOST}:{port}//"


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((_HOST, port), timeout=1) as opened:
        opened.sendall(b"AMQP\x00\x00\x09\x01")
        return opened.recv(1) != b""
    return False
