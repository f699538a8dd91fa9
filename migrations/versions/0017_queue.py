"""queue: what a call is another try of, and what was put away."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('calls', sa.Column('retry_of', sa.Uuid(), nullable=True))
    op.add_column('calls', sa.Column('clearing', sa.Uuid(), nullable=True))
    op.create_index('ix_calls_retry_of', 'calls', ['retry_of'], unique=False, postgresql_where=sa.text('retry_of IS NOT NULL'))
    op.create_index('ix_calls_standing', 'calls', [sa.literal_column('finished_at DESC'), sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("clearing IS NULL AND state IN ('succeeded', 'failed', 'cancelled')"))
    op.create_index('ix_calls_clearing', 'calls', ['clearing'], unique=False, postgresql_where=sa.text('clearing IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_calls_clearing', table_name='calls')
    op.drop_index('ix_calls_standing', table_name='calls')
    op.drop_index('ix_calls_retry_of', table_name='calls')
    op.drop_column('calls', 'clearing')
    op.drop_column('calls', 'retry_of')
