"""What platforms say besides sales, bills of an order, guests as persons, days in figures.

Indexes of tables that may be large are made while others write. Payments learn their location, and
all days are noted to be counted; orders get their bills when they are read again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


_PLACES = """
UPDATE {table} SET location_id = orders.location_id
FROM orders WHERE orders.id = {table}.order_id AND {table}.location_id IS NULL
"""
_DAYS = """
INSERT INTO stale_days (organization_id, location_id, business_date)
SELECT organization_id, location_id, business_date FROM orders
UNION
SELECT organization_id, location_id, business_date FROM payments
WHERE location_id IS NOT NULL AND business_date IS NOT NULL
UNION
SELECT organization_id, location_id, business_date FROM refunds
WHERE location_id IS NOT NULL AND business_date IS NOT NULL
"""
_ADDED: tuple[tuple[str, str, list[Any], str | None], ...] = (
    (
        'ix_customers_email_key', 'customers',
        ['organization_id', 'email_key', sa.text('coalesce(phone_key, name_key)')],
        'email_key IS NOT NULL',
    ),
    ('ix_customers_name_key', 'customers', ['organization_id', 'name_key'], None),
    ('ix_customers_person_id', 'customers', ['person_id'], None),
    (
        'ix_customers_phone_key', 'customers',
        ['organization_id', 'phone_key', sa.text('coalesce(email_key, name_key)')],
        'phone_key IS NOT NULL',
    ),
    ('ix_customers_surname_key', 'customers', ['organization_id', 'surname_key'], None),
    ('ix_customers_unmatched', 'customers', ['organization_id', 'id'], 'NOT matched'),
    (
        'ix_orders_customer_id', 'orders', ['customer_id', 'business_date', 'id'],
        'customer_id IS NOT NULL',
    ),
    ('ix_payments_location_id_business_date', 'payments', ['location_id', 'business_date'], None),
    ('ix_refunds_location_id_business_date', 'refunds', ['location_id', 'business_date'], None),
)


def upgrade() -> None:
    op.create_table('client_logins',
    sa.Column('client', sa.Text(), nullable=False),
    sa.Column('attempts', postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
    sa.PrimaryKeyConstraint('client', name=op.f('pk_client_logins'))
    )
    op.create_table('order_checks',
    sa.Column('status', sa.Text(), nullable=True),
    sa.Column('settled', sa.Boolean(), nullable=False),
    sa.Column('display_number', sa.Text(), nullable=True),
    sa.Column('tab', sa.Text(), nullable=True),
    sa.Column('voided', sa.Boolean(), nullable=False),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.Column('void_business_date', sa.Date(), nullable=True),
    sa.Column('tax_exempt', sa.Boolean(), nullable=False),
    sa.Column('stated_amount', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('stated_tax', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('amount', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('due', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('paid', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('rounding', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('ties', sa.Boolean(), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('customer_external_id', sa.Text(), nullable=True),
    sa.Column('customer_external_id_version', sa.DateTime(timezone=True), nullable=True),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('check_external_id', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_checks'))
    )
    op.create_index(op.f('ix_order_checks_order_id'), 'order_checks', ['order_id'], unique=False)
    op.create_index(op.f('ix_order_checks_customer_external_id_order_id'), 'order_checks', ['customer_external_id', 'order_id'], unique=False, postgresql_where=sa.text('customer_external_id IS NOT NULL'))
    op.create_table('stale_days',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stale_days'))
    )
    op.create_index('ix_stale_days_location_id', 'stale_days', ['location_id', 'business_date'], unique=False)
    op.create_table('stock_changes',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('item_external_id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('status_before', sa.Text(), nullable=True),
    sa.Column('quantity_before', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('before_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('before_told_at', postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_changes'))
    )
    op.create_index('ix_stock_changes_at', 'stock_changes', ['organization_id', 'at', 'id'], unique=False)
    op.create_index('ix_stock_changes_location_id_item', 'stock_changes', ['location_id', 'item_external_id', 'at'], unique=False)
    op.create_table('persons',
    sa.Column('merged_into_id', sa.BigInteger(), nullable=True),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['merged_into_id'], ['persons.id'], name=op.f('fk_persons_merged_into_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_persons_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_persons'))
    )
    op.create_index('ix_persons_organization_id_id', 'persons', ['organization_id', 'id'], unique=False, postgresql_where=sa.text('merged_into_id IS NULL'))
    op.create_table('cash_entries',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=18, scale=4), nullable=False),
    sa.Column('type', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('drawer_external_id', sa.Text(), nullable=True),
    sa.Column('reason_external_id', sa.Text(), nullable=True),
    sa.Column('undoes_external_id', sa.Text(), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_cash_entries_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_cash_entries_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cash_entries')),
    sa.UniqueConstraint('location_id', 'kind', 'external_id', name=op.f('uq_cash_entries_location_id_kind_external_id'))
    )
    op.create_index('ix_cash_entries_location_id_date', 'cash_entries', ['location_id', 'business_date', 'id'], unique=False)
    op.create_index('ix_cash_entries_organization_id_date', 'cash_entries', ['organization_id', 'business_date', 'id'], unique=False)
    op.create_index('ix_cash_entries_undoes', 'cash_entries', ['location_id', 'undoes_external_id'], unique=False, postgresql_where=sa.text('undoes_external_id IS NOT NULL'))
    op.create_table('configured',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('facts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_configured_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_configured_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_configured')),
    sa.UniqueConstraint('location_id', 'kind', 'external_id', name=op.f('uq_configured_location_id_kind_external_id'))
    )
    op.create_index('ix_configured_place', 'configured', ['organization_id', 'location_id', 'kind', 'external_id'], unique=False)
    op.create_table('location_days',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('business_date', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('orders', sa.BigInteger(), nullable=False),
    sa.Column('checks', sa.BigInteger(), nullable=False),
    sa.Column('guests', sa.BigInteger(), nullable=False),
    sa.Column('net', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('discounts', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('charges', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('gratuities', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('fundraising', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('marketplace_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('deferred', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('due', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_before', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_that_day', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_after', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('open', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('rounding', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('unexplained', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('tips', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('prepaid', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('postpaid', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_net', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_marketplace_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_gratuities', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_deferred', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_tips', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('voided_orders', sa.BigInteger(), nullable=False),
    sa.Column('unexplained_orders', sa.BigInteger(), nullable=False),
    sa.Column('untied_checks', sa.BigInteger(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_location_days_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_location_days_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location_days')),
    sa.UniqueConstraint('location_id', 'business_date', 'currency', name=op.f('uq_location_days_location_id_business_date_currency'))
    )
    op.create_index('ix_location_days_organization_id_date', 'location_days', ['organization_id', 'business_date', 'id'], unique=False, postgresql_include=['location_id'])
    op.create_table('location_months',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('days', sa.BigInteger(), nullable=False),
    sa.Column('orders', sa.BigInteger(), nullable=False),
    sa.Column('checks', sa.BigInteger(), nullable=False),
    sa.Column('guests', sa.BigInteger(), nullable=False),
    sa.Column('net', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('discounts', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('charges', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('gratuities', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('fundraising', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('marketplace_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('deferred', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('due', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_before', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_that_day', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('paid_after', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('open', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('rounding', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('unexplained', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('tips', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('prepaid', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('postpaid', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_net', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_marketplace_tax', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_gratuities', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_deferred', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('refunded_tips', sa.Numeric(precision=28, scale=4), nullable=False),
    sa.Column('voided_orders', sa.BigInteger(), nullable=False),
    sa.Column('unexplained_orders', sa.BigInteger(), nullable=False),
    sa.Column('untied_checks', sa.BigInteger(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_location_months_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_location_months_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_location_months')),
    sa.UniqueConstraint('location_id', 'month', 'currency', name=op.f('uq_location_months_location_id_month_currency'))
    )
    op.create_index('ix_location_months_organization_id_month', 'location_months', ['organization_id', 'month'], unique=False)
    op.create_table('menu_items',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('shared_external_id', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('path', postgresql.ARRAY(sa.TEXT()), nullable=False),
    sa.Column('price', sa.Numeric(precision=18, scale=4), nullable=True),
    sa.Column('pricing', sa.Text(), nullable=True),
    sa.Column('tax_inclusion', sa.Text(), nullable=True),
    sa.Column('tax_external_ids', postgresql.ARRAY(sa.TEXT()), nullable=False),
    sa.Column('category', sa.Text(), nullable=True),
    sa.Column('category_external_id', sa.Text(), nullable=True),
    sa.Column('plu', sa.Text(), nullable=True),
    sa.Column('sku', sa.Text(), nullable=True),
    sa.Column('deferred', sa.Boolean(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_menu_items_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_menu_items_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menu_items')),
    sa.UniqueConstraint('location_id', 'external_id', name=op.f('uq_menu_items_location_id_external_id'))
    )
    op.create_index('ix_menu_items_place', 'menu_items', ['organization_id', 'location_id', 'external_id'], unique=False)
    op.create_index('ix_menu_items_shared', 'menu_items', ['organization_id', 'shared_external_id'], unique=False)
    op.create_table('menus',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.DateTime(timezone=True), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('tree', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_menus_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_menus_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_menus')),
    sa.UniqueConstraint('location_id', name=op.f('uq_menus_location_id'))
    )
    op.create_table('stock_levels',
    sa.Column('location_id', sa.BigInteger(), nullable=False),
    sa.Column('item_external_id', sa.Text(), nullable=False),
    sa.Column('shared_external_id', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('quantity', sa.Numeric(precision=18, scale=6), nullable=True),
    sa.Column('version', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', postgresql.ARRAY(sa.DateTime(timezone=True)), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organization_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_stock_levels_location_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['organization_id'], ['organizations.id'], name=op.f('fk_stock_levels_organization_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_levels')),
    sa.UniqueConstraint('location_id', 'item_external_id', name=op.f('uq_stock_levels_location_id_item_external_id'))
    )
    op.create_index('ix_stock_levels_status', 'stock_levels', ['organization_id', 'status', 'location_id', 'id'], unique=False)
    op.add_column('connections', sa.Column('list_again_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cursors', sa.Column('sales', sa.Boolean(), server_default=sa.text('true'), nullable=False))
    op.add_column('connections', sa.Column('unannounced_since', sa.DateTime(timezone=True), nullable=True))
    op.add_column('connections', sa.Column('phone_region', sa.Text(), nullable=True))
    op.add_column('connections', sa.Column('match_again_from', sa.BigInteger(), nullable=True))
    op.add_column('customers', sa.Column('phone_country', sa.Text(), nullable=True))
    op.add_column('customers', sa.Column('phone_region', sa.Text(), nullable=True))
    op.add_column('customers', sa.Column('email_key', sa.Text(collation='C'), nullable=True))
    op.add_column('customers', sa.Column('phone_key', sa.Text(collation='C'), nullable=True))
    op.add_column('customers', sa.Column('name_key', sa.Text(collation='C'), nullable=True))
    op.add_column('customers', sa.Column('surname_key', sa.Text(collation='C'), nullable=True))
    op.add_column('customers', sa.Column('own_person_id', sa.BigInteger(), nullable=True))
    op.add_column('customers', sa.Column('person_id', sa.BigInteger(), nullable=True))
    op.add_column('customers', sa.Column('matched', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.create_foreign_key(op.f('fk_customers_person_id'), 'customers', 'persons', ['person_id'], ['id'], ondelete='SET NULL')
    op.add_column('locations', sa.Column('brand', sa.Text(), nullable=True))
    op.add_column('locations', sa.Column('country', sa.Text(), nullable=True))
    op.add_column('locations', sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('locations', sa.Column('taking_orders', sa.Boolean(), nullable=True))
    op.add_column('locations', sa.Column('taking_orders_reason', sa.Text(), nullable=True))
    op.add_column('locations', sa.Column('taking_orders_version', sa.DateTime(timezone=True), nullable=True))
    op.add_column('locations', sa.Column('stock_listed_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('locations', sa.Column('facts_version', sa.BigInteger(), server_default='0', nullable=False))
    op.add_column('order_charges', sa.Column('tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('order_charges', sa.Column('configured_external_id', sa.Text(), nullable=True))
    op.add_column('order_charges', sa.Column('refunded', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('order_charges', sa.Column('refunded_tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('order_discounts', sa.Column('configured_external_id', sa.Text(), nullable=True))
    op.add_column('order_lines', sa.Column('group_external_id', sa.Text(), nullable=True))
    op.add_column('order_lines', sa.Column('category_external_id', sa.Text(), nullable=True))
    op.add_column('order_lines', sa.Column('void_business_date', sa.Date(), nullable=True))
    op.add_column('order_lines', sa.Column('void_reason_external_id', sa.Text(), nullable=True))
    op.add_column('order_lines', sa.Column('refunded', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('order_lines', sa.Column('refunded_tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('order_taxes', sa.Column('configured_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('void_business_date', sa.Date(), nullable=True))
    op.add_column('orders', sa.Column('dining_option_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('revenue_center_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('service_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('area_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('table_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('server_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('channel_external_id', sa.Text(), nullable=True))
    op.add_column('orders', sa.Column('fundraising', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('orders', sa.Column('marketplace_tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('orders', sa.Column('deferred', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('payments', sa.Column('location_id', sa.BigInteger(), nullable=True))
    op.add_column('payments', sa.Column('void_business_date', sa.Date(), nullable=True))
    op.add_column('payments', sa.Column('void_reason_external_id', sa.Text(), nullable=True))
    op.add_column('payments', sa.Column('card_entry', sa.Text(), nullable=True))
    op.add_column('payments', sa.Column('tendered', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('payments', sa.Column('fee', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('payments', sa.Column('alternate_type_external_id', sa.Text(), nullable=True))
    op.add_column('payments', sa.Column('house_account_external_id', sa.Text(), nullable=True))
    op.add_column('payments', sa.Column('drawer_external_id', sa.Text(), nullable=True))
    op.add_column('refunds', sa.Column('location_id', sa.BigInteger(), nullable=True))
    op.add_column('refunds', sa.Column('external_id', sa.Text(), nullable=True))
    op.add_column('refunds', sa.Column('net', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('refunds', sa.Column('tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('refunds', sa.Column('marketplace_tax', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('refunds', sa.Column('gratuities', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('refunds', sa.Column('deferred', sa.Numeric(precision=18, scale=4), nullable=True))
    op.add_column('refunds', sa.Column('itemized', sa.Boolean(), nullable=True))
    with op.get_context().autocommit_block():
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'SET {name} = 0')
        op.execute(_PLACES.format(table='payments'))
        op.execute(_PLACES.format(table='refunds'))
        op.execute(_DAYS)
        for name, table, columns, where in _ADDED:
            # One that was broken off is there, but invalid: begin anew.
            op.execute(f'DROP INDEX CONCURRENTLY IF EXISTS {name}')
            op.create_index(
                name, table, columns, postgresql_concurrently=True,
                postgresql_where=sa.text(where) if where else None,
            )
        for name in ('statement_timeout', 'lock_timeout'):
            op.execute(f'RESET {name}')


def downgrade() -> None:
    op.drop_index(op.f('ix_refunds_location_id_business_date'), table_name='refunds')
    op.drop_column('refunds', 'itemized')
    op.drop_column('refunds', 'deferred')
    op.drop_column('refunds', 'gratuities')
    op.drop_column('refunds', 'marketplace_tax')
    op.drop_column('refunds', 'tax')
    op.drop_column('refunds', 'net')
    op.drop_column('refunds', 'external_id')
    op.drop_column('refunds', 'location_id')
    op.drop_index(op.f('ix_payments_location_id_business_date'), table_name='payments')
    op.drop_column('payments', 'drawer_external_id')
    op.drop_column('payments', 'house_account_external_id')
    op.drop_column('payments', 'alternate_type_external_id')
    op.drop_column('payments', 'fee')
    op.drop_column('payments', 'tendered')
    op.drop_column('payments', 'card_entry')
    op.drop_column('payments', 'void_reason_external_id')
    op.drop_column('payments', 'void_business_date')
    op.drop_column('payments', 'location_id')
    op.drop_index('ix_orders_customer_id', table_name='orders')
    op.drop_column('orders', 'deferred')
    op.drop_column('orders', 'marketplace_tax')
    op.drop_column('orders', 'fundraising')
    op.drop_column('orders', 'channel_external_id')
    op.drop_column('orders', 'server_external_id')
    op.drop_column('orders', 'table_external_id')
    op.drop_column('orders', 'area_external_id')
    op.drop_column('orders', 'service_external_id')
    op.drop_column('orders', 'revenue_center_external_id')
    op.drop_column('orders', 'dining_option_external_id')
    op.drop_column('orders', 'void_business_date')
    op.drop_column('order_taxes', 'configured_external_id')
    op.drop_column('order_lines', 'refunded_tax')
    op.drop_column('order_lines', 'refunded')
    op.drop_column('order_lines', 'void_reason_external_id')
    op.drop_column('order_lines', 'void_business_date')
    op.drop_column('order_lines', 'category_external_id')
    op.drop_column('order_lines', 'group_external_id')
    op.drop_column('order_discounts', 'configured_external_id')
    op.drop_column('order_charges', 'refunded_tax')
    op.drop_column('order_charges', 'refunded')
    op.drop_column('order_charges', 'configured_external_id')
    op.drop_column('order_charges', 'tax')
    op.drop_column('locations', 'facts_version')
    op.drop_column('locations', 'stock_listed_at')
    op.drop_column('locations', 'taking_orders_version')
    op.drop_column('locations', 'taking_orders_reason')
    op.drop_column('locations', 'taking_orders')
    op.drop_column('locations', 'removed_at')
    op.drop_column('locations', 'country')
    op.drop_column('locations', 'brand')
    op.drop_constraint(op.f('fk_customers_person_id'), 'customers', type_='foreignkey')
    op.drop_index('ix_customers_unmatched', table_name='customers', postgresql_where=sa.text('NOT matched'))
    op.drop_index('ix_customers_phone_key', table_name='customers')
    op.drop_index('ix_customers_person_id', table_name='customers')
    op.drop_index('ix_customers_email_key', table_name='customers')
    op.drop_index('ix_customers_name_key', table_name='customers')
    op.drop_index('ix_customers_surname_key', table_name='customers')
    op.drop_column('customers', 'matched')
    op.drop_column('customers', 'person_id')
    op.drop_column('customers', 'own_person_id')
    op.drop_column('customers', 'surname_key')
    op.drop_column('customers', 'name_key')
    op.drop_column('customers', 'phone_key')
    op.drop_column('customers', 'email_key')
    op.drop_column('customers', 'phone_region')
    op.drop_column('customers', 'phone_country')
    op.drop_column('connections', 'match_again_from')
    op.drop_column('connections', 'phone_region')
    op.drop_column('connections', 'unannounced_since')
    op.drop_column('cursors', 'sales')
    op.drop_column('connections', 'list_again_at')
    op.drop_index('ix_stock_levels_status', table_name='stock_levels')
    op.drop_table('stock_levels')
    op.drop_table('menus')
    op.drop_index('ix_menu_items_shared', table_name='menu_items')
    op.drop_index('ix_menu_items_place', table_name='menu_items')
    op.drop_table('menu_items')
    op.drop_index('ix_location_months_organization_id_month', table_name='location_months')
    op.drop_table('location_months')
    op.drop_index('ix_location_days_organization_id_date', table_name='location_days')
    op.drop_table('location_days')
    op.drop_index('ix_configured_place', table_name='configured')
    op.drop_table('configured')
    op.drop_index('ix_cash_entries_undoes', table_name='cash_entries')
    op.drop_index('ix_cash_entries_organization_id_date', table_name='cash_entries')
    op.drop_index('ix_cash_entries_location_id_date', table_name='cash_entries')
    op.drop_table('cash_entries')
    op.drop_index('ix_persons_organization_id_id', table_name='persons')
    op.drop_table('persons')
    op.drop_index('ix_stock_changes_location_id_item', table_name='stock_changes')
    op.drop_index('ix_stock_changes_at', table_name='stock_changes')
    op.drop_table('stock_changes')
    op.drop_index('ix_stale_days_location_id', table_name='stale_days')
    op.drop_table('stale_days')
    op.drop_index(op.f('ix_order_checks_customer_external_id_order_id'), table_name='order_checks')
    op.drop_index(op.f('ix_order_checks_order_id'), table_name='order_checks')
    op.drop_table('order_checks')
    op.drop_table('client_logins')
