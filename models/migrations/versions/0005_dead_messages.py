"""Messages that no worker could work on, and deliveries whose workers were lost."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'dead_messages',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('fingerprint', sa.Text(), nullable=False),
        sa.Column('queue', sa.Text(), nullable=False),
        sa.Column('task', sa.Text(), nullable=True),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('error_code', sa.Text(), nullable=False),
        sa.Column('error', sa.Text(), nullable=False),
        sa.Column('next_step', sa.Text(), nullable=False),
        sa.Column('worker', sa.Text(), nullable=False),
        sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('times', sa.BigInteger(), server_default='1', nullable=False),
        sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_messages')),
    )
    op.create_index(
        'ix_dead_messages_waiting',
        'dead_messages',
        ['fingerprint'],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index('ix_dead_messages_seen_at', 'dead_messages', ['seen_at'])
    op.add_column(
        'inbox_events',
        sa.Column('losses', sa.BigInteger(), server_default='0', nullable=False),
    )
    op.create_index(
        'ix_inbox_events_suspect',
        'inbox_events',
        ['connection_id', 'id'],
        postgresql_where=sa.text("state = 'pending' AND losses > 0"),
    )


def downgrade() -> None:
    op.drop_index('ix_inbox_events_suspect', 'inbox_events')
    op.drop_column('inbox_events', 'losses')
    op.drop_table('dead_messages')
