"""A database that undoes somebody's work in favour of others'."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from models.session import unit_of_work

# What a sequence counted stays counted when the rest is undone.
_BUSY_ONCE = """
CREATE SEQUENCE busy_once;
CREATE FUNCTION busy_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('busy_once') = 1 THEN RAISE 'a deadlock' USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER busy_once BEFORE INSERT ON {table} EXECUTE FUNCTION busy_once();
"""
_AT_PEACE = "DROP FUNCTION busy_once CASCADE; DROP SEQUENCE busy_once;"


@contextmanager
def busy_once(table: str) -> Iterator[None]:
    """The first transaction that adds rows to a table is undone, as after a deadlock."""
    with unit_of_work() as session:
        session.execute(text(_BUSY_ONCE.format(table=table)))
    try:
        yield
    finally:
        with unit_of_work() as session:
            session.execute(text(_AT_PEACE))
