"""that a call was tried again is kept once: on the call that was."""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

# before 0018 a call could be tried again more than once: the newest try is the one that counts
_FORWARD = """
    UPDATE calls SET retried_as = again.id
    FROM (
        SELECT DISTINCT ON (retry_of) retry_of, id FROM calls
        WHERE retry_of IS NOT NULL ORDER BY retry_of, created_at DESC, id DESC
    ) again
    WHERE again.retry_of = calls.id AND calls.retried_as IS DISTINCT FROM again.id
"""
_BACK = "UPDATE calls SET retry_of = first.id FROM calls first WHERE first.retried_as = calls.id"


def upgrade() -> None:
    op.execute(_FORWARD)
    op.drop_index('ix_calls_retry_of', table_name='calls')
    op.drop_column('calls', 'retry_of')


def downgrade() -> None:
    op.add_column('calls', sa.Column('retry_of', sa.Uuid(), nullable=True))
    op.execute(_BACK)
    op.create_index('ix_calls_retry_of', 'calls', ['retry_of'], unique=False, postgresql_where=sa.text('retry_of IS NOT NULL'))
