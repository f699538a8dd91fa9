"""verdicts, off-model alerts, golden sets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('identity_pair_verdicts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('first_kind', sa.String(length=16), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_kind', sa.String(length=16), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('same_character', sa.Boolean(), nullable=False),
    sa.Column('judgement', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("judgement IN ('same', 'not_same', 'cant_tell')", name=op.f('ck_identity_pair_verdicts_judgement')),
    sa.CheckConstraint('first_id < second_id', name=op.f('ck_identity_pair_verdicts_order')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_identity_pair_verdicts_person_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_identity_pair_verdicts_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_pair_verdicts')),
    sa.UniqueConstraint('person_id', 'first_id', 'second_id', name=op.f('uq_identity_pair_verdicts_person_id_first_id_second_id'))
    )
    op.create_index('ix_identity_pair_verdicts_project_id', 'identity_pair_verdicts', ['project_id'], unique=False)
    op.create_table('golden_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('function', sa.String(length=120), nullable=True),
    sa.Column('function_version', sa.String(length=120), nullable=True),
    sa.Column('adapter_number', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=16), server_default='running', nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done')", name=op.f('ck_golden_runs_state')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_golden_runs_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_golden_runs_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_golden_runs_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_golden_runs')),
    sa.UniqueConstraint('character_id', 'number', name=op.f('uq_golden_runs_character_id_number'))
    )
    op.create_index('uq_golden_runs_running', 'golden_runs', ['character_id'], unique=True, postgresql_where=sa.text("state = 'running'"))
    op.create_table('golden_sets',
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('slots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_by', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_golden_sets_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_golden_sets_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['updated_by'], ['users.id'], name=op.f('fk_golden_sets_updated_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('character_id', name=op.f('pk_golden_sets'))
    )
    op.create_table('identity_alerts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('variation_id', sa.Uuid(), nullable=False),
    sa.Column('reference_id', sa.Uuid(), nullable=True),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.Column('p_same', sa.Float(), nullable=False),
    sa.Column('below', sa.Float(), nullable=False),
    sa.Column('state', sa.String(length=16), server_default='open', nullable=False),
    sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('handled_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("state IN ('open', 'snoozed', 'closed')", name=op.f('ck_identity_alerts_state')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_identity_alerts_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['handled_by'], ['users.id'], name=op.f('fk_identity_alerts_handled_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_identity_alerts_owner_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_identity_alerts_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['reference_id'], ['character_references.id'], name=op.f('fk_identity_alerts_reference_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['variation_id'], ['character_variations.id'], name=op.f('fk_identity_alerts_variation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_alerts')),
    sa.UniqueConstraint('variation_id', name=op.f('uq_identity_alerts_variation_id'))
    )
    op.create_index('ix_identity_alerts_owner_id_state', 'identity_alerts', ['owner_id', 'state'], unique=False)
    op.create_index('ix_identity_alerts_project_id_state', 'identity_alerts', ['project_id', 'state'], unique=False)
    op.create_index('ix_identity_alerts_snoozed_until', 'identity_alerts', ['snoozed_until'], unique=False, postgresql_where=sa.text("state = 'snoozed'"))
    op.create_table('identity_verdicts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('variation_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('judgement', sa.String(length=16), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("judgement IN ('same', 'not_same', 'cant_tell')", name=op.f('ck_identity_verdicts_judgement')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_identity_verdicts_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_identity_verdicts_person_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_identity_verdicts_project_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['variation_id'], ['character_variations.id'], name=op.f('fk_identity_verdicts_variation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_verdicts')),
    sa.UniqueConstraint('variation_id', 'person_id', name=op.f('uq_identity_verdicts_variation_id_person_id'))
    )
    op.create_index('ix_identity_verdicts_project_id', 'identity_verdicts', ['project_id'], unique=False)
    op.add_column('character_variations', sa.Column('golden_run_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_character_variations_golden_run_id'), 'character_variations', ['golden_run_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_character_variations_golden_run_id'), table_name='character_variations')
    op.drop_column('character_variations', 'golden_run_id')
    op.drop_index('ix_identity_verdicts_project_id', table_name='identity_verdicts')
    op.drop_table('identity_verdicts')
    op.drop_index('ix_identity_alerts_snoozed_until', table_name='identity_alerts', postgresql_where=sa.text("state = 'snoozed'"))
    op.drop_index('ix_identity_alerts_project_id_state', table_name='identity_alerts')
    op.drop_index('ix_identity_alerts_owner_id_state', table_name='identity_alerts')
    op.drop_table('identity_alerts')
    op.drop_table('golden_sets')
    op.drop_index('uq_golden_runs_running', table_name='golden_runs', postgresql_where=sa.text("state = 'running'"))
    op.drop_table('golden_runs')
    op.drop_index('ix_identity_pair_verdicts_project_id', table_name='identity_pair_verdicts')
    op.drop_table('identity_pair_verdicts')
