"""The link to sign in with, and whether it leads to anybody."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from config import settings
from tests.integration.cli.typed import typed

pytestmark = pytest.mark.usefixtures("database")

_WARNING = "Nothing answers there: 'make up' or 'taxpoynt web' starts it."


@pytest.fixture(autouse=True)
def _settings_read_again() -> Iterator[None]:
    yield
    settings.refresh()


def _link_at(port: int, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.setenv("TAXPOYNT_PUBLIC_URL", f"http://127.0.0.1:{port}")
    said = typed("sign-in", "--json")
    assert said.code == 0, said.err
    assert said.document["link"].startswith(f"http://127.0.0.1:{port}/sign-in/")
    return said.document["link"], said.err


def test_a_link_that_leads_to_nobody_comes_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert _WARNING in _link_at(port, monkeypatch)[1]


def test_a_link_to_a_web_that_answers_comes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        web.timeout = 5
        thread = Thread(target=web.handle_request)
        thread.start()
        assert _WARNING not in _link_at(web.server_port, monkeypatch)[1]
        thread.join()
