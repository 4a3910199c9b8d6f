"""A restaurant that is refused: neither `connect` nor `check` says that all is well."""

from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.toast import Served
from tests.integration.cli.conftest import written
from tests.integration.cli.typed import typed


@pytest.fixture
def config(toast: Served, tmp_path: Path, settings: dict[str, Any]) -> str:
    """Settings that name both restaurants."""
    named = [each.guid for each in toast.platform.merchant.restaurants]
    return written(tmp_path, {**settings, "restaurants": named})


def _admit(toast: Served, guid: str, *, in_s: float) -> None:
    """The platform lists the restaurant, and lets nobody read it before then."""
    wanted = {"guid": guid, "delay_s": in_s}
    requests.post(f"{toast.url}/control/locations", json=wanted, timeout=5).raise_for_status()


def _status(name: str) -> Any:
    items = typed("connections", "--json").document["items"]
    return next(each["status"] for each in items if each["name"] == name)


def test_check_fails_on_it_until_access_is_back(toast: Served, config: str, name: str) -> None:
    connected = typed("connect", "toast", name, "--config", config, "--json").document
    assert connected["warnings"] == []
    refused = connected["locations"][1]
    _admit(toast, refused["external_id"], in_s=900)
    said = typed("check", name, "--json")
    assert (said.code, said.document["ok"]) == (1, False)
    (warning,) = said.document["warnings"]
    assert f"'{refused['name']}' can't be read: Toast doesn't let" in warning
    assert "give the integration access to the restaurant" in warning
    assert warning.endswith(f"Then run 'taxpoynt check {name}'.")
    in_words = typed("check", name)
    assert in_words.code == 1
    assert f"'{name}' needs attention." in in_words.out
    assert "works" not in in_words.out
    assert f"Warning: {warning}" in in_words.err
    assert _status(name) == "needs attention"
    _admit(toast, refused["external_id"], in_s=0)
    said = typed("check", name, "--json")
    assert (said.code, said.document["ok"], said.document["warnings"]) == (0, True, [])
    assert _status(name) == "connected"


def test_connect_is_done_and_warns_of_it(toast: Served, config: str, name: str) -> None:
    refused = toast.platform.merchant.restaurants[1]
    _admit(toast, refused.guid, in_s=900)
    said = typed("connect", "toast", name, "--config", config, "--json")
    assert (said.code, said.document["outcome"]) == (0, "connected")
    (warning,) = said.document["warnings"]
    assert f"'{refused.guid}' can't be read: Toast doesn't let" in warning
    assert warning.endswith(f"Then run 'taxpoynt check {name}'.")
    assert f"Warning: {warning}" in typed("connect", "toast", name, "--config", config).err
    _admit(toast, refused.guid, in_s=0)
    again = typed("connect", "toast", name, "--config", config, "--json")
    assert (again.code, again.document["warnings"]) == (0, [])
