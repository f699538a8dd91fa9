"""texts that several people write at once, and their operations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('text_documents',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('revision', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('settled_revision', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('run_authors', postgresql.ARRAY(sa.Uuid()), server_default='{}', nullable=False),
    sa.Column('run_began_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_text_documents')),
    sa.UniqueConstraint('subject_id', 'field', name=op.f('uq_text_documents_subject_id_field'))
    )
    # what the search for runs that paused looks through: only the texts being written now
    op.create_index('ix_text_documents_touched_at', 'text_documents', ['touched_at'], unique=False, postgresql_where=sa.text('touched_at IS NOT NULL'))
    op.create_table('text_operations',
    sa.Column('document_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('operation_id', sa.String(length=64), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=True),
    sa.Column('operation', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['text_documents.id'], name=op.f('fk_text_operations_document_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('document_id', 'revision', name=op.f('pk_text_operations')),
    sa.UniqueConstraint('document_id', 'operation_id', name=op.f('uq_text_operations_document_id_operation_id'))
    )


def downgrade() -> None:
    op.drop_table('text_operations')
    op.drop_index('ix_text_documents_touched_at', table_name='text_documents', postgresql_where=sa.text('touched_at IS NOT NULL'))
    op.drop_table('text_documents')
