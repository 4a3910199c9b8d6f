"""What happens in one place only: the commit, the environment, the clock, waiting."""

import ast
import re
from collections.abc import Callable, Iterator

from tests.architecture.tree import Source, calls, names, sources

# The second holds a lock of the database while migrations run, outside any unit of work.
COMMITS = {"models/session.py", "models/migrations/env.py"}
# The second hands the environment on to children and to libraries; it reads no setting.
ENVIRONMENT = {"config/settings.py", "cli/environment.py"}
CLOCK = {"config/clock.py", "sandbox/base/clock.py"}
# Processes that wait for a server or a person. A worker never sleeps: it parks.
WAITING = ("cli/", "config/embedded/", "sandbox/")
# The default of an argument that only short waits go through; a thread that nobody waits for; a few
# milliseconds in which a worker has nothing else to do; history, which nobody waits for.
WAITING_NAMED = {"connectors/base/http.py", "tasks/ring.py", "tasks/turn.py", "tasks/giving_way.py"}
ROUNDING = {"rules/money.py"}
# It adds noughts, after it saw that there is nothing to round.
PADDING = "documents/figures.py"
# How what a stranger must not guess byte by byte is called. A digest in a query is the database's.
_SECRET = re.compile(r"\b(signature|secret|password|csrf|mac)\b", re.IGNORECASE)


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


def test_only_money_rounds() -> None:
    ours = {s.path for s in sources() if s.room == "sandbox"} | ROUNDING
    assert not _elsewhere(names, lambda name: name.endswith(".quantize"), ours | {PADDING})
    modes = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        if source.path not in ours
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Name) and node.id.startswith("ROUND_")
    ]
    assert not modes


def test_what_json_is_read_as_is_settled_as_modules_are_imported() -> None:
    """msgspec 0.22 crashes where two threads are the first to use a type: no `type=` in a call."""
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("json.decode")
        and any(word.arg == "type" for word in node.keywords)
    ]
    assert not found


def test_secrets_are_compared_in_a_time_that_tells_nothing() -> None:
    doors = {s.path for s in sources() if re.fullmatch(r"connectors/\w+/webhook\.py", s.path)}
    comparing = {s.path for s in sources() if "hmac.compare_digest" in dict(calls(s))}
    assert doors | {"dashboard/csrf.py"} <= comparing
    found = [
        f"{source.path}:{node.lineno}: {ast.unparse(node)}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Compare)
        if isinstance(node.ops[0], ast.Eq | ast.NotEq)
        if any(map(_SECRET.search, map(ast.unparse, [node.left, *node.comparators])))
    ]
    assert not found


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
