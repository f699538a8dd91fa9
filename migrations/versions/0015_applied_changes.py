"""changes that were applied under a key of their sender, so that a repeat changes nothing."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('applied_changes',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'key', name=op.f('pk_applied_changes'))
    )
    op.create_index('ix_applied_changes_person_id_at', 'applied_changes', ['person_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_applied_changes_person_id_at', table_name='applied_changes')
    op.drop_table('applied_changes')
