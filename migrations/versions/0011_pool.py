"""pool: GPUs of workers; why a function was chosen, for whom, and who was passed over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('workers', sa.Column('gpus', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column('calls', sa.Column('function_reason', sa.String(), nullable=True))
    op.add_column('calls', sa.Column('importance', sa.String(), nullable=True))
    op.add_column('calls', sa.Column('passed_over', sa.Integer(), server_default=sa.text('0'), nullable=False))


def downgrade() -> None:
    op.drop_column('calls', 'passed_over')
    op.drop_column('calls', 'importance')
    op.drop_column('calls', 'function_reason')
    op.drop_column('workers', 'gpus')
