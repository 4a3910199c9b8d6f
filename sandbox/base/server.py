"""A threaded HTTP/1.1 server for a stand-in: keeps connections alive and stops on request."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sandbox.base.breakage import BrokenConnectionError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# SO_LINGER on, zero seconds: closing sends a reset and throws away what isn't sent yet.
_RESET = struct.pack("ii", 1, 0)


class KeepAliveHandler(WSGIRequestHandler):
    """Runs one request after the other on a connection.

    Werkzeug's own handler closes the connection after every answer and waits 10 ms before that.
    """

    protocol_version = "HTTP/1.1"
    # Head and body leave in one write, and without waiting for the peer's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Remember the connection so that stopping can close it."""
        super().setup()
        self.server.connections.add(self.connection)  # type: ignore[attr-defined]

    def finish(self) -> None:
        """Forget the connection."""
        self.server.connections.discard(self.connection)  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            super().finish()

    def run_wsgi(self) -> None:
        """Answer one request; end the connection when the stand-in says so."""
        environ = self.make_environ()
        length = int(environ.get("CONTENT_LENGTH") or 0)
        source = environ["wsgi.input"]
        body = source.read() if environ.get("wsgi.input_terminated") else source.read(length)
        # Read in full, so that the next request line is the next thing on the wire.
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            for chunk in self.server.app(environ, self._start):
                self.wfile.write(chunk)
            self.wfile.flush()
        except BrokenConnectionError as broken:
            self._break(abrupt=broken.abrupt)

    def _start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        code, _space, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write

    def _break(self, *, abrupt: bool) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.flush()
            if abrupt:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                self.server.aborted.add(self.connection)  # type: ignore[attr-defined]

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the control address counts requests."""


class _Threads(ThreadedWSGIServer):
    """Werkzeug's threaded server, aware of its open connections."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        self.connections: set[socket.socket] = set()
        self.aborted: set[socket.socket] = set()
        super().__init__(host, port, app, handler=KeepAliveHandler)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; without a farewell where it is to break off."""
        if request in self.aborted:
            self.aborted.discard(request)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class Server:
    """A stand-in being served: its address, and the means to stop it."""

    def __init__(self, app: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> None:
        self._threads = _Threads(host, port, app)
        self.port = self._threads.port
        self.url = f"http://{host}:{self.port}"
        self._loop = threading.Thread(
            target=self._threads.serve_forever, args=(0.05,), name=f"stand-in:{self.port}"
        )
        self._loop.daemon = True
        self._loop.start()

    def stop(self) -> None:
        """Stop listening and close what is open."""
        self._threads.shutdown()
        self._loop.join()
        self._threads.server_close()
        for connection in list(self._threads.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def wait(self) -> None:
        """Block until the server is stopped."""
        self._loop.join()

    def __enter__(self) -> Self:
        """Serve for the length of a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop at the end of the block."""
        self.stop()
