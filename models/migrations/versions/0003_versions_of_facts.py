"""The copy that told each fact which others may leave out."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_FACTS = {
    'customers': ('first_name', 'last_name', 'email', 'phone'),
    'orders': ('customer_id', 'external_reference'),
}


def upgrade() -> None:
    for table, facts in _FACTS.items():
        for fact in facts:
            op.add_column(table, sa.Column(f'{fact}_version', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table, facts in _FACTS.items():
        for fact in facts:
            op.drop_column(table, f'{fact}_version')
