"""In a folder where nothing is installed, whoever reads says so and makes nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded
from tests.integration.up.installation import Installation

_READING = [
    ("connections",),
    ("sign-in",),
    ("check", "till"),
    ("sync", "till"),
    ("import", "till", "--since", "2026-01-01"),
    ("invoices",),
    ("orders", "till"),
    ("parked", "till"),
    ("retry", "7"),
    ("replay", "7"),
]


@pytest.fixture
def nowhere(place: Installation, tmp_path: Path) -> Iterator[Installation]:
    tmp_path.chmod(0o755)
    home = tmp_path / "home"
    yield Installation(home, place.env | {"TAXPOYNT_HOME": str(home)})
    embedded.discard(home)


@pytest.mark.parametrize("arguments", _READING, ids=lambda each: each[0])
def test_whoever_reads_makes_no_home(nowhere: Installation, arguments: tuple[str, ...]) -> None:
    said = nowhere.run(*arguments, "--json")
    error = json.loads(said.stdout)["error"]
    assert said.returncode == 1
    assert error["sentence"] == f"There is no installation in {nowhere.home}."
    assert "TAXPOYNT_HOME" in error["next_step"]
    assert "taxpoynt up" in error["next_step"]
    assert not nowhere.home.exists()


def test_the_doctor_finds_it_missing_and_makes_none(nowhere: Installation) -> None:
    said = nowhere.run("doctor", "--json")
    found = {each["subject"]: each for each in json.loads(said.stdout)["checks"]}
    assert said.returncode == 1
    assert found["home"]["level"] == "fail"
    assert found["home"]["sentence"] == f"There is no installation in {nowhere.home}."
    assert not nowhere.home.exists()


def test_stopping_what_is_not_there_makes_no_home(nowhere: Installation) -> None:
    assert nowhere.run("down").returncode == 0
    assert not nowhere.home.exists()


def test_migrate_makes_a_home_that_others_then_find(nowhere: Installation) -> None:
    assert nowhere.run("migrate").returncode == 0
    assert (nowhere.home / "logs" / "cli.log").exists()
    said = nowhere.run("connections", "--json")
    assert json.loads(said.stdout)["items"] == []


def test_a_home_that_cannot_be_made_has_no_log_to_look_at(nowhere: Installation) -> None:
    said = nowhere.run("migrate", HOME="/proc/nope")
    assert said.returncode == 1
    assert "/proc/nope/logs" not in said.stderr
    assert "Set TAXPOYNT_HOME to another folder." in said.stderr
