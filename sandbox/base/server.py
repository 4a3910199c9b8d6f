"""A threaded HTTP/1.1 server for a stand-in: keeps connections alive and stops on request."""

from __future__ import annotations

import contextlib
import logging
import socket
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from werkzeug.serving import ThreadedWSGIServer

from sandbox.base.connection import KeepAliveHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(__name__)


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
        """A client that went away is no news; a mistake of ours is."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            log.error("a request of %s broke off", client_address, exc_info=error)


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
