"""A stand-in to connect to, and a merchant whose database is its own."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.toast import Served
from tests.shop import open_till


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A connection's name, after the test."""
    return re.sub(r"[^\w.-]+", "-", request.node.name.removeprefix("test_"))


@pytest.fixture
def toast(database: str) -> Iterator[Served]:
    """A small restaurant group on a port of loopback; its limits are lifted."""
    with open_till(history=4) as served:
        yield served


@pytest.fixture
def settings(toast: Served) -> dict[str, Any]:
    """What connects to it."""
    return settings_of(toast)


@pytest.fixture
def config(tmp_path: Path, settings: dict[str, Any]) -> str:
    """A file of these settings that only its owner can read."""
    return written(tmp_path, settings)


def settings_of(served: Served) -> dict[str, Any]:
    """The settings that connect to a stand-in."""
    facts = served.facts()
    return {
        "api_url": served.url,
        "client_id": facts["client_id"],
        "client_secret": facts["client_secret"],
        "webhook_secret": facts["webhook_secret"],
        "logins_an_hour": 1000,
    }


def written(folder: Path, settings: dict[str, Any]) -> str:
    """A private file of settings."""
    file = folder / "settings.json"
    file.write_text(json.dumps(settings))
    file.chmod(0o600)
    return str(file)
