"""Connecting: what is stored, what is said, and what never is."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from models import Connection, Location
from models.connections import full_settings
from models.session import unit_of_work
from tests.integration.cli.conftest import written
from tests.integration.cli.typed import run, typed


def stored(name: str) -> Connection | None:
    with unit_of_work() as session:
        return session.query(Connection).filter_by(name=name).one_or_none()


def test_a_connection_is_tried_stored_and_described(config: str, settings: dict[str, Any]) -> None:
    said = typed("connect", "toast", "till", "--config", config, "--json")
    assert said.code == 0, said.err
    row = stored("till")
    assert row is not None
    assert full_settings(row)["client_secret"] == settings["client_secret"]
    assert said.document["outcome"] == "connected"
    assert said.document["key"] == row.key
    assert said.document["webhook_url"].endswith(f"/webhooks/toast/{row.key}")
    with unit_of_work() as session:
        names = {site.name for site in session.query(Location).filter_by(connection_id=row.id)}
    assert {site["name"] for site in said.document["locations"]} == names != set()
    assert "orders:read" in said.document["scopes"]


def test_connecting_again_updates_and_keeps_the_key(
    tmp_path: Path, config: str, settings: dict[str, Any]
) -> None:
    first = typed("connect", "toast", "again", "--config", config, "--json").document
    other = written(tmp_path, {**settings, "webhook_secret": "another-secret"})
    second = typed("connect", "toast", "again", "--config", other, "--json").document
    assert second["outcome"] == "updated"
    assert second["key"] == first["key"]
    row = stored("again")
    assert row is not None
    assert full_settings(row)["webhook_secret"] == "another-secret"


def test_secrets_are_said_nowhere(config: str, settings: dict[str, Any]) -> None:
    for arguments in (["--json"], []):
        said = typed("connect", "toast", "quiet", "--config", config, *arguments)
        assert said.code == 0
        for secret in (settings["client_secret"], settings["webhook_secret"]):
            assert secret not in said.out + said.err


def test_a_file_that_others_can_read_is_warned_of(config: str) -> None:
    assert "can read" not in typed("connect", "toast", "private", "--config", config).err
    Path(config).chmod(0o644)
    said = typed("connect", "toast", "private", "--config", config)
    assert said.code == 0
    assert f"Others can read {config}" in said.err


def test_every_wrong_key_is_named(tmp_path: Path) -> None:
    config = written(tmp_path, {"api_url": "ftp://x", "client_id": "", "client_secret": "hush-1"})
    said = typed("connect", "toast", "wrong", "--config", config)
    assert said.code == 1
    assert "api_url" in said.err
    assert "client_id" in said.err
    assert "hush-1" not in said.err
    assert stored("wrong") is None


def test_refused_credentials_store_nothing(tmp_path: Path, settings: dict[str, Any]) -> None:
    config = written(tmp_path, {**settings, "client_secret": "not-the-secret"})
    said = typed("connect", "toast", "refused", "--config", config, "--json")
    assert said.code == 1
    assert said.document["error"]["next_step"]
    assert "not-the-secret" not in said.out + said.err
    assert stored("refused") is None


def test_a_file_that_is_no_json_is_told_without_quoting_it(tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"client_secret": "hush-2",,}')
    said = typed("connect", "toast", "broken", "--config", str(file))
    assert said.code == 1
    assert "line 1" in said.err
    assert "hush-2" not in said.err


def test_an_unknown_platform_is_wrong_use_with_a_suggestion(config: str) -> None:
    said = typed("connect", "tost", "x", "--config", config)
    assert said.code == 2
    assert "Did you mean 'toast'?" in said.err


def test_a_platform_that_is_away_is_stored_and_parked(
    toast: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    requests.post(f"{toast.url}/control/faults", json=[{"route": "/", "kind": "status"}], timeout=5)
    try:
        said = typed("connect", "toast", "away", "--config", written(tmp_path, settings), "--json")
    finally:
        requests.delete(f"{toast.url}/control/faults", timeout=5)
    assert said.code == 3, said.err
    assert said.document["outcome"] == "stored"
    assert stored("away") is not None


def test_a_host_that_nobody_is_at_is_named_with_what_to_do(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    config = written(tmp_path, {**settings, "api_url": "https://nobody.invalid"})
    said = typed("connect", "toast", "astray", "--config", config, "--json")
    assert said.code == 3, said.err
    steps = " ".join(said.document["next_steps"])
    assert "Toast can't be reached at nobody.invalid:443." in steps
    assert "correct api_url and connect again" in steps
    assert "taxpoynt check astray" in steps
    tried = typed("check", "astray", "--json").document["error"]
    assert tried["sentence"] == "Toast can't be reached at nobody.invalid:443."
    assert "correct api_url and connect again" in tried["next_step"]


@pytest.mark.parametrize("name", ["a/b c", "a b", "$HOME", "_", ".", "a;b", "a'b"])
def test_a_name_that_a_shell_would_not_take_as_it_is_is_refused(name: str, config: str) -> None:
    said = typed("connect", "toast", name, "--config", config)
    assert said.code == 2
    assert "Use letters, digits, '.', '_' and '-'" in said.err
    assert stored(name) is None


def test_a_connection_that_has_an_odd_name_keeps_it_and_hints_quote_it(config: str) -> None:
    typed("connect", "toast", "odd", "--config", config)
    with unit_of_work() as session:
        session.query(Connection).filter_by(name="odd").one().name = "an odd/one"
    said = typed("connect", "toast", "an odd/one", "--config", config)
    assert said.code == 0, said.err
    assert "taxpoynt import 'an odd/one' --since" in said.out
    assert "taxpoynt import 'an odd/one' --since" in typed("orders", "an odd/one").out


def test_a_process_reads_standard_input_and_answers_one_document(
    config: str, settings: dict[str, Any]
) -> None:
    arguments = ("connect", "toast", "piped", "--config", "-", "--json")
    said = run(*arguments, given=json.dumps(settings))
    assert said.code == 0, said.err
    assert said.document["name"] == "piped"


def test_check_shows_account_scopes_limits_and_locations(config: str) -> None:
    typed("connect", "toast", "checked", "--config", config)
    said = typed("check", "checked", "--json")
    assert said.code == 0, said.err
    assert said.document["ok"] is True
    assert "orders:read" in said.document["scopes"]
    assert said.document["limits"]
    assert said.document["locations"]


def test_check_of_an_unknown_name_suggests_a_near_one(config: str) -> None:
    typed("connect", "toast", "downtown", "--config", config)
    said = typed("check", "dwontown")
    assert said.code == 1
    assert "Did you mean 'downtown'?" in said.err


def test_check_says_when_credentials_are_refused(
    toast: Any, tmp_path: Path, settings: dict[str, Any]
) -> None:
    typed("connect", "toast", "lapsed", "--config", written(tmp_path, settings))
    fault = {"route": "/", "kind": "status", "status": 401}
    requests.post(f"{toast.url}/control/faults", json=[fault], timeout=5)
    try:
        said = typed("check", "lapsed", "--json")
    finally:
        requests.delete(f"{toast.url}/control/faults", timeout=5)
    assert said.code == 1
    assert said.document["error"]["next_step"]
    row = stored("lapsed")
    assert row is not None
    assert row.status == "needs attention"


def test_a_second_name_for_what_is_connected_is_refused(config: str) -> None:
    typed("connect", "toast", "one", "--config", config)
    said = typed("connect", "toast", "two", "--config", config)
    assert said.code == 1
    assert "is read by the connection 'one' already" in said.err
    assert "under the name 'one'" in said.err
    names = [each["name"] for each in typed("connections", "--json").document["items"]]
    assert "one" in names
    assert "two" not in names
