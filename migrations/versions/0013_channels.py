"""channels: wishes, destinations, and what is on its way to them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notification_preferences',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=16), nullable=False),
    sa.Column('digest_at', sa.Time(), nullable=False),
    sa.Column('quiet_from', sa.Time(), nullable=True),
    sa.Column('quiet_until', sa.Time(), nullable=True),
    sa.Column('silenced', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("digest IN ('off', 'hourly', 'daily')", name=op.f('ck_notification_preferences_digest')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_notification_preferences_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_notification_preferences'))
    )
    op.create_table('notification_destinations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=True),
    sa.Column('medium', sa.String(length=16), nullable=False),
    sa.Column('label', sa.String(length=254), nullable=False),
    sa.Column('address', sa.LargeBinary(), nullable=False),
    sa.Column('mark', sa.LargeBinary(), nullable=False),
    sa.Column('problem', sa.String(length=300), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("medium IN ('push', 'email', 'chat')", name=op.f('ck_notification_destinations_medium')),
    sa.ForeignKeyConstraint(['person_id'], ['users.id'], name=op.f('fk_notification_destinations_person_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_notification_destinations_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_destinations')),
    sa.UniqueConstraint('person_id', 'mark', name=op.f('uq_notification_destinations_person_id_mark'))
    )
    op.create_index(op.f('ix_notification_destinations_mark'), 'notification_destinations', ['mark'], unique=False)
    op.create_index(op.f('ix_notification_destinations_session_id'), 'notification_destinations', ['session_id'], unique=False)
    op.create_table('notification_deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=True),
    sa.Column('destination_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(length=16), server_default='waiting', nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('problem', sa.String(length=300), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'skipped', 'dead')", name=op.f('ck_notification_deliveries_state')),
    sa.ForeignKeyConstraint(['destination_id'], ['notification_destinations.id'], name=op.f('fk_notification_deliveries_destination_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notification_deliveries_notice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_deliveries')),
    sa.UniqueConstraint('notice_id', 'destination_id', name=op.f('uq_notification_deliveries_notice_id_destination_id'))
    )
    op.create_index(op.f('ix_notification_deliveries_destination_id'), 'notification_deliveries', ['destination_id'], unique=False)
    op.create_index('ix_notification_deliveries_due', 'notification_deliveries', ['next_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    op.drop_index('ix_notification_deliveries_due', table_name='notification_deliveries', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(op.f('ix_notification_deliveries_destination_id'), table_name='notification_deliveries')
    op.drop_table('notification_deliveries')
    op.drop_index(op.f('ix_notification_destinations_session_id'), table_name='notification_destinations')
    op.drop_index(op.f('ix_notification_destinations_mark'), table_name='notification_destinations')
    op.drop_table('notification_destinations')
    op.drop_table('notification_preferences')
