"""licences that somebody accepted, and the marks of what was made under them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('licence_acceptances',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('terms', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('accepted_by', sa.Uuid(), nullable=False),
    sa.Column('accepted_by_name', sa.String(length=120), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('function', 'encoder')", name=op.f('ck_licence_acceptances_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_licence_acceptances'))
    )
    op.create_index('uq_licence_acceptances_in_force', 'licence_acceptances', ['kind', 'name', 'digest'], unique=True, postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.add_column('calls', sa.Column('terms', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))


def downgrade() -> None:
    op.drop_column('calls', 'terms')
    op.drop_index('uq_licence_acceptances_in_force', table_name='licence_acceptances', postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_table('licence_acceptances')
