import subprocess
import sys

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from structlog.testing import capture_logs

from config import clock, settings
from config.logging import logger
from models import Organization, bulk
from models import session as database
from models.session import DatabaseAwayError, DatabaseBusyError, engine, glance, unit_of_work
from tests.children import ROOT, free_port

pytestmark = pytest.mark.usefixtures("database")


def _count(name: str) -> int:
    with unit_of_work() as session:
        return session.query(Organization).filter_by(name=name).count()


def test_a_unit_of_work_is_all_or_nothing() -> None:
    with unit_of_work() as session:
        session.add(Organization(name="kept"))
    with pytest.raises(IntegrityError), unit_of_work() as session:  # noqa: PT012 - one unit
        session.add(Organization(name="dropped"))
        session.flush()
        session.add(Organization(name="kept"))
    assert (_count("kept"), _count("dropped")) == (1, 0)


def test_a_broken_rule_of_the_database_is_told_as_it_is() -> None:
    with unit_of_work() as session:
        session.add(Organization(name="twice"))
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(Organization(name="twice"))


def test_a_connection_that_the_server_ended_fails_no_query_a_moment_later(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unit_of_work() as session:
        session.execute(text("SELECT 1"))
    killer = psycopg2.connect(database.replace("+psycopg2", ""))
    killer.autocommit = True
    killer.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'taxpoynt' AND datname = current_database()"
    )
    killer.close()
    now = clock.monotonic() + 0.1
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    with unit_of_work() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_glance_is_a_transaction_a_statement_and_leaves_the_connection_as_it_was() -> None:
    with glance() as db:
        db.exec_driver_sql("INSERT INTO organizations (name) VALUES ('seen')")
        assert _count("seen") == 1
    assert _is_all_or_nothing()


def _is_all_or_nothing() -> bool:
    with pytest.raises(IntegrityError), unit_of_work() as session:  # noqa: PT012 - one unit
        session.add(Organization(name="undone"))
        session.flush()
        session.add(Organization(name="undone"))
        session.flush()
    return _count("undone") == 0


def test_a_question_that_fails_within_a_glance_leaves_the_connection_as_it_was() -> None:
    with pytest.raises(DataError), glance() as db:
        db.exec_driver_sql("SELECT 1 / 0")
    assert _is_all_or_nothing()


def test_a_connection_that_is_given_back_as_within_a_glance_is_mended() -> None:
    with engine().connect() as left:
        left.connection.driver_connection.autocommit = True  # type: ignore[union-attr]
    assert _is_all_or_nothing()


def test_a_glance_that_fails_is_told_as_a_unit_is() -> None:
    with pytest.raises(DatabaseAwayError), glance() as db:
        db.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with glance() as db:
        assert db.exec_driver_sql("SELECT 1").scalar() == 1


def test_a_connection_that_ends_within_a_unit_is_a_passing_trouble() -> None:
    with pytest.raises(DatabaseAwayError), unit_of_work() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_database_that_is_away_is_a_passing_trouble_with_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = f"postgresql+psycopg2://nobody:secret99@127.0.0.1:{free_port()}/none"
    monkeypatch.setenv("TAXPOYNT_DATABASE_URL", closed)
    settings.refresh()
    database.engine.cache_clear()
    try:
        with pytest.raises(DatabaseAwayError) as caught, unit_of_work() as session:
            session.execute(text("SELECT 1"))
    finally:
        monkeypatch.undo()
        settings.refresh()
        database.engine.cache_clear()
    assert caught.value.code == "database.away"
    assert caught.value.retry_after_s
    assert "secret99" not in str(caught.value)


def test_a_row_that_others_hold_for_too_long_is_told_apart_and_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A logger that spoke before keeps to where it spoke.
    monkeypatch.setattr(database, "log", logger("database"))
    with unit_of_work() as session:
        session.execute(text("INSERT INTO organizations (name) VALUES ('held')"))
    hold = text("SELECT 1 FROM organizations WHERE name = 'held' FOR UPDATE")
    with capture_logs() as logged, unit_of_work() as holder:
        holder.execute(hold)
        with pytest.raises(DatabaseBusyError) as caught, unit_of_work() as session:  # noqa: PT012
            session.execute(text("SET LOCAL lock_timeout = 10"))
            session.execute(hold)
    assert caught.value.code == "database.busy"
    (line,) = logged
    assert (line["code"], line["kind"]) == ("database.busy", "LockNotAvailable")
    assert line["reason"] == "canceling statement due to lock timeout"


def test_a_copy_fails_as_any_statement_does() -> None:
    with pytest.raises(IntegrityError), unit_of_work() as session:
        bulk.copy(session, "organizations", ("name",), [("copied",), ("copied",)])
    with pytest.raises(DatabaseBusyError), unit_of_work() as session:  # noqa: PT012 - one unit
        session.execute(text("SET LOCAL statement_timeout = 1"))
        many = ((f"{number}",) for number in range(200_000))
        bulk.copy(session, "organizations", ("name",), many)
    assert _count("copied") == 0


def test_only_a_unit_that_says_so_is_committed_before_the_disk_has_it() -> None:
    asked = text("SHOW synchronous_commit")
    with unit_of_work(awaited=False) as session:
        assert session.scalar(asked) == "off"
    with unit_of_work() as session:
        assert session.scalar(asked) == "on"


def test_instants_are_utc_and_statements_bounded() -> None:
    with unit_of_work() as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"
        assert session.scalar(text("SHOW lock_timeout")) == "10s"
        assert session.scalar(text("SHOW statement_timeout")) == "1min"
        # Else what a frozen worker holds is held for as long as it is frozen.
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "2min"
        assert session.scalar(text("SHOW client_encoding")) == "UTF8"


def test_the_children_of_a_fork_have_connections_of_their_own() -> None:
    argv = [sys.executable, "-m", "tests.integration.models.forked"]
    said = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    before, one, another, after = said.stdout.split()
    assert len({before, one, another}) == 3
    assert after == before
