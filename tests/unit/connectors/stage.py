"""A scripted platform on loopback: answers each call from a list, and remembers the calls."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

DATE = "Sun, 01 Mar 2026 12:00:00 GMT"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    # Bytes announced beyond those sent: the connection is then cut.
    missing: int = 0


@dataclass
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int


@dataclass
class Stage:
    url: str
    calls: list[Call]
    script: Callable[[Call], Answer]

    def paths(self) -> list[str]:
        return [call.path.split("?")[0].rsplit("/", 1)[-1] for call in self.calls]


def token(number: int = 1, expires_in: int = 86_400) -> Answer:
    body = {"token": {"accessToken": f"token-{number}", "expiresIn": expires_in}}
    return Answer(body=json.dumps(body).encode())


@contextmanager
def playing(script: Callable[[Call], Answer]) -> Iterator[Stage]:
    stage = Stage("", [], script)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stage.calls.append(Call(self.command, self.path, headers, body, self.client_address[1]))
            answer = stage.script(stage.calls[-1])
            self.send_response_only(answer.status)
            headers = {"Date": DATE, "Content-Length": str(len(answer.body) + answer.missing)}
            for name, value in {**headers, **answer.headers}.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.missing:
                self.close_connection = True

        do_GET = do_POST = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stage.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stage
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
