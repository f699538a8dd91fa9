"""the queue's page: what ended, the latest calls of a function, use of the workers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_calls_of_function', 'calls', ['function', sa.text('finished_at DESC')], unique=False, postgresql_where=sa.text("state IN ('succeeded', 'failed')"))
    op.create_index('ix_calls_ended', 'calls', [sa.text('finished_at DESC'), sa.text('id DESC')], unique=False, postgresql_where=sa.text("state IN ('succeeded', 'failed', 'cancelled')"))
    op.add_column('workers', sa.Column('use', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column('workers', sa.Column('warm', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))


def downgrade() -> None:
    op.drop_column('workers', 'warm')
    op.drop_column('workers', 'use')
    op.drop_index('ix_calls_ended', table_name='calls', postgresql_where=sa.text("state IN ('succeeded', 'failed', 'cancelled')"))
    op.drop_index('ix_calls_of_function', table_name='calls', postgresql_where=sa.text("state IN ('succeeded', 'failed')"))
