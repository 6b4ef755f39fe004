"""Test messages of an account: who asked, and what the provider said."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2026_11_24_1412", "2026_11_24_1410"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "account_trial",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("cost_vnd", sa.Integer(), server_default="0", nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_account_trial_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_account_trial_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id", "school_id"],
            ["staff.id", "staff.school_id"],
            name=op.f("fk_account_trial_staff_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_trial")),
    )
    op.create_index("ix_account_trial_school", "account_trial", ["school_id", "asked_at"])
    op.execute("GRANT SELECT ON account_trial TO contactbook_school")
    op.execute("ALTER TABLE account_trial ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_school ON account_trial TO contactbook_school "
        f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
    )
