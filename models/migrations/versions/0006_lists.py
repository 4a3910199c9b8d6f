"""Indexes that find a page of any list, however many rows there are and however rare they are.

Made while others write: a large table is never locked for longer than an instant.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_STATE = ('invoice_state', 'business_date', 'id')
_ADDED = {
    'ix_orders_connection_id_id': ('orders', ('connection_id', 'id'), None),
    'ix_orders_connection_id_state': ('orders', ('connection_id', *_STATE), None),
    'ix_orders_location_id_state': ('orders', ('location_id', *_STATE), None),
    'ix_invoices_connection_id_id': ('invoices', ('connection_id', 'id'), None),
    'ix_invoices_connection_id_business_date': (
        'invoices', ('connection_id', 'business_date', 'id'), None
    ),
    'ix_invoices_location_id_business_date': (
        'invoices', ('location_id', 'business_date', 'id'), None
    ),
    'ix_customers_connection_id_id': ('customers', ('connection_id', 'id'), None),
    'ix_locations_organization_id_name': ('locations', ('organization_id', 'name', 'id'), None),
    'ix_parked_records_connection_id_id': ('parked_records', ('connection_id', 'id'), None),
    'ix_sync_runs_not_done': (
        'sync_runs', ('connection_id', 'id'), "status <> 'done'"
    ),
}
_SUPERSEDED = {
    'ix_orders_organization_id_business_date': (
        'orders', ('organization_id', 'business_date', 'id'), None
    ),
    'ix_orders_organization_id_id': ('orders', ('organization_id', 'id'), None),
    'ix_orders_unsettled': (
        'orders', ('organization_id', *_STATE), "invoice_state NOT IN ('issued', 'not needed')"
    ),
    'ix_invoices_organization_id_id': ('invoices', ('organization_id', 'id'), None),
    'ix_invoices_organization_id_business_date': (
        'invoices', ('organization_id', 'business_date', 'id'), None
    ),
    'ix_customers_organization_id_id': ('customers', ('organization_id', 'id'), None),
}
_NUMBER = ('organization_id', 'display_number')
_NUMBER_DATED = (*_NUMBER, 'business_date', 'id')
_STATES = "('due', 'issued', 'changed after issue', 'not due', 'not needed', 'parked')"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        _take_your_time()
        _make(_ADDED)
        _make({'ix_orders_display_number_dated': ('orders', _NUMBER_DATED, None)})
        _drop(_SUPERSEDED)
        _drop(('ix_orders_display_number',))
        op.execute('ALTER INDEX IF EXISTS ix_orders_display_number_dated '
                   'RENAME TO ix_orders_display_number')
        # This one takes the table for an instant, and whoever comes behind it waits as long as it.
        op.execute("SET lock_timeout = '5s'")
        op.execute('ALTER TABLE orders DROP CONSTRAINT IF EXISTS ck_orders_invoice_state')
        op.execute('ALTER TABLE orders ADD CONSTRAINT ck_orders_invoice_state '
                   f'CHECK (invoice_state IN {_STATES}) NOT VALID')
        op.execute('ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_invoice_state')
        _as_before()


def downgrade() -> None:
    with op.get_context().autocommit_block():
        _take_your_time()
        op.execute('ALTER TABLE orders DROP CONSTRAINT IF EXISTS ck_orders_invoice_state')
        _make(_SUPERSEDED)
        _drop(('ix_orders_display_number',))
        _make({'ix_orders_display_number': ('orders', _NUMBER, None)})
        _drop(_ADDED)
        _as_before()


def _take_your_time() -> None:
    """An index over ten million rows takes minutes, and waits for those who write; none waits."""
    for name in ('statement_timeout', 'lock_timeout'):
        op.execute(f'SET {name} = 0')


def _as_before() -> None:
    for name in ('statement_timeout', 'lock_timeout'):
        op.execute(f'RESET {name}')


def _make(indexes: dict[str, Any]) -> None:
    for name, (table, columns, where) in indexes.items():
        # One that was broken off is there, but invalid: begin anew.
        _drop((name,))
        op.create_index(
            name, table, columns, postgresql_concurrently=True,
            postgresql_where=None if where is None else sa.text(where),
        )


def _drop(names: Iterable[str]) -> None:
    for name in names:
        op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
