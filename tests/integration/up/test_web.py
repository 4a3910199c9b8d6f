"""The web alone: its port is nobody else's, and what it counted is its own."""

import json
import re
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from signal import SIGKILL, SIGTERM

import pytest

from cli.running import listening
from cli.running.ports import PortTakenError
from config import embedded
from tests.children import TAXPOYNT, Child, child, free_port
from tests.integration.up.installation import Installation, installation
from tests.waiting import until


@contextmanager
def _web(place: Installation, port: int, log: Path) -> Iterator[Child]:
    with child([*TAXPOYNT, "web", "--port", str(port)], log=log, env=place.env) as web:
        until(lambda: web.alive and _answers(port), timeout_s=60, what="a web")
        yield web


def _answers(port: int) -> bool:
    try:
        return bool(_get(port, "healthz"))
    except (OSError, HTTPException):
        return False


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
        return str(answer.read().decode())


def _deliver(port: int) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks/none/none", data=b"{}")
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=5)


def _counted(port: int) -> float:
    """What all counters of the doors add up to."""
    found = re.findall(r"^taxpoynt_\w+_total\{.*\} ([\d.]+)$", _get(port, "metrics"), re.MULTILINE)
    return sum(map(float, found))


def test_the_port_of_another_homes_web_is_refused(place: Installation, tmp_path: Path) -> None:
    port = free_port()
    with embedded.servers(place.home), _web(place, port, tmp_path / "log"), installation() as other:
        said = other.run("web", "--json", "--port", str(port))
    assert said.returncode == 1
    assert json.loads(said.stdout)["error"]["code"] == "port.taken"
    assert "Traceback" not in said.stderr


def test_the_port_of_another_program_is_refused_in_words(place: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = place.run("web", "--port", str(port))
    assert said.returncode == 1
    assert said.stderr.splitlines()[-2:] == [
        f"Port {port} is in use by another program.",
        "Stop that program, or name another port with --port.",
    ]


def test_a_web_starts_again_at_once_after_it_was_killed(
    place: Installation, tmp_path: Path
) -> None:
    port = free_port()
    with embedded.servers(place.home), _web(place, port, tmp_path / "first") as first:
        first.signal(SIGKILL)
        with _web(place, port, tmp_path / "second") as second:
            assert second.alive


def test_an_address_that_is_not_this_machines_is_told(place: Installation) -> None:
    said = place.run("web", "--host", "192.0.2.1", "--port", str(free_port()))
    assert said.returncode == 1
    assert "Nothing can listen at 192.0.2.1" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_port_is_ours_before_anybody_listens() -> None:
    port = free_port()
    with listening.alone_at("127.0.0.1", port):
        with pytest.raises(PortTakenError), listening.alone_at("127.0.0.1", port, patience_s=0):
            pass
        # As a process of granian binds: it shares, and so do we.
        with socket.create_server(("127.0.0.1", port), reuse_port=True):
            pass
    with listening.alone_at("127.0.0.1", port, patience_s=0):
        pass


def test_a_second_web_leaves_what_the_first_counted(place: Installation, tmp_path: Path) -> None:
    one, two = free_port(), free_port()
    with embedded.servers(place.home), _web(place, one, tmp_path / "one"):
        _deliver(one)
        before = _counted(one)
        assert before > 0
        with _web(place, two, tmp_path / "two") as second:
            second.signal(SIGTERM)
            until(lambda: not second.alive, timeout_s=30, what="the second one's end")
        for _ in range(8):
            _deliver(one)
        assert _counted(one) >= before + 8
