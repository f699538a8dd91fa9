"""decisions: questions, candidates, votes, and links for people outside."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('decisions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('question', sa.String(length=200), nullable=False),
    sa.Column('method', sa.String(length=16), nullable=False),
    sa.Column('rule', sa.String(length=16), nullable=False),
    sa.Column('quorum', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=True),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=16), server_default='open', nullable=False),
    sa.Column('outcome', sa.String(length=200), nullable=True),
    sa.Column('winner_id', sa.Uuid(), nullable=True),
    sa.Column('replaced_id', sa.Uuid(), nullable=True),
    sa.Column('stood_before', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("method IN ('open', 'blind')", name=op.f('ck_decisions_method')),
    sa.CheckConstraint("rule IN ('lead', 'leading')", name=op.f('ck_decisions_rule')),
    sa.CheckConstraint("state IN ('open', 'due', 'decided')", name=op.f('ck_decisions_state')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_decisions_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_decisions_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decided_by'], ['users.id'], name=op.f('fk_decisions_decided_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['lead_id'], ['users.id'], name=op.f('fk_decisions_lead_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_decisions_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions'))
    )
    op.create_index('ix_decisions_character_id', 'decisions', ['character_id'], unique=False)
    op.create_index('ix_decisions_deadline_at', 'decisions', ['deadline_at'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_decisions_project_id_created_at', 'decisions', ['project_id', 'created_at'], unique=False)
    op.create_table('decision_candidates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('variation_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('note', sa.String(length=500), server_default='', nullable=False),
    sa.Column('suggested_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_decision_candidates_decision_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['suggested_by'], ['users.id'], name=op.f('fk_decision_candidates_suggested_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['variation_id'], ['character_variations.id'], name=op.f('fk_decision_candidates_variation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_candidates')),
    sa.UniqueConstraint('decision_id', 'variation_id', name=op.f('uq_decision_candidates_decision_id_variation_id'))
    )
    op.create_index('ix_decision_candidates_variation_id', 'decision_candidates', ['variation_id'], unique=False)
    op.create_table('decision_links',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_decision_links_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_decision_links_decision_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_decision_links_token_hash'))
    )
    op.create_index('ix_decision_links_decision_id', 'decision_links', ['decision_id'], unique=False)
    op.create_table('decision_voters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('link_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('advises', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('asked', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint('(user_id IS NULL) = (link_id IS NOT NULL)', name=op.f('ck_decision_voters_one_way_in')),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_decision_voters_decision_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['link_id'], ['decision_links.id'], name=op.f('fk_decision_voters_link_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_decision_voters_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_voters')),
    sa.UniqueConstraint('decision_id', 'user_id', name=op.f('uq_decision_voters_decision_id_user_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_decision_voters_token_hash'))
    )
    op.create_index('uq_decision_voters_guest_name', 'decision_voters', ['link_id', sa.literal_column('lower(name)')], unique=True)
    op.create_table('decision_comments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('decision_id', sa.Uuid(), nullable=False),
    sa.Column('candidate_id', sa.Uuid(), nullable=True),
    sa.Column('voter_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(length=2000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['candidate_id'], ['decision_candidates.id'], name=op.f('fk_decision_comments_candidate_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['decision_id'], ['decisions.id'], name=op.f('fk_decision_comments_decision_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['voter_id'], ['decision_voters.id'], name=op.f('fk_decision_comments_voter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_comments'))
    )
    op.create_index('ix_decision_comments_decision_id', 'decision_comments', ['decision_id', 'created_at'], unique=False)
    op.create_table('decision_pair_votes',
    sa.Column('voter_id', sa.Uuid(), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('winner_id', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_decision_pair_votes_order')),
    sa.ForeignKeyConstraint(['first_id'], ['decision_candidates.id'], name=op.f('fk_decision_pair_votes_first_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['decision_candidates.id'], name=op.f('fk_decision_pair_votes_second_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['voter_id'], ['decision_voters.id'], name=op.f('fk_decision_pair_votes_voter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('voter_id', 'first_id', 'second_id', name=op.f('pk_decision_pair_votes'))
    )
    op.create_index(op.f('ix_decision_pair_votes_first_id'), 'decision_pair_votes', ['first_id'], unique=False)
    op.create_index(op.f('ix_decision_pair_votes_second_id'), 'decision_pair_votes', ['second_id'], unique=False)
    op.create_table('decision_votes',
    sa.Column('candidate_id', sa.Uuid(), nullable=False),
    sa.Column('voter_id', sa.Uuid(), nullable=False),
    sa.Column('verdict', sa.String(length=16), nullable=True),
    sa.Column('stars', sa.Integer(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("verdict IN ('approve', 'reject')", name=op.f('ck_decision_votes_verdict')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_decision_votes_stars')),
    sa.ForeignKeyConstraint(['candidate_id'], ['decision_candidates.id'], name=op.f('fk_decision_votes_candidate_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['voter_id'], ['decision_voters.id'], name=op.f('fk_decision_votes_voter_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('candidate_id', 'voter_id', name=op.f('pk_decision_votes'))
    )
    op.create_index(op.f('ix_decision_votes_voter_id'), 'decision_votes', ['voter_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_decision_votes_voter_id'), table_name='decision_votes')
    op.drop_table('decision_votes')
    op.drop_index(op.f('ix_decision_pair_votes_second_id'), table_name='decision_pair_votes')
    op.drop_index(op.f('ix_decision_pair_votes_first_id'), table_name='decision_pair_votes')
    op.drop_table('decision_pair_votes')
    op.drop_index('ix_decision_comments_decision_id', table_name='decision_comments')
    op.drop_table('decision_comments')
    op.drop_index('uq_decision_voters_guest_name', table_name='decision_voters')
    op.drop_table('decision_voters')
    op.drop_index('ix_decision_links_decision_id', table_name='decision_links')
    op.drop_table('decision_links')
    op.drop_index('ix_decision_candidates_variation_id', table_name='decision_candidates')
    op.drop_table('decision_candidates')
    op.drop_index('ix_decisions_project_id_created_at', table_name='decisions')
    op.drop_index('ix_decisions_deadline_at', table_name='decisions', postgresql_where=sa.text("state = 'open'"))
    op.drop_index('ix_decisions_character_id', table_name='decisions')
    op.drop_table('decisions')
