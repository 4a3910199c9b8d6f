"""A request as WSGI wants it, and an answer as WSGI gives it.

Source: PEP 3333, https://peps.python.org/pep-3333/, and granian's RSGI specification,
    https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md, read 2026-11-28.
"""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any, Protocol

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Any], Iterable[bytes]]

_SAME: Environ = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "",
    "SERVER_PORT": "",
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    # A body in chunks has no length, and is all there.
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
_OWN_NAMES = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class Scope(Protocol):
    """What the server says of a request."""

    method: str
    path: str
    query_string: str
    http_version: str
    scheme: str
    client: str
    server: str
    headers: Any


class Answer:
    """Takes the status and the headers that an application begins with."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status = 500
        self.headers: Headers = []

    def __call__(self, status: str, headers: Headers, _error: Any = None) -> None:
        """Take them, as WSGI's `start_response`."""
        self.status, self.headers = int(status[:3]), headers

    @property
    def measured(self) -> bool:
        """Whether the length of the body is told: then it is short enough to be held whole."""
        return any(name.lower() == "content-length" for name, _ in self.headers)


def headers(scope: Scope) -> dict[str, str]:
    """Names in lower case; what came several times is one value, as HTTP has it."""
    found: dict[str, str] = {}
    for name, value in scope.headers.items():
        if name in found:
            value = f"{found[name]}{'; ' if name == 'cookie' else ','}{value}"
        found[name] = value
    return found


def environ(scope: Scope, body: bytes) -> Environ:
    """The request as WSGI has it."""
    made = {
        **_SAME,
        "REQUEST_METHOD": scope.method,
        # WSGI has bytes as text of as many characters.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
    }
    made["REMOTE_ADDR"], _, made["REMOTE_PORT"] = scope.client.rpartition(":")
    made["SERVER_NAME"], _, made["SERVER_PORT"] = scope.server.rpartition(":")
    for name, value in headers(scope).items():
        made[_OWN_NAMES.get(name) or f"HTTP_{name.upper().replace('-', '_')}"] = value
    return made
