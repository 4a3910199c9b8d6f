"""The stand-in on a port of its own."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from flask import Flask

from sandbox.base.server import Server
from sandbox.toast.app import create_app
from sandbox.toast.control.state import merchant_facts
from sandbox.toast.platform import Platform
from sandbox.toast.till import Till


class Served:
    """A running stand-in: `.url`, `.port`, `.platform`, `.stop()`; also a context manager."""

    def __init__(self, app: Flask, host: str, port: int, live_s: float | None) -> None:
        self.app = app
        self.platform: Platform = app.extensions["toast"]
        self._server = Server(app, host, port)
        self.url = self._server.url
        self.port = self._server.port
        self._till = None if live_s is None else Till(self.platform, live_s)
        if self._till is not None:
            self._till.start()

    def facts(self) -> dict[str, Any]:
        """Address and merchant: what one needs to connect."""
        return {"url": self.url, "control": f"{self.url}/control", **merchant_facts(self.platform)}

    def skipped(self) -> list[str]:
        """The rows of the seed that could not be used, each with its line and the reason."""
        report = self.platform.seed_report
        rows = [] if report is None else report.broken
        return [f"Line {row['line']} skipped: {row['reason']}" for row in rows]

    def wait(self) -> None:
        """Block until stopped."""
        self._server.wait()

    def stop(self) -> None:
        """Stop trading, sending and listening."""
        if self._till is not None:
            self._till.stop()
        self.platform.faults.replace([])
        self.platform.webhooks.agenda.stop()
        self._server.stop()

    def __enter__(self) -> Self:
        """Run for the length of a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop at the end of the block."""
        self.stop()


def serve(
    host: str = "127.0.0.1", port: int = 0, *, live_s: float | None = None, **options: Any
) -> Served:
    """Serve the stand-in in the background; `options` are those of `create_app`.

    Units: `live_s` is seconds between new orders, None for none.
    """
    return Served(create_app(**options), host, port, live_s)
