"""Indexes of orders of all states by where and when: lists sorted by id find each day in them.

Made while others write: a large table is never locked for longer than an instant.
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

_ADDED = {
    'ix_orders_connection_id_date': 'connection_id',
    'ix_orders_location_id_date': 'location_id',
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'SET {name} = 0')
        for name, place in _ADDED.items():
            # One that was broken off is there, but invalid: begin anew.
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
            op.create_index(
                name, 'orders', [sa.text(f'abs({place})'), 'business_date', 'id'],
                postgresql_include=[place], postgresql_concurrently=True,
            )
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'RESET {name}')


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in _ADDED:
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
