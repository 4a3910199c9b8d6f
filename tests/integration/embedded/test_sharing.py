"""Many processes share the servers of a home; the last one out has them stopped."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded import running, servers
from tests.integration.embedded.member import Member
from tests.integration.embedded.state import both_answer, broker, database, is_gone
from tests.waiting import until


def test_servers_run_while_used_and_stop_afterwards(home: Path) -> None:
    assert running(home) is None
    with servers(home) as found:
        assert both_answer(found)
        assert running(home) == found
    until(lambda: is_gone(home), what="servers stopped")
    assert running(home) is None


def test_addresses_have_the_promised_form(home: Path) -> None:
    with servers(home) as found:
        database_url, broker_url = urlsplit(found.database_url), urlsplit(found.broker_url)
    assert database_url.scheme == "postgresql+psycopg2"
    assert (database_url.username, database_url.path) == ("taxpoynt", "/taxpoynt")
    assert (broker_url.scheme, broker_url.username, broker_url.path) == ("redis", "", "/0")
    assert {database_url.hostname, broker_url.hostname} == {"127.0.0.1"}
    assert database_url.password
    assert broker_url.password


def test_nothing_acknowledged_is_lost_or_evicted_by_settings(home: Path) -> None:
    with servers(home) as found, database(found) as cursor, broker(found) as client:
        settings = {
            "fsync": "on",
            "synchronous_commit": "on",
            "timezone": "UTC",
            "server_encoding": "UTF8",
        }
        for setting in settings:
            cursor.execute("SELECT current_setting(%s)", [setting])
            assert cursor.fetchone() == (settings[setting],)
        wanted = {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
        assert client.config_get(*wanted) == wanted


def test_second_process_shares_and_last_one_out_stops(home: Path) -> None:
    with Member(home) as first:
        with Member(home) as second:
            assert first.servers() == second.servers()
        assert running(home)
    until(lambda: is_gone(home), what="servers stopped")


def test_killed_process_counts_as_gone(home: Path) -> None:
    with Member(home) as member:
        member.servers()
        member.kill()
        until(lambda: is_gone(home), what="servers stopped")


def test_forked_child_is_not_a_user(home: Path) -> None:
    reading, writing = os.pipe()
    with servers(home):
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
    os.close(reading)
    try:
        until(lambda: is_gone(home), what="servers stopped while the child lives")
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
    finally:
        os.close(writing)
        os.waitpid(child, 0)


def test_only_what_is_wanted_runs(home: Path) -> None:
    with servers(home, want_database=False) as first:
        assert first.database_url == ""
        with servers(home) as second:
            assert both_answer(second)
            assert second.broker_url == first.broker_url


def test_wanting_nothing_starts_nothing(tmp_path: Path) -> None:
    with servers(tmp_path / "home", want_database=False, want_broker=False) as found:
        assert (found.database_url, found.broker_url) == ("", "")
    assert not (tmp_path / "home").exists()


def test_second_home_is_independent(home: Path, new_home: Callable[[str], Path]) -> None:
    other = new_home("other")
    with servers(home, want_database=False) as ours:
        with (
            servers(other, want_database=False) as theirs,
            broker(ours) as here,
            broker(theirs) as there,
        ):
            here.set("place", "here")
            assert there.get("place") is None
        until(lambda: is_gone(other), what="the other home's servers stopped")
        assert running(home) == ours


def test_secrets_are_the_owners_alone(home: Path) -> None:
    with servers(home):
        for name in ("postgres.password", "valkey.password", "run/servers.json"):
            assert (home / name).stat().st_mode & 0o777 == 0o600
