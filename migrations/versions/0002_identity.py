"""one table of vectors, calibrations in versions, checked pictures."""

import pgvector.sqlalchemy
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

DEFAULT = "dlib-resnet-v1"

MOVE = """
INSERT INTO identity_embeddings
    (id, project_id, character_id, subject_kind, subject_id, file_id, face,
     encoder, dimensions, route, vector, created_at)
SELECT gen_random_uuid(), project_id, character_id, '{kind}', id, file_id, 0,
       'dlib-resnet-v1', 128, 'photographic', embedding, created_at
FROM {table} WHERE embedding IS NOT NULL AND file_id IS NOT NULL
"""
MOVE_BACK = """
UPDATE {table} t SET embedding = e.vector{also} FROM identity_embeddings e
WHERE e.subject_id = t.id AND e.face = 0 AND e.encoder = 'dlib-resnet-v1'
"""
SUBJECTS = (("reference", "character_references"), ("variation", "character_variations"))


def upgrade() -> None:
    op.create_table('identity_encoders',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('route', sa.String(length=16), nullable=False),
    sa.Column('dimensions', sa.Integer(), nullable=False),
    sa.Column('metric', sa.String(length=16), nullable=False),
    sa.Column('licence', sa.String(length=120), nullable=False),
    sa.Column('commercial', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint('dimensions BETWEEN 1 AND 1900', name=op.f('ck_identity_encoders_dimensions')),
    sa.CheckConstraint("metric IN ('euclidean', 'cosine')", name=op.f('ck_identity_encoders_metric')),
    sa.CheckConstraint("route IN ('photographic', 'illustrated', 'appearance')", name=op.f('ck_identity_encoders_route')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_identity_encoders')),
    sa.UniqueConstraint('name', 'dimensions', 'route', name=op.f('uq_identity_encoders_name_dimensions_route'))
    )
    op.create_table('identity_embeddings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('character_id', sa.Uuid(), nullable=False),
    sa.Column('subject_kind', sa.String(length=16), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('face', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('encoder', sa.String(length=60), nullable=False),
    sa.Column('dimensions', sa.Integer(), nullable=False),
    sa.Column('route', sa.String(length=16), nullable=False),
    sa.Column('vector', pgvector.sqlalchemy.vector.VECTOR(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("subject_kind IN ('reference', 'variation')", name=op.f('ck_identity_embeddings_subject_kind')),
    sa.CheckConstraint('vector_dims(vector) = dimensions', name=op.f('ck_identity_embeddings_dimensions')),
    sa.ForeignKeyConstraint(['character_id'], ['characters.id'], name=op.f('fk_identity_embeddings_character_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['encoder', 'dimensions', 'route'], ['identity_encoders.name', 'identity_encoders.dimensions', 'identity_encoders.route'], name='fk_identity_embeddings_encoder'),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_identity_embeddings_file_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_identity_embeddings_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_embeddings')),
    sa.UniqueConstraint('subject_id', 'encoder', 'face', name=op.f('uq_identity_embeddings_subject_id_encoder_face'))
    )
    # beside its row and not in a table of its own: an exact comparison reads thousands of them
    op.execute("ALTER TABLE identity_embeddings ALTER COLUMN vector SET STORAGE PLAIN")
    op.create_index('ix_identity_embeddings_character_id_encoder', 'identity_embeddings', ['character_id', 'encoder'], unique=False)
    op.create_index('ix_identity_embeddings_project_id_encoder', 'identity_embeddings', ['project_id', 'encoder'], unique=False)
    op.create_table('identity_calibrations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('encoder', sa.String(length=60), nullable=False),
    sa.Column('route', sa.String(length=16), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('source', sa.String(length=16), nullable=False),
    sa.Column('slope', sa.Float(), nullable=False),
    sa.Column('midpoint', sa.Float(), nullable=False),
    sa.Column('genuine_mean', sa.Float(), nullable=False),
    sa.Column('genuine_deviation', sa.Float(), nullable=False),
    sa.Column('impostor_rate', sa.Float(), nullable=False),
    sa.Column('pairs', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('people', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('ece', sa.Float(), nullable=True),
    sa.Column('auc', sa.Float(), nullable=True),
    sa.Column('reliability', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('advised_to', sa.Uuid(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.CheckConstraint("source IN ('shipped', 'verdicts', 'pairs')", name=op.f('ck_identity_calibrations_source')),
    sa.CheckConstraint('slope > 0 AND genuine_deviation > 0', name=op.f('ck_identity_calibrations_positive')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_identity_calibrations_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['encoder'], ['identity_encoders.name'], name=op.f('fk_identity_calibrations_encoder')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_calibrations')),
    sa.UniqueConstraint('encoder', 'version', name=op.f('uq_identity_calibrations_encoder_version'))
    )
    op.create_index('uq_identity_calibrations_active', 'identity_calibrations', ['encoder'], unique=True, postgresql_where=sa.text('active'))
    op.create_table('identity_checks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('project_id', sa.Uuid(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('expected', sa.ARRAY(sa.UUID()), server_default='{}', nullable=False),
    sa.Column('call_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(length=16), server_default='queued', nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('route', sa.String(length=16), nullable=True),
    sa.Column('faces', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('missing', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_identity_checks_created_by'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_identity_checks_file_id')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_identity_checks_project_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_checks'))
    )
    op.create_index('ix_identity_checks_project_id_created_at', 'identity_checks', ['project_id', 'created_at'], unique=False)
    op.add_column('characters', sa.Column('identity_route', sa.String(length=16), server_default='auto', nullable=False))
    op.add_column('characters', sa.Column('off_model_below', sa.Float(), server_default=sa.text('0.5'), nullable=False))
    op.create_check_constraint(op.f('ck_characters_identity_route'), 'characters', "identity_route IN ('auto', 'photographic', 'illustrated', 'appearance')")
    op.create_check_constraint(op.f('ck_characters_off_model_below'), 'characters', 'off_model_below BETWEEN 0 AND 1')
    op.add_column('character_variations', sa.Column('measurement', postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    # the one encoder there was; later starts bring its row and the others up to the catalogue
    op.execute(f"""INSERT INTO identity_encoders
        (name, title, route, dimensions, metric, licence, commercial)
        VALUES ('{DEFAULT}', 'dlib ResNet', 'photographic', 128, 'euclidean', 'CC0-1.0', true)""")
    for kind, table in SUBJECTS:
        op.execute(MOVE.format(kind=kind, table=table))
        op.drop_column(table, 'embedding')
    op.drop_column('character_references', 'encoder')


def downgrade() -> None:
    op.add_column('character_references', sa.Column('encoder', sa.String(length=60), nullable=True))
    for kind, table in SUBJECTS:
        op.add_column(table, sa.Column('embedding', pgvector.sqlalchemy.vector.VECTOR(dim=128), nullable=True))
        op.execute(MOVE_BACK.format(table=table, also=", encoder = e.encoder" if kind == "reference" else ""))
    op.drop_column('character_variations', 'measurement')
    op.drop_constraint(op.f('ck_characters_off_model_below'), 'characters', type_='check')
    op.drop_constraint(op.f('ck_characters_identity_route'), 'characters', type_='check')
    op.drop_column('characters', 'off_model_below')
    op.drop_column('characters', 'identity_route')
    op.drop_table('identity_checks')
    op.drop_table('identity_calibrations')
    op.drop_table('identity_embeddings')
    op.drop_table('identity_encoders')
