"""One HTTP/1.1 connection: request after request until either side ends it."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
from typing import Any

from werkzeug.serving import WSGIRequestHandler

from sandbox.base.breakage import BrokenConnectionError

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
