"""Which organization operates the installation: the first one, which came with it."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'organizations',
        sa.Column('operates', sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    # One row of a handful, without which nobody would see what they saw before.
    op.execute(
        'UPDATE organizations SET operates = true WHERE id = (SELECT min(id) FROM organizations)'
    )


def downgrade() -> None:
    op.drop_column('organizations', 'operates')
