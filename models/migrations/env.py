"""Runs migrations on the one database that the settings name."""

from threading import Event

from alembic import context
from sqlalchemy import text

from models import Base
from models.session import engine

# One number for all: two processes that migrate at once take turns.
MIGRATION_LOCK = 7_203_114

pause = Event()

with engine().connect() as connection:
    # Asked for again and again: whoever waits inside the database holds up an index that is made
    # while others write.
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}):
        connection.commit()
        pause.wait(0.1)
    connection.commit()
    try:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
