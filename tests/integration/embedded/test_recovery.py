"""Whatever was killed, the next start recovers and nothing is lost."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from config.embedded import processes, running, servers
from config.embedded.home import Home
from config.embedded.placing import place
from config.embedded.processes import command_line
from config.embedded.valkey import Valkey
from tests.integration.embedded.member import Member
from tests.integration.embedded.state import (
    both_answer,
    broker,
    database,
    descendants,
    is_gone,
    kill_all,
    recorded,
)
from tests.waiting import until


def test_servers_end_with_their_keeper_and_start_again(home: Path) -> None:
    with servers(home) as before:
        os.kill(recorded(home)["keeper"], signal.SIGKILL)
        until(lambda: is_gone(home), what="servers gone")
        assert running(home) is None
        with servers(home) as after:
            assert both_answer(after)
            assert after == before  # the same ports, so that clients find them again


def test_nothing_is_lost_by_killing_everything(home: Path) -> None:
    with servers(home) as found:
        with database(found) as cursor, broker(found) as client:
            cursor.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
            for number in range(1000):
                client.rpush("kept", number)
        kill_all(home)
        until(lambda: is_gone(home), what="servers gone")
        with servers(home) as again, database(again) as cursor, broker(again) as client:
            cursor.execute("SELECT count(*) FROM kept")
            assert cursor.fetchone() == (1000,)
            assert client.llen("kept") == 1000
            cursor.execute("DROP TABLE kept")
            client.delete("kept")


@pytest.mark.parametrize("kind", ["database", "broker"])
def test_server_that_fell_over_is_started_again(home: Path, kind: str) -> None:
    with servers(home) as found:
        fallen = recorded(home)[kind]["pid"]
        os.kill(fallen, signal.SIGKILL)
        until(lambda: recorded(home)[kind]["pid"] != fallen, what=f"{kind} started again")
        assert both_answer(found)
    name = {"database": "postgres", "broker": "valkey"}[kind]
    (told,) = [line for line in _kept_log(home) if f"(process {fallen})" in line]
    assert told.endswith(f"{name} (process {fallen}) ended, signal 9 (SIGKILL): starting it again")


def _kept_log(home: Path) -> list[str]:
    return (home / "logs/keeper.log").read_text().splitlines()


def test_reused_process_number_does_not_prevent_the_start(home: Path) -> None:
    with servers(home):
        pid_file = Home(home).path / "postgres/postmaster.pid"
        left = pid_file.read_text().splitlines()
        kill_all(home)
        until(lambda: is_gone(home), what="servers gone")
        # Now the number is this test's own.
        pid_file.write_text("\n".join([str(os.getpid()), *left[1:], ""]))
        with servers(home) as found:
            assert both_answer(found)


def test_orphaned_server_is_stopped_before_another_starts(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a system without death signals.
    monkeypatch.setattr(processes, "_prctl", None)
    files = Home(home)
    files.make()
    orphan = Valkey(files)
    orphan.start()
    assert not is_gone(home, "valkey")
    with servers(home, want_database=False) as found:
        assert recorded(home)["broker"]["pid"] != orphan.pid
        with broker(found) as client:
            assert client.ping()
    orphan.stop()


def test_kill_while_the_cluster_is_made_leaves_nothing_half_made(
    new_home: Callable[[str], Path],
) -> None:
    home = new_home("home")
    with Member(home) as member:
        for keeper in until(lambda: _keepers_in_initdb(home), what="initdb at work"):
            os.kill(keeper, signal.SIGKILL)
        member.kill()
    with servers(home) as found:
        assert both_answer(found)
        assert not list(place(Home(home)).folder.glob("postgres.new-*"))


def _keepers_in_initdb(home: Path) -> list[int]:
    numbers = [int(found.name) for found in Path("/proc").iterdir() if found.name.isdecimal()]
    keepers = [pid for pid in numbers if f"config.embedded.keeper {home}" in command_line(pid)]
    return [
        pid for pid in keepers if any("initdb" in command_line(child) for child in descendants(pid))
    ]
