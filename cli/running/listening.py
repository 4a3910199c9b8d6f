"""The port that a part listens on: free when it starts, and nobody else's while it runs.

Several processes of the web share a port by SO_REUSEPORT, so the system would let the web of
another home in beside them, and deliveries would be split between two databases.
"""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event

from cli.running.ports import PortTakenError
from config.clock import monotonic
from config.errors import PermanentError

# Children of a web that was killed end a moment after it, and one that stops lets answers end.
PATIENCE_S = 3.0
_POLL_S = 0.1


class AddressError(PermanentError):
    """Nothing can listen at that address."""


@contextmanager
def alone_at(host: str, port: int, *, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Have the port to this process and its children while the body runs.

    Raises: PortTakenError when another program still listens there after `patience_s`,
    AddressError when this machine has no such address or doesn't let this user listen there.
    """
    await_free(host, port, patience_s=patience_s)
    with _socket(host, port) as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        # Bound without listening, it gets no connection and lets in none but SO_REUSEPORT of ours.
        # What lingers of a server that didn't share keeps us from it, but no one else either.
        with suppress(OSError):
            ours.bind(_address(host, port)[1])
        yield


def await_free(host: str, port: int, *, patience_s: float = PATIENCE_S) -> None:
    """Wait until nobody listens there: enough for a server of one process, which shares no port.

    Raises: PortTakenError, AddressError, as `alone_at` does.
    """
    deadline = monotonic() + patience_s
    while not _is_free(host, port):
        if monotonic() >= deadline:
            raise _taken(port)
        Event().wait(_POLL_S)


def _is_free(host: str, port: int) -> bool:
    """Whether somebody who does not share could listen there. Raises: AddressError."""
    with _socket(host, port) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(_address(host, port)[1])
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise _unusable(host, port, error) from None
    return True


def _socket(host: str, port: int) -> socket.socket:
    return socket.socket(_address(host, port)[0], socket.SOCK_STREAM)


def _address(host: str, port: int) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    """Family and address to bind to. Raises: AddressError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise _unusable(host, port, error) from None
    return found[0][0], found[0][4]


def _taken(port: int) -> PortTakenError:
    return PortTakenError(
        "port.taken",
        f"Port {port} is in use by another program.",
        next_step="Stop that program, or name another port with --port.",
    )


def _unusable(host: str, port: int, error: Exception) -> AddressError:
    why = getattr(error, "strerror", None) or "that is no name of a host"
    return AddressError(
        "address.unusable",
        f"Nothing can listen at {host}, port {port}: {why}.",
        next_step="Name an address of this machine with --host and a port above 1023 with --port.",
    )
