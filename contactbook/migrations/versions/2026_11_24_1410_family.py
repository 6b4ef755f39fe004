"""The private page of a family: links, visits, codes, PINs; and a wall around one guardian."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "2026_11_24_1410", "2026_11_24_1406"

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"
# In a SELECT of its own it is looked at once a statement, not once a row.
ME = "(SELECT nullif(current_setting('contactbook.guardian_id', true), '')::uuid)"
TABLES = ("family_link", "family_visit", "family_code", "family_try", "family_pin")
PAGES = (
    ("SELECT (id, school_id)", "family_link"),
    ("SELECT, UPDATE (proven_at, revoked_at, undo, undo_until)", "family_visit"),
    ("SELECT, INSERT, UPDATE (used_at)", "family_code"),
    ("SELECT, INSERT", "family_try"),
    ("SELECT, INSERT, UPDATE (pin_hash, set_at), DELETE", "family_pin"),
    ("UPDATE (reason)", "absence_note"),  # the same days once more, with another reason
    ("UPDATE (withdrawn_at)", "medication_slip"),
)
# What a guardian's page may see, and write, in tables that hold the rows of all families: what
# names her, and what is about a child she reads. A teacher's page names no guardian.
HERS = ("delivery", "consent", "consent_state", "contact_point", "absence_note", "medication_slip",
        "guardianship", "family_visit", "family_code", "family_try", "family_pin")  # fmt: skip
HER_CHILD = """EXISTS (SELECT FROM guardianship g WHERE g.student_id = {0} AND g.guardian_id = {1}
    AND g.reads AND NOT g.restricted)"""
OF_HER_CHILD = {"student": "student.id", "entry": "entry.student_id"}
NOT_FOR_HER = ("daily_record", "class_day", "staff_session", "person_key")


def upgrade() -> None:
    link()
    visit()
    code()
    tries()
    pin()
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_school ON {table} TO contactbook_school "
            f"USING (school_id = {MINE}) WITH CHECK (school_id = {MINE})"
        )
    for verbs, table in PAGES:
        op.execute(f"GRANT {verbs} ON {table} TO contactbook_school")
    wall_around_a_guardian()


def wall_around_a_guardian() -> None:
    wall = "CREATE POLICY own_family ON {0} AS RESTRICTIVE {1} TO contactbook_school USING ({2})"
    for table in HERS:
        op.execute(wall.format(table, "FOR ALL", f"{ME} IS NULL OR guardian_id = {ME}"))
    op.execute(wall.format("guardian", "FOR ALL", f"{ME} IS NULL OR id = {ME}"))
    for table, child in OF_HER_CHILD.items():
        seen = f"{ME} IS NULL OR {HER_CHILD.format(child, ME)}"
        op.execute(wall.format(table, "FOR SELECT", seen))
    told = f"{ME} IS NULL OR student_id IS NULL OR {HER_CHILD.format('wording.student_id', ME)}"
    op.execute(wall.format("wording", "FOR SELECT", told))
    deeds = f"{ME} IS NULL OR facts ->> 'guardian' = {ME}::text"  # what she did herself
    op.execute(wall.format("audit", "FOR SELECT", deeds))
    for table in NOT_FOR_HER:
        op.execute(wall.format(table, "FOR SELECT", f"{ME} IS NULL"))


def common(table: str, *, key: bool = True) -> list[sa.schema.SchemaItem]:
    own = [
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
    return [
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f(f"fk_{table}_school_id")),
        sa.ForeignKeyConstraint(
            ["guardian_id", "school_id"],
            ["guardian.id", "guardian.school_id"],
            name=op.f(f"fk_{table}_guardian_id_school_id"),
        ),
        *(own if key else [sa.PrimaryKeyConstraint("guardian_id", name=op.f(f"pk_{table}"))]),
    ]


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def link() -> None:
    op.create_table(
        "family_link",
        *common("family_link"),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_family_link_token_sha256")),
    )


def visit() -> None:
    op.create_table(
        "family_visit",
        *common("family_visit"),
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        moment("created_at"),
        moment("expires_at"),
        moment("proven_at", nullable=True),
        moment("revoked_at", nullable=True),
        sa.Column("undo", postgresql.JSONB(none_as_null=True), nullable=True),
        moment("undo_until", nullable=True),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_family_visit_token_sha256")),
        sa.UniqueConstraint("id", "school_id", name=op.f("uq_family_visit_id_school_id")),
    )


def code() -> None:
    op.create_table(
        "family_code",
        *common("family_code"),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("code_hmac", sa.LargeBinary(), nullable=False),
        moment("sent_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id", "school_id"],
            ["family_visit.id", "family_visit.school_id"],
            name=op.f("fk_family_code_visit_id_school_id"),
        ),
    )
    op.create_index("ix_family_code_guardian", "family_code", ["guardian_id", "sent_at"])


def tries() -> None:
    op.create_table("family_try", *common("family_try"), moment("at"))
    op.create_index("ix_family_try_guardian", "family_try", ["guardian_id", "at"])


def pin() -> None:
    op.create_table(
        "family_pin",
        *common("family_pin", key=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        moment("set_at"),
    )
