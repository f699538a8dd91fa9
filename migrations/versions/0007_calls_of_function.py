"""the latest calls of a function, for its page."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_calls_of_function', 'calls', ['function', sa.text('finished_at DESC')], unique=False, postgresql_where=sa.text("state IN ('succeeded', 'failed')"))


def downgrade() -> None:
    op.drop_index('ix_calls_of_function', table_name='calls', postgresql_where=sa.text("state IN ('succeeded', 'failed')"))
