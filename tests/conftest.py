"""Real servers for every tier: one embedded pair a run, a migrated database a module."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg2
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from config import embedded
from config import settings as settings_module
from models import migrations
from models import session as database_session
from tasks import app

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_numbers = count(1)
# Asked for with --hypothesis-profile=soak; `tests/faults/lengths.py` says what it means.
hypothesis_settings.register_profile("soak", deadline=None)
# How fast this machine is just now says nothing of what is tested.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")
_LONGEST = {"scenarios", "faults"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the expected side of golden pairs; review them as a diff",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no process is left with them when the others are done."""
    items.sort(key=lambda item: not _LONGEST & set(item.path.parts))


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A data folder of its own, gone after the run."""
    path = Path(tempfile.mkdtemp(prefix="taxpoynt-tests-"))
    path.chmod(0o755)
    yield path
    embedded.discard(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(home: Path) -> Iterator[embedded.Servers]:
    """PostgreSQL and a Redis-compatible server, with a migrated template database."""
    with embedded.servers(home) as found:
        _sql(found.database_url, 'CREATE DATABASE "template_taxpoynt"')
        _use(home, _renamed(found.database_url, "template_taxpoynt"), found.broker_url)
        _configure_celery_anew()
        migrations.upgrade()
        database_session.engine().dispose()
        _forget()
        yield found


@pytest.fixture(scope="module")
def database(servers: embedded.Servers, home: Path) -> Iterator[str]:
    """The address of a fresh, migrated database; settings and environment point at it."""
    name = f"test_{next(_numbers)}"
    _sql(servers.database_url, f'CREATE DATABASE "{name}" TEMPLATE "template_taxpoynt"')
    url = _renamed(servers.database_url, name)
    _use(home, url, servers.broker_url)
    yield url
    database_session.engine().dispose()
    _forget()
    _sql(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _use(home: Path, database_url: str, broker_url: str) -> None:
    database_session.engine.cache_clear()
    os.environ["TAXPOYNT_HOME"] = str(home)
    os.environ["TAXPOYNT_DATABASE_URL"] = database_url
    os.environ["TAXPOYNT_BROKER_URL"] = broker_url
    settings_module.refresh()


def _forget() -> None:
    """What other tests start must not find a database that is gone."""
    for name in ("HOME", "DATABASE_URL", "BROKER_URL"):
        os.environ.pop(f"TAXPOYNT_{name}", None)


def _configure_celery_anew() -> None:
    """pytest looks into every name of a conftest and so may load celeryconfig before this."""
    sys.modules.pop("celeryconfig", None)
    app.config_from_object("celeryconfig", force=True)


def _renamed(url: str, name: str) -> str:
    return url.rsplit("/", 1)[0] + "/" + name


def _sql(url: str, statement: str) -> None:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()
