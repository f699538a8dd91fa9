"""inbox: notices, who follows a character, and where each person last was in a project."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('url', sa.String(length=400), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('body', sa.Text(), server_default='', nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_notices_actor_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_notices_file_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_notices_person_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_notices_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('person_id', 'key', name=op.f('uq_notices_person_id_key'))
    )
    op.create_index(op.f('ix_notices_project_id'), 'notices', ['project_id'], unique=False)
    op.create_index('ix_notices_subject_id', 'notices', ['subject_id'], unique=False)
    op.create_index('ix_notices_person_id_created_at_id', 'notices', ['person_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_notices_unread', 'notices', ['person_id'], unique=False, postgresql_where=sa.text('read_at IS NULL'))
    op.create_table('character_followers',
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_character_followers_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_character_followers_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('character_id', 'person_id', name=op.f('pk_character_followers'))
    )
    op.create_index(op.f('ix_character_followers_person_id'), 'character_followers', ['person_id'], unique=False)
    op.create_table('project_visits',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_project_visits_person_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_project_visits_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'project_id', name=op.f('pk_project_visits'))
    )
    op.create_index(op.f('ix_project_visits_project_id'), 'project_visits', ['project_id'], unique=False)
    op.create_index('ix_events_changes', 'events', ['project_id', 'seq'], unique=False, postgresql_where=sa.text('change IS NOT NULL'))


def downgrade() -> None:
    op.drop_index('ix_events_changes', table_name='events', postgresql_where=sa.text('change IS NOT NULL'))
    op.drop_index(op.f('ix_project_visits_project_id'), table_name='project_visits')
    op.drop_table('project_visits')
    op.drop_index(op.f('ix_character_followers_person_id'), table_name='character_followers')
    op.drop_table('character_followers')
    op.drop_index('ix_notices_unread', table_name='notices', postgresql_where=sa.text('read_at IS NULL'))
    op.drop_index('ix_notices_person_id_created_at_id', table_name='notices')
    op.drop_index('ix_notices_subject_id', table_name='notices')
    op.drop_index(op.f('ix_notices_project_id'), table_name='notices')
    op.drop_table('notices')
