"""The database: version, tables, compression, clock, and whether its secrets can be opened."""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from config import clock
from config.errors import Fault
from models import connections, migrations, organizations
from models.session import engine, read_only, takes_changes, unit_of_work
from tasks.preflight import Finding, Level, of_clock

_OLDEST = 15


def findings() -> Iterator[Finding]:
    """All about the database. Raises: OperationalError when it is away."""
    with engine().connect() as connection:
        yield of_version(_number(connection, "SHOW server_version_num"))
        yield _compression(connection)
        yield of_clock("the database", _clock_offset_s(connection))
    if migrations.behind():
        yield Finding(
            "tables", Level.FAIL, "The tables are older than this program.", "taxpoynt migrate"
        )
        return
    yield Finding("tables", Level.OK, "The tables are up to date.")
    with unit_of_work() as session:
        yield _writable(session)
        yield _secrets(session)


def of_version(number: int) -> Finding:
    """Units: `number` as PostgreSQL counts, 150004 for 15.4."""
    major = number // 10_000
    if major >= _OLDEST:
        return Finding("database", Level.OK, f"PostgreSQL {major} answers.")
    return Finding(
        "database", Level.FAIL, f"PostgreSQL {major} is too old.", f"Use {_OLDEST} or newer."
    )


def _number(connection: Connection, question: str) -> int:
    return int(connection.execute(text(question)).scalar_one())


def _compression(connection: Connection) -> Finding:
    found = connection.execute(
        text("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
    ).scalar_one()
    if "lz4" in found:
        return Finding("compression", Level.OK, "The database compresses with lz4.")
    return Finding(
        "compression",
        Level.FAIL,
        "This PostgreSQL was built without lz4.",
        "Use a build that has it: those of PostgreSQL's own packages do.",
    )


def _clock_offset_s(connection: Connection) -> float:
    theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return float((clock.now() - theirs).total_seconds())


def _writable(session: Session) -> Finding:
    session.execute(text("SELECT 1"))
    if takes_changes(session):
        return Finding("writing", Level.OK, "The database takes changes.")
    fault = read_only()
    return Finding("writing", Level.FAIL, fault.sentence, fault.next_step)


def _secrets(session: Session) -> Finding:
    unreadable = [
        row.name
        for each in organizations.every(session)
        for row in connections.of_organization(session, each.id)
        if not _opens(row.secrets)
    ]
    if not unreadable:
        return Finding("secrets", Level.OK, "Every stored secret can be opened.")
    return Finding(
        "secrets",
        Level.FAIL,
        f"The credentials of {', '.join(unreadable)} can't be opened with the keys at hand.",
        "Put the key they were stored under back into TAXPOYNT_SECRET_KEYS, or connect again.",
    )


def _opens(sealed: bytes) -> bool:
    try:
        connections.unseal(sealed)
    except Fault:
        return False
    return True
