"""What the doctor looks at, and what it says where something is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from config import settings as settings_module
from tests.children import free_port
from tests.integration.cli.typed import run, typed

pytestmark = pytest.mark.usefixtures("database")

# Two of them are clocks: the database's, and that of Redis.
EVERY_CHECK = Counter(
    (
        *("Python", "settings", "home", "disk"),
        *("database", "compression", "clock", "tables", "writing", "secrets"),
        *("broker", "kombu", "time limit", "eviction", "clock"),
        *("broker memory", "dead messages"),
        *("workers", "beat", "public address", "web"),
    )
)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Sets settings for one test."""

    def tell(**given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(f"TAXPOYNT_{name}", value)
        settings_module.refresh()

    yield tell
    monkeypatch.undo()
    settings_module.refresh()


def _failing(said: Any) -> dict[str, Any]:
    assert (said.code, said.document["ok"]) == (1, False)
    return {each["subject"]: each for each in said.document["checks"] if each["level"] == "fail"}


def test_it_looks_at_everything_once(told: Callable[..., None]) -> None:
    told(PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    found = typed("doctor", "--json").document["checks"]
    assert Counter(each["subject"] for each in found) == EVERY_CHECK
    clocks = " ".join(each["sentence"] for each in found if each["subject"] == "clock")
    assert "the database" in clocks
    assert "Redis" in clocks
    # Nothing works here: neither workers nor beat run.
    failing = {each["subject"] for each in found if each["level"] == "fail"}
    assert failing == {"workers", "beat"}


def test_secrets_that_no_key_opens_are_named_with_what_to_do(
    told: Callable[..., None], config: str, name: str
) -> None:
    assert typed("connect", "toast", name, "--config", config).code == 0
    told(SECRET_KEYS="some-other-key-of-a-good-length")
    failing = _failing(typed("doctor", "--json"))
    assert set(failing) == {"workers", "beat", "secrets"}
    assert name in failing["secrets"]["sentence"]
    assert "TAXPOYNT_SECRET_KEYS" in failing["secrets"]["next_step"]


def test_a_broker_that_is_away_is_a_failing_check_and_the_rest_is_looked_at(
    told: Callable[..., None],
) -> None:
    told(BROKER_URL=f"redis://127.0.0.1:{free_port()}/0")
    said = run("doctor", "--json")
    failing = _failing(said)
    assert failing["broker"]["sentence"] == "The broker can't be reached."
    assert failing["broker"]["next_step"] == "Start it, or correct its address."
    subjects = {each["subject"] for each in said.document["checks"]}
    assert {"disk", "database", "secrets", "public address"} <= subjects


def test_when_nobody_works_it_fails_and_says_what_to_start(told: Callable[..., None]) -> None:
    told(PUBLIC_URL=f"http://127.0.0.1:{free_port()}")
    failing = _failing(typed("doctor", "--json"))
    assert set(failing) == {"workers", "beat"}
    assert failing["workers"]["sentence"].startswith("No worker answers")
    assert "taxpoynt worker" in failing["workers"]["next_step"]
    assert "'upkeep'" in failing["beat"]["next_step"]
    assert "taxpoynt beat" in failing["beat"]["next_step"]
