"""Ports on the loopback interface."""

import itertools
import secrets
import socket
from collections.abc import Iterator

HOST = "127.0.0.1"

# Below the range that systems hand out to outgoing connections, so that a port stays ours
# while the server is down.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 20


def to_try(preferred: int | None) -> Iterator[int]:
    """Yield ports that are free now, the preferred one first."""
    chosen = (secrets.randbelow(_LAST - _FIRST) + _FIRST for _ in range(_ATTEMPTS))
    first = [preferred] if preferred else []
    return (port for port in itertools.chain(first, chosen) if is_free(port))


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        # As the servers do: connections that linger after a close are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
