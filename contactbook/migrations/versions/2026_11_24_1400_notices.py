"""Notices of a school's office: their words, files, and the pages on which they are confirmed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "2026_11_24_1400", "2026_11_24_1350"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"
PAGES = (
    ("attachment", "SELECT, INSERT, DELETE, UPDATE (update_id)"),
    ("reading_link", "SELECT"),
    ("notice", "SELECT, INSERT"),
)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *of_a_school("attachment", update_id="published_update", staff_id="staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("update_id", name=op.f("uq_attachment_update_id")),
    )
    op.create_table(
        "reading_link",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        *of_a_school("reading_link", update_id="published_update", guardian_id="guardian"),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_reading_link")),
    )
    op.create_index("ix_reading_link_update", "reading_link", ["update_id", "guardian_id"])
    op.create_table(
        "notice",
        sa.Column("update_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("whom", sa.String(length=20), nullable=False),
        sa.Column("chosen", postgresql.JSONB(), nullable=False),
        sa.Column(
            "wants_confirmation", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.CheckConstraint(
            "whom IN ('school', 'classes', 'families')", name=op.f("ck_notice_whom")
        ),
        sa.CheckConstraint(
            "(whom = 'school') = (chosen = '[]'::jsonb)", name=op.f("ck_notice_chosen")
        ),
        *of_a_school("notice", update_id="published_update"),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_school_id", "notice", ["school_id"])
    for table, rights in PAGES:
        op.execute(f"GRANT {rights} ON {table} TO contactbook_school")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_school ON {table} TO contactbook_school "
            f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
        )


def of_a_school(table: str, **parents: str) -> list[sa.ForeignKeyConstraint]:
    """What a row points to is of its own school."""
    own = sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=f"fk_{table}_school_id")
    return [
        own,
        *(
            sa.ForeignKeyConstraint(
                [column, "school_id"],
                [f"{parent}.id", f"{parent}.school_id"],
                name=f"fk_{table}_{column}_school_id",
            )
            for column, parent in parents.items()
        ),
    ]
