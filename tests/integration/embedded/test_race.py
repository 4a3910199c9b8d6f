"""Starting and stopping at the same moment never leaves anybody without servers."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config.embedded import Servers, servers
from tests.integration.embedded.state import broker, database, is_gone
from tests.waiting import until

_ROOT = Path(__file__).parents[3]
_PROCESSES = 4
_TURNS = 4


def test_newcomers_at_the_moment_of_stopping_are_served(home: Path) -> None:
    with servers(home) as found, database(found) as cursor, broker(found) as client:
        cursor.execute("CREATE TABLE turns (number integer)")
        client.delete("turns")
    command: list[str | Path] = [sys.executable, "-m", __name__, home]
    racers = [subprocess.Popen(command, cwd=_ROOT) for _ in range(_PROCESSES)]
    assert [racer.wait() for racer in racers] == [0] * _PROCESSES
    with servers(home) as found, database(found) as cursor, broker(found) as client:
        cursor.execute("SELECT count(*) FROM turns")
        assert cursor.fetchone() == (_PROCESSES * _TURNS,)
        assert client.get("turns") == str(_PROCESSES * _TURNS)
        cursor.execute("DROP TABLE turns")


def test_many_threads_at_once_get_the_same_servers(home: Path) -> None:
    def use(number: int) -> Servers:
        with servers(home) as found, broker(found) as client:
            client.ping()
            return found

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(use, range(16)))) == 1


def _race(home: Path) -> None:
    for _ in range(_TURNS):
        with servers(home) as found, database(found) as cursor, broker(found) as client:
            cursor.execute("INSERT INTO turns VALUES (1)")
            client.incr("turns")
        # Comes back at the very moment at which the keeper begins to stop.
        until(lambda: not (home / "run/servers.json").exists() or is_gone(home, "keeper"))


if __name__ == "__main__":
    _race(Path(sys.argv[1]))
