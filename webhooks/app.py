"""The door as an application of its own, without what only pages need."""

from typing import Any

from flask import Flask, Request
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter

from webhooks.receive import door


class _NoSessions(SessionInterface):
    """Platforms have none."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()


class Door(Flask):
    """Takes deliveries in under any name that it is called by."""

    session_interface = _NoSessions()

    def __init__(self) -> None:
        super().__init__("door", static_folder=None)
        self.register_blueprint(door)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Match by path alone: what host and port a sender meant makes no difference."""
        if request is None:
            return super().create_url_adapter(request)
        asked: Any = request.environ
        path, method = asked["PATH_INFO"], asked["REQUEST_METHOD"]
        path = path.encode("latin-1").decode(errors="replace")
        return MapAdapter(self.url_map, "door", "/", "", "http", path, method)
