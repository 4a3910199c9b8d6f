"""The layer around a stand-in that carries the faults out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from sandbox.base.faults import Fault, FaultPlan

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Headers = list[tuple[str, str]]
ErrorBody = Callable[[int], bytes]

_HTML = b"<html><head><title>Bad gateway</title></head><body>upstream error</body></html>"


class BrokenConnectionError(ConnectionError):
    """The connection has to end here; `abrupt` asks for a reset rather than an orderly close."""

    def __init__(self, *, abrupt: bool) -> None:
        super().__init__("the stand-in broke the connection")
        self.abrupt = abrupt


class Breakage:
    """WSGI layer: consults the plan before each request and spoils the answer accordingly."""

    def __init__(
        self,
        app: WSGIApplication,
        plan: FaultPlan,
        *,
        error_body: ErrorBody,
        http_date: Callable[[float], str],
        exempt: str = "/control",
    ) -> None:
        self._app = app
        self._plan = plan
        self._error_body = error_body
        self._http_date = http_date
        self._exempt = exempt

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Serve one request, spoiled when a rule strikes."""
        path = environ.get("PATH_INFO", "/")
        drawn = None
        if not path.startswith(self._exempt):
            drawn = self._plan.draw(environ["REQUEST_METHOD"], path)
        if drawn is None:
            return self._app(environ, start)
        fault, released = drawn
        if fault.wait_s > 0:
            released.wait(fault.wait_s)
        return self._spoil(fault, environ, start)

    def _spoil(
        self, fault: Fault, environ: WSGIEnvironment, start: StartResponse
    ) -> Iterable[bytes]:
        if fault.kind == "slow":
            return self._app(environ, start)
        if fault.kind == "timeout":
            raise BrokenConnectionError(abrupt=False)
        if fault.kind in ("cut", "truncate"):
            return self._half(environ, start, abrupt=fault.kind == "cut")
        if fault.kind == "mislabel":
            return self._app(environ, _mislabelled(start))
        html = fault.kind == "html"
        body = _HTML if html else self._error_body(fault.status)
        kind = "text/html" if html else "application/json"
        start(_status_line(fault.status), self._headers(fault, kind, len(body)))
        return [body]

    def _headers(self, fault: Fault, content_type: str, length: int) -> Headers:
        ahead_s = fault.retry_date_s
        retry = [] if ahead_s is None else [("Retry-After", self._http_date(ahead_s))]
        return [
            ("Content-Type", content_type),
            ("Content-Length", str(length)),
            ("Date", self._http_date(0.0)),
            *((name, str(value)) for name, value in fault.headers.items()),
            *retry,
        ]

    def _half(
        self, environ: WSGIEnvironment, start: StartResponse, *, abrupt: bool
    ) -> Iterator[bytes]:
        # The app has done its work by now: the client can't tell whether the call took effect.
        body = b"".join(self._app(environ, start))
        yield body[: len(body) // 2]
        raise BrokenConnectionError(abrupt=abrupt)


def _mislabelled(start: StartResponse) -> StartResponse:
    """The answer says that it is compressed, and is not."""

    def begin(status: str, headers: Headers, *rest: Any) -> Any:
        return start(status, [*headers, ("Content-Encoding", "gzip")], *rest)

    return begin


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"
