"""Probes and metrics."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from structlog.testing import CapturingLogger

from config import clock
from config import settings as settings_module
from dashboard import metrics, readiness
from models import JobSlot
from models import session as database_session
from models.session import unit_of_work
from tests import factories, merchants
from tests.merchants import Merchant

NOWHERE = "127.0.0.1:1"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing kept from another test."""
    monkeypatch.setattr(metrics, "_database", metrics.DatabaseGauges())


@pytest.fixture
def no_database(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept = database_session.engine()
    database_session.engine.cache_clear()
    monkeypatch.setenv("TAXPOYNT_DATABASE_URL", f"postgresql://x:x@{NOWHERE}/x")
    settings_module.refresh()
    yield
    monkeypatch.undo()
    settings_module.refresh()
    database_session.engine().dispose()
    database_session.engine.cache_clear()
    kept.dispose()


@pytest.fixture
def no_broker(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with broker_at(monkeypatch, f"redis://{NOWHERE}/0"):
        yield


@pytest.fixture(params=["redis", "amqp"])
def frozen_broker(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Its kernel takes what is sent; nobody ever answers."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        port = frozen.getsockname()[1]
        with broker_at(monkeypatch, f"{request.param}://127.0.0.1:{port}/0"):
            yield


@contextmanager
def broker_at(monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[None]:
    monkeypatch.setenv("TAXPOYNT_BROKER_URL", url)
    settings_module.refresh()
    yield
    monkeypatch.undo()
    settings_module.refresh()


def value(client: FlaskClient, name: str, labels: str = "") -> float:
    """A sample among the metrics."""
    found = re.findall(
        rf"^{name}(?:\{{[^}}]*{labels}[^}}]*\}})? (\S+)$", client.get("/metrics").text, re.M
    )
    assert len(found) == 1, (name, found)
    return float(found[0])


def test_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["status"] == "ready"
    assert response.json["broker"] == "reachable"
    assert response.json["beat"] == "never heard"


def test_the_beat_is_late_when_it_was_silent_for_a_minute(client: FlaskClient) -> None:
    with unit_of_work() as session:
        session.add(JobSlot(job="sync.due", scheduled_for=factories.NOON))
    # Behind the slot, and before it by a clock that was set back.
    for seconds, word in ((60, "heard"), (61, "late"), (-60, "heard"), (-61, "late")):
        with clock.frozen(factories.NOON + timedelta(seconds=seconds)):
            found = client.get("/readyz")
        assert found.json is not None
        assert found.json["beat"] == word
        assert found.json["status"].startswith("degraded" if word == "late" else "ready")
        assert found.json["beat_heard_at"] == "2026-03-01T12:00:00.000000Z"
        assert found.status_code == 200


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_beat_that_is_silent_since_the_clock_was_set_back_has_an_age(
    client: FlaskClient, hours: int
) -> None:
    with unit_of_work() as session:
        session.add(JobSlot(job="sync.due", scheduled_for=factories.NOON))
    with clock.frozen(factories.NOON + timedelta(hours=hours)):
        assert value(client, "taxpoynt_beat_age_seconds") == 3600


def test_without_a_broker_deliveries_are_still_taken(client: FlaskClient, no_broker: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["broker"] == "unreachable"
    assert response.json["status"].startswith("degraded")


def test_a_broker_that_is_frozen_holds_no_probe(client: FlaskClient, frozen_broker: None) -> None:
    began = clock.monotonic()
    response = client.get("/readyz")
    took = clock.monotonic() - began
    assert response.json is not None
    assert response.json["broker"] == "unreachable"
    # A second's time-out, once or twice; a machine may stall.
    assert took < 10


def test_without_a_database_it_is_not_ready(client: FlaskClient, no_database: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["database"] == "unreachable"
    assert client.get("/healthz").status_code == 200
    assert value(client, "taxpoynt_database_up") == 0


@pytest.mark.parametrize(("path", "module"), [("/readyz", readiness), ("/metrics", metrics)])
def test_what_the_database_refused_is_logged(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str, module: ModuleType
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(module, "log", log)
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE job_slots RENAME TO elsewhere"))
    try:
        client.get(path)
    finally:
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE elsewhere RENAME TO job_slots"))
    [call] = log.calls
    assert (call.method_name, call.kwargs) == ("warning", {"error": "ProgrammingError"})


def test_tables_that_are_behind_are_not_ready(client: FlaskClient) -> None:
    with unit_of_work() as session:
        [at] = session.scalars(text("SELECT version_num FROM alembic_version"))
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        response = client.get("/readyz")
    finally:
        with unit_of_work() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})
    assert response.status_code == 503
    assert response.json is not None
    assert "taxpoynt migrate" in response.json["migrations"]


def test_metrics(client: FlaskClient, owner: Merchant) -> None:
    [first, _] = merchants.take_orders(
        owner, merchants.rich_order("o1"), merchants.rich_order("o2")
    )
    merchants.invoice(first)
    merchants.deliver(owner, state="pending")
    merchants.deliver(owner, state="parked")
    merchants.parked_record(owner)
    merchants.standing(owner, "delayed", clock.now())
    with unit_of_work() as session:
        session.execute(
            text("UPDATE cursors SET failures = 3, watermark = now() - interval '90 seconds'")
        )
        # Read once an hour; whoever is alarmed by lag wants to know of sales.
        session.execute(
            text(
                "INSERT INTO cursors (organization_id, connection_id, stream, watermark, sales,"
                " next_due_at, location_external_id) SELECT organization_id, connection_id,"
                " 'configuration', now() - interval '1 hour', false, next_due_at,"
                " location_external_id FROM cursors"
            )
        )
    assert value(client, "taxpoynt_database_up") == 1
    assert value(client, "taxpoynt_inbox_waiting") == 1
    assert value(client, "taxpoynt_inbox_oldest_age_seconds") < 60
    assert value(client, "taxpoynt_inbox_parked") == 1
    assert value(client, "taxpoynt_records_parked") == 1
    assert value(client, "taxpoynt_orders") == 2
    assert value(client, "taxpoynt_invoices") == 1
    assert value(client, "taxpoynt_invoices_due") == 1
    assert value(client, "taxpoynt_sync_failures", 'stream="orders"') == 3
    assert 90 <= value(client, "taxpoynt_cursor_lag_seconds", 'stream="orders"') < 120
    lags = [x for x in client.get("/metrics").text.splitlines() if "cursor_lag_seconds{" in x]
    assert ['stream="orders"' in lag for lag in lags] == [True]
    assert value(client, "taxpoynt_connection_status", 'status="delayed"') == 1


def test_however_many_scrape_the_database_is_asked_once(
    client: FlaskClient, owner: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    assert value(client, "taxpoynt_inbox_waiting") == 0
    merchants.deliver(owner, state="pending")
    assert value(client, "taxpoynt_inbox_waiting") == 0
    now[0] += 5
    assert value(client, "taxpoynt_inbox_waiting") == 1


def test_what_the_doors_count_is_among_them(client: FlaskClient) -> None:
    from prometheus_client import REGISTRY, Counter

    counter = Counter("test_door", "Of this test.")
    try:
        counter.inc(3)
        assert value(client, "test_door_total") == 3
    finally:
        REGISTRY.unregister(counter)


def test_processes_count_together(tmp_path: Path) -> None:
    together = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from webhooks.counters import deliveries as d; d.labels('toast', 'stored').inc(2)"
    show = f"{count}; from dashboard import metrics; print(metrics._counted().decode())"
    for program in (count, show):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=together,
            capture_output=True,
            text=True,
            check=True,
        )
    assert re.search(r'^taxpoynt_deliveries_total\{.*"stored".*\} 4\.0$', done.stdout, re.M)
