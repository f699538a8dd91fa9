"""versions of characters and their names; every character begins with the one that it is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

BEGIN = """
INSERT INTO character_versions (id, character_id, number, state, author_ids, changes)
SELECT gen_random_uuid(), c.id, 1,
    jsonb_build_object(
        'facts', jsonb_build_object(
            'name', c.name, 'description', c.description, 'trigger_word', c.trigger_word,
            'positive_prompt', c.positive_prompt, 'negative_prompt', c.negative_prompt,
            'importance', c.importance, 'tier', c.tier, 'tags', to_jsonb(c.tags),
            'licence', c.licence, 'consent', c.consent,
            'identity_route', c.identity_route, 'off_model_below', c.off_model_below),
        'base', (SELECT r.id FROM character_references r
            WHERE r.id = c.base_reference_id AND r.removed_at IS NULL),
        'references', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('id', r.id, 'file_id', r.file_id,
                'name', r.name, 'source', r.source_sha256) ORDER BY r.created_at, r.id)
            FROM character_references r
            WHERE r.character_id = c.id AND r.removed_at IS NULL), '[]'),
        'pictures', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('key', v.key, 'id', v.id, 'file_id', v.file_id)
                ORDER BY v.key)
            FROM character_variations v
            WHERE v.character_id = c.id AND v.current AND v.removed_at IS NULL
            AND v.state = 'succeeded' AND v.file_id IS NOT NULL), '[]'),
        'adapter', CASE WHEN c.adapter_id IS NOT NULL
            THEN jsonb_build_object('id', c.adapter_id, 'number', c.adapter_number) END,
        'removed', c.removed_at IS NOT NULL),
    '{}', '[]'
FROM characters c
"""

# setting ``created_by`` to null when a person goes away is no move
STAY = """
CREATE FUNCTION version_names_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The name of a version stays where it is.' USING ERRCODE = '23001';
END $$
"""
TRIGGER = """
CREATE TRIGGER version_names_stay
BEFORE UPDATE OF character_id, version_id, name, note ON character_version_names
FOR EACH ROW EXECUTE FUNCTION version_names_stay()
"""


def upgrade() -> None:
    op.create_table('character_versions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('author_ids', postgresql.ARRAY(sa.Uuid()), server_default='{}', nullable=False),
    sa.Column('changes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_character_versions_character_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character_versions')),
    sa.UniqueConstraint('character_id', 'number', name=op.f('uq_character_versions_character_id_number'))
    )
    op.create_table('character_version_names',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('note', sa.Text(), server_default='', nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_character_version_names_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_character_version_names_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['version_id'], ['character_versions.id'], name=op.f('fk_character_version_names_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_character_version_names'))
    )
    op.create_index('uq_character_version_names_name', 'character_version_names', ['character_id', sa.literal_column('lower(name)')], unique=True)
    op.create_index(op.f('ix_character_version_names_version_id'), 'character_version_names', ['version_id'], unique=False)
    op.execute(BEGIN)
    op.execute(STAY)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.drop_table('character_version_names')
    op.execute("DROP FUNCTION version_names_stay()")
    op.drop_table('character_versions')
