"""what a blind decision keeps quiet, who is mentioned in comments, which events made a version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# after a way down and up again: what was kept quiet for a blind decision that is still open
_STILL_QUIET = """
    UPDATE decision_candidates c SET quiet = true
    FROM decisions d
    WHERE d.id = c.decision_id AND d.method = 'blind' AND d.state = 'open'
        AND c.source <> 'existing' AND NOT EXISTS (
            SELECT FROM events e
            WHERE e.project_id = d.project_id AND e.subject_id = d.character_id
                AND e.name = 'server:variation.updated'
                AND e.payload->>'variation_id' = c.variation_id::text)
"""


def upgrade() -> None:
    op.add_column('decision_candidates', sa.Column('quiet', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(_STILL_QUIET)
    op.add_column('decision_comments', sa.Column('mentions', postgresql.ARRAY(sa.Uuid()), server_default='{}', nullable=False))
    op.add_column('character_versions', sa.Column('first_seq', sa.Integer(), nullable=True))
    op.add_column('character_versions', sa.Column('last_seq', sa.Integer(), nullable=True))
    op.create_index('ix_character_versions_last_seq', 'character_versions', ['last_seq'])


def downgrade() -> None:
    op.drop_index('ix_character_versions_last_seq', table_name='character_versions')
    op.drop_column('character_versions', 'last_seq')
    op.drop_column('character_versions', 'first_seq')
    op.drop_column('decision_comments', 'mentions')
    op.drop_column('decision_candidates', 'quiet')
