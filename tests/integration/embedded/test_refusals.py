"""When the servers cannot run, a sentence says why and what to do."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import EmbeddedServerError, servers
from config.embedded.errors import explain, with_log
from config.embedded.home import Home
from config.embedded.placing import place
from tests.integration.embedded.state import broker, is_gone, recorded
from tests.waiting import until

_NOBODY = 65534


def _refusal(home: Path) -> str:
    with pytest.raises(EmbeddedServerError) as caught, servers(home):
        pass
    return str(caught.value)


def test_home_under_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert _refusal(tmp_path / "file/home").endswith("Set TAXPOYNT_HOME to a folder.")


def test_home_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(_NOBODY)
            os.write(writing, _refusal(tmp_path / "home").encode())
        finally:
            # Whatever happens, this copy of the test run must not go on.
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        assert "permission denied. Set TAXPOYNT_HOME" in answer.read()


def test_full_disk(tmp_path: Path) -> None:
    full = "the disk is full. Free some space and start again."
    assert str(explain(OSError(errno.ENOSPC, "No space"), tmp_path)).endswith(full)
    log = tmp_path / "server.log"
    log.write_text("FATAL:  could not write: No space left on device\n")
    assert full in with_log("It ended.", log)


def test_data_of_another_version(new_home: Callable[[str], Path]) -> None:
    home = new_home("home")
    data = _data(home)
    (data / "PG_VERSION").write_text("14\n")
    assert "was made by PostgreSQL 14, but this machine has" in _refusal(home)


def test_server_that_does_not_start_shows_its_log(new_home: Callable[[str], Path]) -> None:
    home = new_home("home")
    (_data(home) / "PG_VERSION").write_text("18\n")
    Home(home).secret("postgres")
    text = _refusal(home)
    assert text.startswith("postgres ended instead of starting.")
    assert f"The end of {home}/logs/postgres.log:" in text
    assert "postgresql.conf" in text


def test_data_without_its_password(new_home: Callable[[str], Path]) -> None:
    home = new_home("home")
    (_data(home) / "PG_VERSION").write_text("18\n")
    assert f"restore {home}/postgres.password" in _refusal(home)


def test_failure_is_forgotten_once_its_cause_is(new_home: Callable[[str], Path]) -> None:
    home = new_home("home")
    (_data(home) / "PG_VERSION").write_text("14\n")
    _refusal(home)
    with servers(home, want_database=False) as found, broker(found) as client:
        assert client.ping()


def test_port_taken_meanwhile_is_replaced(home: Path) -> None:
    with servers(home):
        ports = {kind: recorded(home)[kind]["port"] for kind in ("database", "broker")}
    until(lambda: is_gone(home), what="servers stopped")
    with socket.create_server(("127.0.0.1", ports["broker"])), servers(home):
        assert recorded(home)["broker"]["port"] != ports["broker"]
        assert recorded(home)["database"]["port"] == ports["database"]


def _data(home: Path) -> Path:
    """An empty data folder where this home's PostgreSQL would make its own."""
    Home(home).make()
    found = place(Home(home))
    data = found.folder / "postgres"
    data.mkdir(mode=0o700)
    if found.account:
        os.chown(data, *found.account)
    return data
