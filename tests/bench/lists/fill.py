"""Fills the books by SQL: a large merchant and its neighbours, grown to as many orders as asked."""

import sys
from pathlib import Path

import psycopg2

from config import clock

_HERE = Path(__file__).parent
# Beyond this many new rows it is quicker to build indexes anew than to keep them.
_MANY = 100_000
# What a fill touches most; indexes that guard a constraint are dropped with it.
_TABLES = ("orders", "invoices", "inbox_events", "sync_runs", "customers", "persons")
_INDEXES = """
SELECT format('DROP INDEX %%I', i.relname), pg_get_indexdef(i.oid) FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
WHERE x.indrelid = ANY(%(tables)s::regclass[])
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)
"""
_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype = 'u'
"""


class Books:
    """A database that is filled, and filled further."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.orders = 0

    def grow(self, orders: int) -> None:
        """Add orders until there are so many, and let the planner know."""
        began = clock.monotonic()
        statements = [] if self.orders else ["merchants.sql"]
        first, last = self.orders + 1, orders
        with psycopg2.connect(self.dsn) as connection, connection.cursor() as cursor:
            # Rows that are made to fit need not be checked one by one.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute("SET LOCAL work_mem = '256MB'")
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
            again = _without_indexes(cursor) if last - first > _MANY else []
            for name in (*statements, "growth.sql"):
                text = (_HERE / name).read_text()
                cursor.execute(text.replace(":first", str(first)).replace(":last", str(last)))
            for statement in again:
                cursor.execute(statement)
        connection.close()
        self.orders = orders
        vacuum(self.dsn)
        sys.stderr.write(f"  {orders:,} orders after {clock.monotonic() - began:,.0f} s\n")


def vacuum(dsn: str) -> None:
    """What autovacuum would have done by now."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    connection.close()


def _without_indexes(cursor: "psycopg2.extensions.cursor") -> list[str]:
    """Drop what is built anew afterwards; returns how."""
    again: list[str] = []
    for query in (_INDEXES, _CONSTRAINTS):
        cursor.execute(query, {"tables": list(_TABLES)})
        for drop, make in cursor.fetchall():
            cursor.execute(drop)
            again.append(make)
    return again
