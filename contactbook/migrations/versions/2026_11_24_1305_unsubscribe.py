"""One click in a mail program ends a guardian's e-mail: which address is whose, by its hash."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2026_11_24_1305", "2026_11_24_1250"


def upgrade() -> None:
    op.create_table(
        "unsubscribe_link",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["guardian.id"], name=op.f("fk_unsubscribe_link_guardian_id")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_unsubscribe_link")),
    )
    op.create_index(
        op.f("ix_unsubscribe_link_guardian_id"), "unsubscribe_link", ["guardian_id"], unique=False
    )
