"""the order of the queue: shares, limits, urgency, what a call was charged; logs."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('project_shares',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('weight', sa.Integer(), server_default='1', nullable=False),
    sa.Column('had', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('waiting', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('began', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('max_running', sa.Integer(), nullable=True),
    sa.Column('quota_calls', sa.Integer(), nullable=True),
    sa.Column('quota_seconds', sa.Integer(), nullable=True),
    sa.Column('quota_period', sa.String(), server_default='day', nullable=False),
    sa.Column('refuses', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('commercial', sa.Boolean(), server_default='false', nullable=False),
    sa.CheckConstraint("quota_period IN ('day', 'month')", name=op.f('ck_project_shares_quota_period')),
    sa.CheckConstraint('max_running >= 1', name=op.f('ck_project_shares_max_running')),
    sa.CheckConstraint('quota_calls >= 1', name=op.f('ck_project_shares_quota_calls')),
    sa.CheckConstraint('quota_seconds >= 1', name=op.f('ck_project_shares_quota_seconds')),
    sa.CheckConstraint('weight BETWEEN 1 AND 10', name=op.f('ck_project_shares_weight')),
    sa.PrimaryKeyConstraint('project_id', name=op.f('pk_project_shares'))
    )
    op.create_table('person_shares',
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('weight', sa.Integer(), server_default='1', nullable=False),
    sa.Column('had', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('waiting', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('began', sa.BigInteger(), server_default='0', nullable=False),
    sa.CheckConstraint('weight BETWEEN 1 AND 10', name=op.f('ck_person_shares_weight')),
    sa.PrimaryKeyConstraint('project_id', 'person_id', name=op.f('pk_person_shares'))
    )
    op.add_column('calls', sa.Column('urgent', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.add_column('calls', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('calls', sa.Column('log', sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column('calls', sa.Column('charged', sa.BigInteger(), nullable=True))
    op.drop_index('ix_calls_waiting', table_name='calls', postgresql_where=sa.text("state = 'queued'"))
    op.drop_index('ix_calls_active_of_person', table_name='calls', postgresql_where=sa.text("state IN ('starting', 'running')"))
    op.drop_index('ix_calls_served', table_name='calls')
    op.create_index('ix_calls_waiting', 'calls', ['project_id', 'created_by', sa.text('urgent DESC'), 'order_at', 'id'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.create_index('ix_calls_active', 'calls', ['project_id'], unique=False, postgresql_where=sa.text("state IN ('starting', 'running')"))
    op.create_index('ix_calls_claimed', 'calls', ['project_id', 'claimed_at'], unique=False)
    op.create_index('ix_calls_due', 'calls', ['due_at'], unique=False, postgresql_where=sa.text("state = 'queued' AND NOT urgent AND due_at IS NOT NULL"))
    op.create_index('ix_calls_charged', 'calls', ['id'], unique=False, postgresql_where=sa.text("charged IS NOT NULL AND state IN ('succeeded', 'failed', 'cancelled')"))


def downgrade() -> None:
    op.drop_index('ix_calls_charged', table_name='calls', postgresql_where=sa.text("charged IS NOT NULL AND state IN ('succeeded', 'failed', 'cancelled')"))
    op.drop_index('ix_calls_due', table_name='calls', postgresql_where=sa.text("state = 'queued' AND NOT urgent AND due_at IS NOT NULL"))
    op.drop_index('ix_calls_claimed', table_name='calls')
    op.drop_index('ix_calls_active', table_name='calls', postgresql_where=sa.text("state IN ('starting', 'running')"))
    op.drop_index('ix_calls_waiting', table_name='calls', postgresql_where=sa.text("state = 'queued'"))
    op.create_index('ix_calls_served', 'calls', ['created_by', sa.text('claimed_at DESC NULLS LAST')], unique=False)
    op.create_index('ix_calls_active_of_person', 'calls', ['created_by'], unique=False, postgresql_where=sa.text("state IN ('starting', 'running')"))
    op.create_index('ix_calls_waiting', 'calls', ['created_by', 'order_at', 'id'], unique=False, postgresql_where=sa.text("state = 'queued'"))
    op.drop_column('calls', 'log')
    op.drop_column('calls', 'charged')
    op.drop_column('calls', 'due_at')
    op.drop_column('calls', 'urgent')
    op.drop_table('person_shares')
    op.drop_table('project_shares')
