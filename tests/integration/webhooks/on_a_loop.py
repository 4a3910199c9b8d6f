"""The door as `taxpoynt web` serves it, asked like Flask's test client, without a server."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from flask import Flask
from werkzeug.datastructures import Headers

from cli.serving.edge import Edge

_PATIENCE_S = 30


@dataclass
class Answered:
    """What came back."""

    status_code: int
    headers: Headers
    text: str


class DoorOnALoop:
    """Asks an edge whose loop runs in a thread of its own."""

    def __init__(self, edge: Edge, loop: asyncio.AbstractEventLoop) -> None:
        self._edge = edge
        self._loop = loop

    def post(self, path: str, **given: Any) -> Answered:
        """Send one delivery; see `Asked` for what may be given."""
        return self._ask(Asked("POST", path, **given))

    def get(self, path: str) -> Answered:
        """Ask for a page."""
        return self._ask(Asked("GET", path))

    def _ask(self, asked: "Asked") -> Answered:
        line = Line(asked)
        answering = asyncio.run_coroutine_threadsafe(self._edge.__rsgi__(asked, line), self._loop)
        answering.result(_PATIENCE_S)
        assert line.answered is not None
        return line.answered


@contextmanager
def door_on_a_loop(app: Flask) -> Iterator[DoorOnALoop]:
    """Open while the body runs; `app` answers what is no delivery."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    edge = Edge(app)
    loop.call_soon_threadsafe(edge.__rsgi_init__, loop)
    try:
        yield DoorOnALoop(edge, loop)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)
        loop.close()


@dataclass
class Asked:
    """A request as granian's RSGI gives it. Without a length a body comes in chunks."""

    method: str
    path: str
    data: bytes = b""
    headers: Any = field(default_factory=dict)
    input_stream: BinaryIO | None = None
    environ_overrides: Mapping[str, Any] | None = None
    query_string: str = ""
    http_version: str = "1.1"
    scheme: str = "http"
    client: str = "127.0.0.1:1"
    server: str = "127.0.0.1:2"

    def __post_init__(self) -> None:
        named = {name.lower(): value for name, value in dict(self.headers).items()}
        if self.input_stream is not None:
            self.data = self.input_stream.read()
        elif self.method == "POST":
            named["content-length"] = str(len(self.data))
        self.headers = named


class Line:
    """The server's side of one request."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.answered: Answered | None = None

    async def __call__(self) -> bytes:
        return self._asked.data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._asked.data), 65_536):
            yield self._asked.data[start : start + 65_536]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answered = Answered(status, Headers(headers), body.decode())

    def response_str(self, status: int, headers: list[tuple[str, str]], body: str) -> None:
        self.response_bytes(status, headers, body.encode())
