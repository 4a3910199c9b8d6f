"""What happens in one place only: the commit, the environment, the clock, waiting."""

from collections.abc import Callable, Iterator

from tests.architecture.tree import Source, calls, names, sources

# The second holds a lock of the database while migrations run, outside any unit of work.
COMMITS = {"models/session.py", "models/migrations/env.py"}
# The second hands the environment on to children and to libraries; it reads no setting.
ENVIRONMENT = {"config/settings.py", "cli/environment.py"}
CLOCK = {"config/clock.py", "sandbox/base/clock.py"}
# Processes that wait for a server or a person. A worker never sleeps: it parks.
WAITING = ("cli/", "config/embedded/", "sandbox/")
# The default of an argument that only short waits go through; a thread that nobody waits for.
WAITING_NAMED = {"connectors/base/http.py", "tasks/ring.py"}


def test_only_the_session_commits() -> None:
    assert not _elsewhere(calls, lambda name: name.endswith(".commit"), COMMITS)


def test_only_the_settings_read_the_environment() -> None:
    assert not _elsewhere(
        names, lambda name: name in {"os.environ", "os.getenv", "os.environb"}, ENVIRONMENT
    )


def test_only_the_clock_knows_the_time() -> None:
    told = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    assert not _elsewhere(names, lambda name: name.removeprefix("datetime.") in told, CLOCK)


def test_nothing_sleeps_that_others_wait_for() -> None:
    allowed = {s.path for s in sources() if s.path.startswith(WAITING)} | WAITING_NAMED
    assert not _elsewhere(names, lambda name: name == "time.sleep", allowed)


def _elsewhere(
    mentions: Callable[[Source], Iterator[tuple[str, int]]],
    meant: Callable[[str], bool],
    allowed: set[str],
) -> list[str]:
    return [
        f"{source.path}:{line}"
        for source in sources()
        if source.path not in allowed
        for name, line in mentions(source)
        if meant(name)
    ]
