import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from cli.running import ready


def test_who_answers_an_error_answers() -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.timeout = 5
        thread = Thread(target=server.handle_request)
        thread.start()
        assert ready.answers(f"http://127.0.0.1:{server.server_port}/healthz")
        thread.join()


def test_nobody_answers_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert not ready.answers(f"http://127.0.0.1:{port}/healthz")
