"""what workers can do, who refused a call, what its attempts took, and what followed it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

CHARGED = "charged <> used_ms AND state NOT IN ('starting', 'running')"
CHARGED_BEFORE = "charged IS NOT NULL AND state IN ('succeeded', 'failed', 'cancelled')"
TOOK = "greatest(0, 1000 * extract(epoch FROM finished_at - started_at))::bigint"


def upgrade() -> None:
    op.add_column('workers', sa.Column('offers', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column('calls', sa.Column('used_ms', sa.BigInteger(), server_default=sa.text('0'), nullable=False))
    op.add_column('calls', sa.Column('refused_by', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('calls', sa.Column('retried_as', sa.Uuid(), nullable=True))
    op.execute("UPDATE calls SET retried_as = again.id FROM calls again WHERE again.retry_of = calls.id")
    op.drop_index('ix_calls_charged', table_name='calls')
    # how the rows before this migration were counted, so that no quota changes by it
    op.execute(f"UPDATE calls SET used_ms = {TOOK} WHERE finished_at IS NOT NULL AND started_at IS NOT NULL")
    op.execute("UPDATE calls SET started_at = NULL WHERE state IN ('queued', 'paused', 'starting')")
    op.create_index('ix_calls_charged', 'calls', ['id'], unique=False, postgresql_where=sa.text(CHARGED))


def downgrade() -> None:
    op.drop_index('ix_calls_charged', table_name='calls')
    # these are settled; the older code would settle them once more
    op.execute("UPDATE calls SET charged = NULL WHERE charged = used_ms AND state NOT IN ('starting', 'running')")
    op.create_index('ix_calls_charged', 'calls', ['id'], unique=False, postgresql_where=sa.text(CHARGED_BEFORE))
    op.drop_column('calls', 'retried_as')
    op.drop_column('calls', 'refused_by')
    op.drop_column('calls', 'used_ms')
    op.drop_column('workers', 'offers')
