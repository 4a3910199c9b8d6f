"""The tables' history: from nothing to head, each step additive."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from models.session import engine


def upgrade() -> str:
    """Bring the database to head; returns the revision. Safe to run twice or from two places."""
    command.upgrade(_config(), "head")
    return head()


def head() -> str:
    """The newest revision this code knows."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise LookupError("There are no migrations.")
    return found


def current() -> str | None:
    """The revision the database is at; None when it is empty."""
    with engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def behind() -> bool:
    """Whether a step is missing. A database ahead of this code serves it: steps only add."""
    found = current()
    if found is None:
        return True
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return found in {step.revision for step in steps} - {head()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config
