"""Runs migrations on the one database that the settings name."""

from alembic import context
from sqlalchemy import text

from models import Base
from models.session import engine

# One number for all: two processes that migrate at once take turns.
MIGRATION_LOCK = 7_203_114

with engine().connect() as connection:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
