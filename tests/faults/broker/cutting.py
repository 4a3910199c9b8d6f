"""A line to a server that is cut right before a certain answer arrives: it was sent, not read."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Line:
    """Forwards to `port`; `before` names bytes whose answer is lost, once, with its connection."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.before: bytes | None = None
        self.cuts = 0
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def serve(self) -> None:
        """Take connections until closed."""
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._ends += (near, far)
                for source, target, answers in ((near, far, False), (far, near, True)):
                    forwarding = threading.Thread(
                        target=self._forward, args=(source, target, answers)
                    )
                    self._threads.append(forwarding)
                    forwarding.start()

    def close(self) -> None:
        """Cut every connection, and take no more."""
        _end(self._listening)
        for each in self._ends:
            _end(each)
        for forwarding in self._threads:
            forwarding.join()
        for each in (self._listening, *self._ends):
            each.close()

    def _forward(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if answers and self.before is not None and self.before in data:
                    self.before = None
                    self.cuts += 1
                    break
                target.sendall(data)
        _end(source)
        _end(target)


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """Such a line, as long as the body."""
    made = Line(port)
    serving = threading.Thread(target=made.serve)
    serving.start()
    try:
        yield made
    finally:
        made.close()
        serving.join()
