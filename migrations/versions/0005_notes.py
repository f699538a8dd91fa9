"""notes on pictures; the table that should have held them with votes and suggestions goes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_character_collaboration_character_id_created_at', table_name='character_collaboration')
    op.drop_table('character_collaboration')
    op.create_table('character_notes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('variation_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('mark', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('on_face', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('mentions', postgresql.ARRAY(sa.Uuid()), server_default='{}', nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sa.Uuid(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(parent_id IS NULL) = (number IS NOT NULL)', name=op.f('ck_character_notes_numbered')),
    sa.CheckConstraint('parent_id IS NULL OR mark IS NULL', name=op.f('ck_character_notes_answers_draw_nothing')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_character_notes_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_character_notes_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['parent_id'], ['character_notes.id'], name=op.f('fk_character_notes_parent_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_character_notes_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['resolved_by'], ['users.id'], name=op.f('fk_character_notes_resolved_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['variation_id'], ['character_variations.id'], name=op.f('fk_character_notes_variation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character_notes'))
    )
    op.create_index('ix_character_notes_character_id_key', 'character_notes', ['character_id', 'key'], unique=False)
    op.create_index('ix_character_notes_parent_id', 'character_notes', ['parent_id'], unique=False)
    op.create_index('ix_character_notes_mentions', 'character_notes', ['mentions'], unique=False, postgresql_using='gin')


def downgrade() -> None:
    op.drop_table('character_notes')
    op.create_table('character_collaboration',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('variation_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_character_collaboration_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_character_collaboration_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_character_collaboration_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['variation_id'], ['character_variations.id'], name=op.f('fk_character_collaboration_variation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character_collaboration'))
    )
    op.create_index('ix_character_collaboration_character_id_created_at', 'character_collaboration', ['character_id', 'created_at'], unique=False)
