"""Everything from one command: up, a part that dies, the power cut, up again, Ctrl-C."""

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from functools import partial
from http.client import HTTPException
from typing import Any

import pytest

from tests.children import Child
from tests.integration.up.installation import Installation
from tests.waiting import until

Up = tuple[Child, dict[str, Any]]


@pytest.fixture(scope="module")
def first(place: Installation) -> Iterator[Up]:
    with place.up() as found:
        yield found


def _status(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return int(answer.status)


def _invoices(place: Installation) -> list[dict[str, Any]]:
    said = place.run("invoices", "--json")
    assert said.returncode == 0, said.stderr
    found: list[dict[str, Any]] = json.loads(said.stdout)["items"]
    return found


def test_it_says_where_everything_is_and_all_of_it_answers(first: Up) -> None:
    _, told = first
    assert _status(f"{told['web']}/readyz") == 200
    assert _status(f"{told['flower']}/healthcheck") == 200
    assert _status(f"{told['sandbox']['toast']}/control/merchant") == 200
    assert _status(told["sign_in"]) == 200
    assert told["connections"] == {"toast": "demo-toast"}


def test_the_sample_merchants_orders_become_invoices(place: Installation, first: Up) -> None:
    assert until(lambda: _invoices(place), timeout_s=60, what="invoices")


def test_a_second_one_refuses_and_names_the_first(place: Installation, first: Up) -> None:
    process, told = first
    said = place.run("up", "--json")
    error = json.loads(said.stdout)["error"]
    assert said.returncode == 1
    assert error["code"] == "up.already"
    assert str(place.home) in error["sentence"]
    assert str(process.pid) in error["sentence"]
    assert told["web"] in error["sentence"]


def test_the_doctor_finds_nothing_that_fails(place: Installation, first: Up) -> None:
    def sound() -> bool:
        said = place.run("doctor", "--json")
        assert said.returncode == (0 if json.loads(said.stdout)["ok"] else 1)
        return said.returncode == 0

    until(sound, timeout_s=60, what="a sound installation")


def test_a_part_that_dies_is_started_again(place: Installation, first: Up) -> None:
    process, told = first
    for part in ("web", "worker-events"):
        (main,) = [pid for pid in place.pids_of("cli.main", part) if _parent(pid) == process.pid]
        os.kill(main, signal.SIGKILL)
        until(partial(process.says, f"{part} was ended by signal 9"), what=part)
    until(lambda: _answers(told["web"]), what="the web again")


def test_after_a_power_cut_nothing_is_left_and_it_goes_on_where_it_was(
    place: Installation, first: Up
) -> None:
    process, told = first
    before = {each["number"] for each in _invoices(place)}
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: not place.processes(), timeout_s=60, what="nothing left")
    with place.up() as (again, retold):
        addresses = ("web", "flower", "sandbox", "connections")
        assert [retold[name] for name in addresses] == [told[name] for name in addresses]
        assert before
        assert _numbers(place, len(before)) >= before
        again.signal(signal.SIGINT)
        until(lambda: not again.alive, timeout_s=60, what="stopped")
        assert again.code == 0
        until(lambda: not place.processes(), timeout_s=20, what="nothing left")
    assert not place.is_up()


def _numbers(place: Installation, most: int) -> set[str]:
    said = place.run("invoices", "--json", "--limit", str(most + 100))
    return {each["number"] for each in json.loads(said.stdout)["items"]}


def _answers(url: str) -> bool:
    try:
        return _status(f"{url}/readyz") == 200
    except (OSError, HTTPException):
        return False


def _parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123 - a number of the kernel's
        return int(file.read().rpartition(")")[2].split()[1])


def test_a_port_that_was_asked_for_and_is_taken_is_refused(place: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = place.run("up", "--json", "--port", str(port))
    assert said.returncode == 1
    assert json.loads(said.stdout)["error"]["code"] == "port.taken"
