"""what functions read of the version of a character that a picture is made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

# a version was kept in the recipe only of pictures that were pinned to one
_MADE_OF = """
    UPDATE character_variations v SET recipe = (v.recipe - 'pinned') || jsonb_build_object(
        'made_of', (v.recipe->'pinned') || jsonb_build_object(
            'pinned', true,
            'adapter', (
                SELECT jsonb_build_object('id', a.id, 'number', a.number, 'kind', a.kind,
                    'file_id', a.file_id, 'sha256', f.sha256)
                FROM adapters a JOIN files f ON f.id = a.file_id
                WHERE a.id = (v.recipe#>>'{pinned,adapter,id}')::uuid)))
    WHERE jsonb_typeof(v.recipe->'pinned') = 'object'
"""

_PINNED = """
    UPDATE character_variations v SET recipe = (v.recipe - 'made_of' - 'reads')
        || jsonb_build_object('pinned', CASE WHEN (v.recipe#>>'{made_of,pinned}')::boolean
            THEN (v.recipe->'made_of') - 'pinned' END)
    WHERE jsonb_typeof(v.recipe->'made_of') = 'object'
"""


def upgrade() -> None:
    op.add_column('calls', sa.Column('reads', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.execute(_MADE_OF)
    op.execute("UPDATE character_variations SET recipe = recipe - 'pinned' WHERE recipe ? 'pinned'")


def downgrade() -> None:
    op.execute(_PINNED)
    op.drop_column('calls', 'reads')
