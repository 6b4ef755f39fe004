"""Conversations, each message of theirs either way, and codes that link a chat to a guardian."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "2026_11_24_1406", "2026_11_24_1400"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("language", sa.Text(), server_default="vi", nullable=False),
        sa.Column("hours_from", sa.Time(), nullable=True),
        sa.Column("hours_until", sa.Time(), nullable=True),
        sa.Column("dialogue", sa.LargeBinary(), nullable=True),
        sa.Column("dialogue_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undo", postgresql.JSONB(), nullable=True),
        sa.Column("undo_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_conversation_language")),
        sa.CheckConstraint(
            "(guardian_id IS NULL) = (school_id IS NULL)",
            name=op.f("ck_conversation_guardian_of_a_school"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_conversation_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id", "school_id"],
            ["guardian.id", "guardian.school_id"],
            name=op.f("fk_conversation_guardian_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_conversation_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["student_id", "school_id"],
            ["student.id", "student.school_id"],
            name=op.f("fk_conversation_student_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint(
            "account_id",
            "address",
            "guardian_id",
            name=op.f("uq_conversation_account_id_address_guardian_id"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("id", "school_id", name=op.f("uq_conversation_id_school_id")),
    )
    op.create_table(
        "link_code",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("code_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["guardian_id", "school_id"],
            ["guardian.id", "guardian.school_id"],
            name=op.f("fk_link_code_guardian_id_school_id"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_link_code_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_link_code_code_sha256")),
    )
    op.create_table(
        "chat_message",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), server_default="text", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("plain", postgresql.JSONB(), nullable=True),
        sa.Column("provider_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=True),
        sa.Column("classroom_id", sa.Uuid(), nullable=True),
        sa.Column("desk", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.CheckConstraint(
            "CASE WHEN kind = 'heard' THEN status IS NULL ELSE coalesce(status, '') IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'skipped') END",
            name=op.f("ck_chat_message_status"),
        ),
        sa.CheckConstraint(
            "desk <> 'class' OR classroom_id IS NOT NULL",
            name=op.f("ck_chat_message_class_of_a_desk"),
        ),
        sa.CheckConstraint("desk IN ('class', 'office')", name=op.f("ck_chat_message_desk")),
        sa.CheckConstraint(
            "kind IN ('heard', 'reply', 'teacher', 'invitation')", name=op.f("ck_chat_message_kind")
        ),
        sa.CheckConstraint(
            "sealed IS NULL OR plain IS NULL", name=op.f("ck_chat_message_sealed_or_plain")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channel_account.id"], name=op.f("fk_chat_message_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["classroom_id", "school_id"],
            ["classroom.id", "classroom.school_id"],
            name=op.f("fk_chat_message_classroom_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id", "school_id"],
            ["conversation.id", "conversation.school_id"],
            name=op.f("fk_chat_message_conversation_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_chat_message_conversation_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_chat_message_school_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id", "school_id"],
            ["staff.id", "staff.school_id"],
            name=op.f("fk_chat_message_staff_id_school_id"),
        ),
        sa.ForeignKeyConstraint(
            ["student_id", "school_id"],
            ["student.id", "student.school_id"],
            name=op.f("fk_chat_message_student_id_school_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
    )
    op.create_index(
        "ix_chat_message_desk",
        "chat_message",
        ["classroom_id"],
        unique=False,
        postgresql_where=sa.text("desk IS NOT NULL AND seen_at IS NULL"),
    )
    op.create_index(
        "ix_chat_message_due",
        "chat_message",
        ["channel", "due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_index(
        "ix_chat_message_thread", "chat_message", ["conversation_id", "id"], unique=False
    )
    op.create_index(
        "uq_chat_message_heard",
        "chat_message",
        ["account_id", "provider_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'heard' AND provider_id <> ''"),
    )
    op.create_index(
        "ix_contact_point_address", "contact_point", ["channel", "address"], unique=False
    )
    wall()


def wall() -> None:
    """What a page of staff may do: read its school's, answer, hand on, invite, and take back."""
    for table in ("conversation", "chat_message", "link_code"):
        op.execute(f"GRANT SELECT, INSERT ON {table} TO contactbook_school")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_school ON {table} TO contactbook_school "
            f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
        )
    for columns, table in (
        ("desk, classroom_id, seen_at", "chat_message"),
        ("dialogue, dialogue_until, undo, undo_until", "conversation"),
        ("ended_at", "contact_point"),
    ):
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO contactbook_school")
    op.execute("GRANT INSERT ON person_key TO contactbook_school")
