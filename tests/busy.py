"""A database that undoes somebody's work in favour of others'."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from models.session import unit_of_work

# What a sequence counted stays counted when the rest is undone.
_BUSY = """
CREATE SEQUENCE busy;
CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('busy') <= {times} THEN RAISE 'in the way' USING ERRCODE = '{code}'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER busy BEFORE INSERT ON {table} EXECUTE FUNCTION busy();
"""
_AT_PEACE = "DROP FUNCTION busy CASCADE; DROP SEQUENCE busy;"


@contextmanager
def busy(table: str, *, times: int = 1_000_000, code: str = "40P01") -> Iterator[None]:
    """The first so many transactions that add rows to a table are undone, as after a deadlock.

    Or after a serialization failure, which is 40001.
    """
    with unit_of_work() as session:
        session.execute(text(_BUSY.format(table=table, times=times, code=code)))
    try:
        yield
    finally:
        with unit_of_work() as session:
            session.execute(text(_AT_PEACE))


@contextmanager
def busy_once(table: str) -> Iterator[None]:
    """The first transaction that adds rows to a table is undone, as after a deadlock."""
    with busy(table, times=1):
        yield
