"""A TCP proxy on loopback that misbehaves on request: stands before a database, broker or till."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Condition, Event, Thread
from urllib.parse import urlsplit, urlunsplit

HOST = "127.0.0.1"
_CHUNK = 65_536
# With a linger of no time at all, closing a socket sends a reset.
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Weather:
    """How the way is just now.

    Delays are of each chunk. `held`: connections are taken and nothing goes through, until the
    weather changes. `cut_after`: each connection is reset after so many further bytes of replies.
    `cut_mid_reply`: each is reset half-way through its next reply. With `of_replies_holding` or
    `of_requests_holding` a cut waits for a reply that holds these bytes, or for the reply to a
    request that does. `cuts` bounds how many connections are cut before the way is clear again.
    """

    to_server_s: float = 0.0
    to_client_s: float = 0.0
    held: bool = False
    cut_after: int | None = None
    cut_mid_reply: bool = False
    of_replies_holding: bytes = b""
    of_requests_holding: bytes = b""
    cuts: int | None = None

    @property
    def cutting(self) -> bool:
        """Whether replies are cut at all."""
        return self.cut_after is not None or self.cut_mid_reply


CLEAR = Weather()


@dataclass(eq=False)
class _Line:
    """One connection through the proxy; `left` bytes of replies until it is cut, if at all."""

    client: socket.socket
    server: socket.socket
    weather: Weather = CLEAR
    left: int | None = None
    closed: Event = field(default_factory=Event)
    directions: int = 2

    def reset(self) -> None:
        """Both ends learn that the connection is gone, by a reset."""
        self.closed.set()
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            # Wakes the thread that reads; the reset itself is sent by closing.
            with suppress(OSError):
                end.shutdown(socket.SHUT_RD)
            end.close()

    def end_of(self, end: socket.socket) -> None:
        """Tell one end that the other has no more to say, unless the connection was cut."""
        if not self.closed.is_set():
            end.shutdown(socket.SHUT_WR)


class Proxy:
    """Listens at `port` and forwards to one address; what it does can be changed at any time."""

    def __init__(self, port: int, to: tuple[str, int]) -> None:
        self._to = to
        self._weather = CLEAR
        self._changed = Condition()
        self._lines: set[_Line] = set()
        self.cut_so_far = 0
        self._listener: socket.socket | None = None
        self.port = port
        self.accept()

    def through(self, url: str) -> str:
        """The address of the server as one that leads through here."""
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        place = f"{login}@{HOST}:{self.port}" if login else f"{HOST}:{self.port}"
        return urlunsplit(parts._replace(netloc=place))

    def clear(self) -> None:
        """Forward everything, what was held first."""
        self.be(CLEAR)
        self.accept()

    def be(self, weather: Weather) -> None:
        """From now on be like this, for connections that stand as for new ones."""
        with self._changed:
            self._weather = weather
            self._changed.notify_all()

    def cut(self) -> int:
        """Reset each connection that stands, now; returns how many. New ones are taken."""
        with self._changed:
            standing, self._lines = self._lines, set()
            self.cut_so_far += len(standing)
            self._changed.notify_all()
        for line in standing:
            line.reset()
        return len(standing)

    def refuse(self) -> None:
        """Refuse new connections; those that stand are left alone."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def accept(self) -> None:
        """Take connections, again if they were refused."""
        if self._listener is None:
            self._listener = socket.create_server((HOST, self.port), backlog=256)
            self.port = self._listener.getsockname()[1]
            Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def lead_to(self, url: str) -> None:
        """From now on connections are to the server at `url`; those that stand are cut."""
        self._to = _place(url)
        self.cut()

    def close(self) -> None:
        """Refuse and cut."""
        self.refuse()
        self.be(CLEAR)
        self.cut()

    @property
    def standing(self) -> int:
        """How many connections stand."""
        return len(self._lines)

    def _take(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._to, timeout=5)
        except OSError:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            client.close()
            return
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(client, server)
        with self._changed:
            self._lines.add(line)
        Thread(target=self._ask, args=(line,), daemon=True).start()
        self._answer(line)

    def _ask(self, line: _Line) -> None:
        """Carry what the client says until it ends."""
        try:
            while chunk := line.client.recv(_CHUNK):
                weather = self._through(line, lambda weather: weather.to_server_s)
                marked = weather.of_requests_holding
                if weather.cutting and marked and marked in chunk:
                    self._count_down(line, weather)
                line.server.sendall(chunk)
            line.end_of(line.server)
        except OSError:
            # One that is killed before it read all resets: the server is to know that it is gone.
            line.reset()
        finally:
            self._ended(line)

    def _answer(self, line: _Line) -> None:
        """Carry what the server says until it ends, or until the connection is to be cut."""
        try:
            while chunk := line.server.recv(_CHUNK):
                weather = self._through(line, lambda weather: weather.to_client_s)
                left = self._left(line, weather, chunk)
                if left is not None and len(chunk) >= left:
                    line.client.sendall(chunk[:left])
                    self._cut_one(line)
                    return
                # First, since the client may go on before this thread does.
                line.left = left if left is None else left - len(chunk)
                line.client.sendall(chunk)
            line.end_of(line.client)
        except OSError:
            # An end is gone: the other one is to know.
            line.reset()
        finally:
            self._ended(line)

    def _through(self, line: _Line, delay_of: Callable[[Weather], float]) -> Weather:
        """Wait as the weather says; returns how it is then. Raises: OSError once it is cut."""
        with self._changed:
            delay_s = delay_of(self._weather)
        if delay_s:
            line.closed.wait(delay_s)
        with self._changed:
            self._changed.wait_for(lambda: not self._weather.held or line.closed.is_set())
            if line.closed.is_set():
                raise ConnectionResetError
            return self._weather

    def _left(self, line: _Line, weather: Weather, chunk: bytes) -> int | None:
        """After how many bytes of this reply and later ones the line is to be cut, if at all."""
        if not weather.cutting:
            line.left = None
        elif line.left is None or line.weather is not weather:
            line.left = None
            if not weather.of_requests_holding and weather.of_replies_holding in chunk:
                self._count_down(line, weather)
        if line.left is not None and weather.cut_mid_reply:
            return len(chunk) // 2
        return line.left

    def _ended(self, line: _Line) -> None:
        """One direction is through; after both the connection is forgotten."""
        with self._changed:
            line.directions -= 1
            if line.directions == 0:
                self._lines.discard(line)
                for end in (line.client, line.server):
                    end.close()

    @staticmethod
    def _count_down(line: _Line, weather: Weather) -> None:
        line.weather, line.left = weather, weather.cut_after or 0

    def _cut_one(self, line: _Line) -> None:
        with self._changed:
            self.cut_so_far += 1
            cuts = self._weather.cuts
            if cuts is not None:
                self._weather = CLEAR if cuts <= 1 else replace(self._weather, cuts=cuts - 1)
        line.reset()


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


@contextmanager
def proxy(url: str, port: int = 0) -> Iterator[Proxy]:
    """A proxy before the server at `url`, by default at any free port; it ends with the body."""
    made = Proxy(port, _place(url))
    try:
        yield made
    finally:
        made.close()
