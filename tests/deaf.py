"""Servers on loopback that are of no use: silent, dripping for ever, or without room."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Any

# Bounds of the code under test are made far smaller: only what nothing bounds takes this long.
DEADLINE_S = 10.0
_DRIP_EVERY_S = 0.005


def outcome(call: Callable[[], Any]) -> Any:
    """What a call returns, or the exception it raises. Raises: AssertionError when it goes on."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(call())
        except Exception as error:  # noqa: BLE001 - the caller looks at it
            found.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(DEADLINE_S)
    assert found, f"still at it after {DEADLINE_S:g} s"
    return found[0]


@contextmanager
def silent() -> Iterator[str]:
    """The address of a host that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield _url(server)


@contextmanager
def full() -> Iterator[str]:
    """The address of a host that doesn't even accept: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, ExitStack() as held:
        for _ in range(3):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield _url(server)


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """The address of a host that answers `head` at once, then a byte at a time without end."""
    ended = Event()

    def drip() -> None:
        taken, _ = server.accept()
        with taken:
            taken.recv(65_536)
            taken.sendall(head)
            while not ended.wait(_DRIP_EVERY_S):
                try:
                    taken.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        try:
            yield _url(server)
        finally:
            ended.set()
            thread.join()


def _url(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"
