"""What parents ask for: absence notes, medication slips, and a ledger of the doses given."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2026_11_24_1345", "2026_11_24_1305"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"
TABLES = ("absence_note", "medication_slip", "medication_dose")

# What a page's transaction may do beside reading its own school.
PAGES_WRITE = (
    ("INSERT", TABLES),
    ("UPDATE (status, ended_on, ended_at, resolved_by, seen_at, seen_by)", ("absence_note",)),
    ("UPDATE (status, refusal, answered_by, answered_at)", ("medication_slip",)),
    ("INSERT", ("person_key",)),  # the first sealed word about a child makes its key
)


def moment(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def person(table: str, column: str, whose: str) -> sa.ForeignKeyConstraint:
    """A row points only to rows of its own school."""
    return sa.ForeignKeyConstraint(
        [column, "school_id"], [f"{whose}.id", f"{whose}.school_id"],
        name=op.f(f"fk_{table}_{column}_school_id"),
    )  # fmt: skip


def common(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f(f"fk_{table}_school_id")),
    ]


def upgrade() -> None:
    absence_note()
    medication_slip()
    medication_dose()
    wall()


def absence_note() -> None:
    op.create_table(
        "absence_note",
        *common("absence_note"),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), server_default="noted", nullable=False),
        moment("noted_at", nullable=False, now=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        moment("ended_at"),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        moment("seen_at"),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('noted', 'withdrawn', 'resolved')", name=op.f("ck_absence_note_notestatus")
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_absence_note_in_order")),
        sa.CheckConstraint(
            "(status = 'noted') = (ended_on IS NULL)", name=op.f("ck_absence_note_ended")
        ),
        person("absence_note", "student_id", "student"),
        person("absence_note", "guardian_id", "guardian"),
        person("absence_note", "resolved_by", "staff"),
        person("absence_note", "seen_by", "staff"),
    )
    op.create_index("ix_absence_note_student", "absence_note", ["student_id", "until"])


def medication_slip() -> None:
    op.create_table(
        "medication_slip",
        *common("medication_slip"),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.Column("drug", sa.Text(), nullable=False),
        sa.Column("dose", sa.Text(), nullable=False),
        sa.Column("times", sa.ARRAY(sa.Time()), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("picture", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.String(20), server_default="asked", nullable=False),
        moment("asked_at", nullable=False, now=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        moment("answered_at"),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        moment("withdrawn_at"),
        sa.CheckConstraint(
            "status IN ('asked', 'accepted', 'refused', 'withdrawn')",
            name=op.f("ck_medication_slip_slipstatus"),
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_medication_slip_in_order")),
        sa.CheckConstraint(
            "drug <> '' AND dose <> '' AND cardinality(times) > 0",
            name=op.f("ck_medication_slip_whole"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('accepted', 'refused') OR answered_by IS NOT NULL",
            name=op.f("ck_medication_slip_answered"),
        ),
        sa.CheckConstraint(
            "status <> 'refused' OR refusal <> ''",
            name=op.f("ck_medication_slip_refused_with_a_reason"),
        ),
        sa.UniqueConstraint("id", "school_id", name=op.f("uq_medication_slip_id_school_id")),
        person("medication_slip", "student_id", "student"),
        person("medication_slip", "guardian_id", "guardian"),
        person("medication_slip", "answered_by", "staff"),
    )
    op.create_index("ix_medication_slip_student", "medication_slip", ["student_id", "until"])


def medication_dose() -> None:
    op.create_table(
        "medication_dose",
        *common("medication_dose"),
        sa.Column("slip_id", sa.Uuid(), nullable=False),
        moment("due_at", nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        moment("given_at", nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "given OR sealed IS NOT NULL", name=op.f("ck_medication_dose_not_given_for_a_reason")
        ),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_medication_dose_corrects_id")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["medication_dose.id"], name=op.f("fk_medication_dose_corrects_id")
        ),
        person("medication_dose", "slip_id", "medication_slip"),
        person("medication_dose", "given_by", "staff"),
    )
    op.create_index(op.f("ix_medication_dose_slip_id"), "medication_dose", ["slip_id"])
    op.create_index(
        "uq_medication_dose_due",
        "medication_dose",
        ["slip_id", "due_at"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.execute(
        "CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON medication_dose "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON medication_dose "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def wall() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_school ON {table} TO contactbook_school "
            f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
        )
    op.execute(f"GRANT SELECT ON {', '.join(TABLES)} TO contactbook_school")
    for verbs, tables in PAGES_WRITE:
        op.execute(f"GRANT {verbs} ON {', '.join(tables)} TO contactbook_school")
