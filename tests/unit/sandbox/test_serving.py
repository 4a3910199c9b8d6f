"""The stand-in on the wire: connections, faults, real deliveries, the command."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.base.server import Server
from sandbox.toast import Served, serve
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
PARTNERS = "/partners/v1/restaurants"


@pytest.fixture
def served() -> Iterator[Served]:
    with serve(history=8) as running:
        yield running


def fault(served: Served, **rule: Any) -> None:
    rule = {"route": "/partners", "times": 1, **rule}
    answer = requests.post(f"{served.url}/control/faults", json=[rule], timeout=5)
    assert answer.status_code == 200


def ask(served: Served, timeout_s: float = 5) -> requests.Response:
    return requests.get(f"{served.url}{PARTNERS}", timeout=timeout_s)


def test_connections_are_kept_alive(served: Served) -> None:
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=5)) as connection:
        connection.connect()
        first = connection.sock
        for method, path, body in (("GET", "state", None), ("POST", "limits", "{}")) * 3:
            connection.request(method, f"/control/{path}", body=body)
            with connection.getresponse() as answer:
                answer.read()
            assert (answer.version, answer.status) == (11, 200)
            assert connection.sock is first


def test_a_status_on_demand(served: Served) -> None:
    fault(served, kind="status", status=503, headers={"Retry-After": "7"})
    answer = ask(served)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert answer.json()["status"] == 503
    assert ask(served).status_code == 401


def test_html_instead_of_json(served: Served) -> None:
    fault(served, kind="html")
    answer = ask(served)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


@pytest.mark.parametrize("kind", ["cut", "truncate"])
def test_a_body_that_ends_too_early(served: Served, kind: str) -> None:
    fault(served, kind=kind)
    with pytest.raises(requests.RequestException):
        ask(served)
    assert ask(served).status_code == 401


def test_a_cut_is_a_reset_and_a_truncation_an_orderly_end(served: Served) -> None:
    ends = {}
    for kind in ("cut", "truncate"):
        fault(served, kind=kind)
        with socket.create_connection(("127.0.0.1", served.port), timeout=5) as wire:
            wire.sendall(f"GET {PARTNERS} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            try:
                while wire.recv(65_536):
                    pass
                ends[kind] = "end"
            except ConnectionResetError:
                ends[kind] = "reset"
    assert ends == {"cut": "reset", "truncate": "end"}


def test_an_answer_that_does_not_come(served: Served) -> None:
    fault(served, kind="timeout")
    with pytest.raises(requests.Timeout):
        ask(served, timeout_s=0.2)


def test_a_slow_answer_comes_after_all_once_let_go(served: Served) -> None:
    fault(served, kind="slow", delay_s=60)
    found: list[int] = []
    asking = threading.Thread(target=lambda: found.append(ask(served, 30).status_code))
    asking.start()
    state = f"{served.url}/control/state"
    until(lambda: requests.get(state, timeout=5).json()["faults"][0]["hits"], what="the fault")
    requests.delete(f"{served.url}/control/faults", timeout=5)
    asking.join()
    assert found == [401]


def test_a_probability_is_drawn_from_seeded_dice(served: Served) -> None:
    def statuses() -> list[int]:
        requests.delete(f"{served.url}/control/faults", timeout=5)
        rule = {"route": "/partners", "kind": "status", "status": 500, "probability": 0.5}
        wanted = {"rules": [rule], "seed": 7}
        requests.post(f"{served.url}/control/faults", json=wanted, timeout=5)
        return [ask(served).status_code for _each in range(12)]

    first = statuses()
    assert set(first) == {401, 500}
    assert statuses() == first


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("a layer of ours"), True),
        (OSError("no space left"), True),
        (ConnectionResetError(), False),
        (BrokenPipeError(), False),
        (TimeoutError(), False),
    ],
)
def test_a_mistake_of_ours_is_logged_and_a_client_that_left_is_not(
    error: Exception, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def app(*_: Any) -> Any:
        raise error

    with Server(app) as broken, pytest.raises(requests.ConnectionError):
        requests.get(broken.url, timeout=5)
    assert [each.exc_info[1] for each in caplog.records if each.exc_info] == [error] * told


def test_a_fault_nobody_knows_is_refused(served: Served) -> None:
    for wrong in ({"route": "/x", "kind": "fire"}, {"route": "x", "kind": "cut"}):
        answer = requests.post(f"{served.url}/control/faults", json=[wrong], timeout=5)
        assert answer.status_code == 400


class Inbox(BaseHTTPRequestHandler):
    """Takes deliveries and remembers them on its server."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((dict(self.headers), json.loads(body)))  # type: ignore[attr-defined]
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def inbox() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Inbox)
    server.taken = []  # type: ignore[attr-defined]
    loop = threading.Thread(target=server.serve_forever, args=(0.02,))
    loop.start()
    yield server
    server.shutdown()
    loop.join()
    server.server_close()


def test_orders_reach_a_real_receiver(served: Served, inbox: ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{inbox.server_port}/hook?key=1"
    control = f"{served.url}/control"
    requests.post(f"{control}/subscriptions", json={"url": url}, timeout=5)
    made = requests.post(f"{control}/orders", json={"count": 3}, timeout=5).json()["guids"]

    def statistics() -> Any:
        return requests.get(f"{control}/state", timeout=5).json()["webhooks"]

    until(lambda: statistics()["delivered"] == 3, what="three deliveries")
    taken = inbox.taken  # type: ignore[attr-defined]
    assert {body["details"]["order"]["guid"] for _headers, body in taken} == set(made)
    assert all(headers["User-Agent"].startswith("Apache-HttpClient/4.5") for headers, _b in taken)


def test_a_receiver_that_is_down_counts_as_failed(served: Served) -> None:
    served.platform.webhooks.scale = 0.0001
    control = f"{served.url}/control"
    # Port 9 (discard) is closed on any machine that runs tests.
    requests.post(f"{control}/subscriptions", json={"url": "http://127.0.0.1:9/"}, timeout=5)
    requests.post(f"{control}/orders", json={}, timeout=5)

    def dropped() -> Any:
        return requests.get(f"{control}/state", timeout=5).json()["webhooks"]["dropped"]

    until(lambda: dropped() == 1, what="the message to be given up")
    log = requests.get(f"{control}/webhooks", timeout=5).json()["log"]
    assert [(each["attempt"], each["status"]) for each in log] == [(1, None), (2, None), (3, None)]


def test_a_live_stand_in_keeps_trading() -> None:
    with serve(history=0, live_s=0.01) as live:
        until(lambda: len(live.platform.book.all()) > 8, what="new orders")


def test_the_command_announces_itself_in_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.toast", "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        merchant = requests.get(f"{facts['control']}/merchant", timeout=5).json()
        process.terminate()
        assert process.wait(10) == 0
    assert merchant["client_id"] == facts["client_id"]
    assert len(merchant["restaurants"]) == 2


def test_a_file_that_is_no_seed_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("a,b\n")
    command = [sys.executable, "-m", "sandbox.toast", "--seed", str(path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "wrong.csv is not an order CSV" in ended.stderr
