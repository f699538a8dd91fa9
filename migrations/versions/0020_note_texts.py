"""texts of notes and comments are documents, too; who may write in a note, and who did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # until now only characters had texts
    op.add_column(
        "text_documents",
        sa.Column("noun", sa.String(length=20), server_default="character", nullable=False),
    )
    op.alter_column("text_documents", "noun", server_default=None)
    op.add_column(
        "character_notes",
        sa.Column("together", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "character_notes",
        sa.Column("writers", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column(
        "decision_comments", sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("decision_comments", "edited_at")
    op.drop_column("character_notes", "writers")
    op.drop_column("character_notes", "together")
    op.execute("DELETE FROM text_documents WHERE noun <> 'character'")
    op.drop_column("text_documents", "noun")
