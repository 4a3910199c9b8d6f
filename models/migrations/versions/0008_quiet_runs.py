"""Indexes by which old runs are forgotten: ten thousand locations make fourteen million a day.

Made while others write: a large table is never locked for longer than an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_QUIET = "kind = 'delta' AND status = 'done' AND rows_read = 0"
_ADDED = {
    'ix_sync_runs_finished_at': None,
    'ix_sync_runs_quiet': _QUIET,
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'SET {name} = 0')
        for name, where in _ADDED.items():
            # One that was broken off is there, but invalid: begin anew.
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
            op.create_index(
                name, 'sync_runs', ['finished_at'], postgresql_concurrently=True,
                postgresql_where=None if where is None else sa.text(where),
            )
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'RESET {name}')


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in _ADDED:
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
