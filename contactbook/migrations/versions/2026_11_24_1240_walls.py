"""Walls where there were gaps: between schools when writing, between plans of one child, in time.

A row points only to rows of its own school; a page's role may write what pages write; what is
sealed off by row-level security is looked at by functions that see everything; and a delivery
that came before its month's partition moves there instead of standing in the way.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "2026_11_24_1240", "2026_11_24_0840"

PARENTS = ("campus", "student", "guardian", "classroom", "staff", "published_update")
OF_ONE_SCHOOL = (  # table, column, whom it points to; delivery and wording: by policy, see below
    ("classroom", "campus_id", "campus"),
    ("guardianship", "student_id", "student"),
    ("guardianship", "guardian_id", "guardian"),
    ("contact_point", "guardian_id", "guardian"),
    ("consent", "student_id", "student"),
    ("consent", "guardian_id", "guardian"),
    ("consent_state", "student_id", "student"),
    ("consent_state", "guardian_id", "guardian"),
    ("enrollment", "student_id", "student"),
    ("enrollment", "classroom_id", "classroom"),
    ("class_day", "classroom_id", "classroom"),
    ("class_day", "changed_by", "staff"),
    ("daily_record", "classroom_id", "classroom"),
    ("daily_record", "student_id", "student"),
    ("daily_record", "changed_by", "staff"),
    ("published_update", "classroom_id", "classroom"),
    ("published_update", "author_id", "staff"),
    ("entry", "update_id", "published_update"),
    ("entry", "student_id", "student"),
    ("subscription", "student_id", "student"),
    ("subscription", "ordered_by", "guardian"),
)

# What a page's transaction may do beside reading its own school. A new page that writes more
# brings the grant in its own migration.
PAGES_WRITE = (
    ("INSERT, UPDATE", ("class_day", "daily_record", "delivery")),
    ("INSERT", ("published_update", "entry", "wording", "audit", "consent")),
    ("UPDATE (recalled_at)", ("published_update",)),
    ("UPDATE (revoked_at)", ("staff_session",)),
    ("UPDATE (name)", ("classroom",)),  # SELECT … FOR NO KEY UPDATE asks for a right to change
)
PAGES_READ_NOT = ("receipt", "parked_receipt", "sign_in_attempt")
KNOWN = (
    "audit", "campus", "class_day", "classroom", "consent", "consent_state", "contact_point",
    "daily_record", "delivery", "enrollment", "entry", "guardian", "guardianship", "lane",
    "org_unit", "org_unit_place", "parked_receipt", "person_key", "published_update", "receipt",
    "school", "school_place", "sign_in_attempt", "staff", "staff_role", "staff_session", "student",
    "subscription", "wording",
)  # fmt: skip

SPANS = {  # table: its days, and what may not have two rows on one of them
    "org_unit_place": ("daterange(valid_from, valid_to)", "unit_id"),
    "school_place": ("daterange(valid_from, valid_to)", "school_id"),
    "guardianship": ("daterange(valid_from, valid_to)", "student_id", "guardian_id"),
    "enrollment": ("daterange(valid_from, valid_to)", "student_id"),
    "subscription": ("daterange(starts_on, paid_until, ''[]'')", "student_id"),
}

# As its owner: under a page's role it would not see the row of another school that it must find.
# The lock makes two writers of one child's rows wait for each other; then it looks anew, which a
# transaction with one snapshot for all its statements cannot.
NO_OVERLAP = """
CREATE OR REPLACE FUNCTION no_overlap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    span text := TG_ARGV[0];
    same text := '';
    whose text := TG_TABLE_NAME;
    word text;
    key text;
    days daterange;
    found boolean;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION '% is written in transactions that read what is committed only',
            TG_TABLE_NAME USING ERRCODE = 'invalid_transaction_state';
    END IF;
    FOREACH key IN ARRAY TG_ARGV[1:] LOOP
        same := same || format(' AND %1$I = ($1).%1$I', key);
        EXECUTE format('SELECT ($1).%I::text', key) INTO word USING NEW;
        whose := whose || '/' || word;
    END LOOP;
    PERFORM pg_advisory_xact_lock(hashtextextended(whose, 0));
    EXECUTE format('SELECT %s FROM (SELECT ($1).*) AS new', span) INTO days USING NEW;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE id <> ($1).id%s AND %s && $2)',
        TG_RELID::regclass, same, span) INTO found USING NEW, days;
    IF found THEN
        RAISE EXCEPTION '% has a row for these days already', TG_TABLE_NAME
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$
"""

PROJECT_CONSENT = """
CREATE OR REPLACE FUNCTION project_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO consent_state AS now (guardian_id, student_id, channel, school_id, purposes)
    VALUES (NEW.guardian_id, NEW.student_id, NEW.channel, NEW.school_id,
            CASE WHEN NEW.granted THEN NEW.purpose ELSE 0 END)
    ON CONFLICT (guardian_id, student_id, channel) DO UPDATE SET purposes =
        CASE WHEN NEW.granted THEN now.purposes | NEW.purpose
             ELSE now.purposes & ~NEW.purpose END
        WHERE now.school_id = NEW.school_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'consent is kept by the school of guardian and child'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""

# A role names a classroom or a school, never both, so no foreign key can hold the two together.
ONE_SCHOOL = """
CREATE FUNCTION staff_role_of_one_school() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.classroom_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM classroom c JOIN staff s USING (school_id)
        WHERE c.id = NEW.classroom_id AND s.id = NEW.staff_id
    ) THEN
        RAISE EXCEPTION 'staff_role: this classroom is of another school than its teacher'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""

# ATTACH and not CREATE … PARTITION OF: that one locks out everybody who reads `delivery`.
PARTITIONS = """
CREATE OR REPLACE FUNCTION delivery_partitions(around date) RETURNS void LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    first date;
    until date;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('delivery_partitions', 0));
    FOR ahead IN -1..12 LOOP
        first := (date_trunc('month', around::timestamp) + make_interval(months => ahead))::date;
        until := (first + interval '1 month')::date;
        name := 'delivery_' || to_char(first, 'YYYY_MM');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE %I (LIKE delivery INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        IF to_regclass('delivery_elsewhen') IS NOT NULL THEN
            -- who settles a message of such a month now waits until it has moved
            LOCK TABLE delivery_elsewhen IN ACCESS EXCLUSIVE MODE;
            EXECUTE format(
                'WITH moved AS (DELETE FROM delivery WHERE month >= $1 AND month < $2 RETURNING *)
                 INSERT INTO %I SELECT * FROM moved', name) USING first, until;
        END IF;
        EXECUTE format('ALTER TABLE delivery ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            name, first, until);
    END LOOP;
END $$
"""

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"
ME = "nullif(current_setting('contactbook.staff_id', true), '')::uuid"


def upgrade() -> None:
    point_within_one_school()
    op.execute(NO_OVERLAP)
    for table, arguments in SPANS.items():
        op.execute(f"DROP TRIGGER IF EXISTS no_overlap ON {table}")
        op.execute(
            f"CREATE CONSTRAINT TRIGGER no_overlap AFTER INSERT OR UPDATE ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION no_overlap(" + ", ".join(f"'{one}'" for one in arguments) + ")"
        )
    refuse_overlapping_plans()
    op.execute(PROJECT_CONSENT)
    op.execute(ONE_SCHOOL)
    op.execute(
        "CREATE CONSTRAINT TRIGGER of_one_school AFTER INSERT OR UPDATE ON staff_role "
        "FOR EACH ROW EXECUTE FUNCTION staff_role_of_one_school()"
    )
    op.execute(PARTITIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION delivery_partitions(date) FROM PUBLIC")
    let_pages_write_what_they_write()
    close_what_has_no_school_of_its_own()


def point_within_one_school() -> None:
    for parent in PARENTS:
        op.create_unique_constraint(f"uq_{parent}_id_school_id", parent, ["id", "school_id"])
    for table, column, parent in OF_ONE_SCHOOL:
        op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
        op.create_foreign_key(
            f"fk_{table}_{column}_school_id",
            table,
            parent,
            [column, "school_id"],
            ["id", "school_id"],
        )
    op.create_foreign_key(  # beside the plain one: a teacher's role names no school
        "fk_staff_role_staff_id_school_id",
        "staff_role",
        "staff",
        ["staff_id", "school_id"],
        ["id", "school_id"],
    )


def refuse_overlapping_plans() -> None:
    """The trigger looks at new rows; those that are there already are looked at here."""
    pairs = op.get_bind().scalar(
        sa.text("""
            SELECT count(*) FROM subscription a JOIN subscription b
                ON a.student_id = b.student_id AND a.id < b.id
               AND daterange(a.starts_on, a.paid_until, '[]')
                && daterange(b.starts_on, b.paid_until, '[]')
        """)
    )
    if pairs:
        raise ValueError(f"{pairs} pairs of subscriptions overlap: end one of each first")


def let_pages_write_what_they_write() -> None:
    op.execute(
        f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(KNOWN)}, alembic_version "
        "FROM contactbook_school"
    )
    op.execute(
        f"REVOKE ALL ON {', '.join(PAGES_READ_NOT)}, alembic_version FROM contactbook_school"
    )
    for verbs, tables in PAGES_WRITE:
        op.execute(f"GRANT {verbs} ON {', '.join(tables)} TO contactbook_school")


def close_what_has_no_school_of_its_own() -> None:
    """Rows that are a school's, or a person's, by what they point to."""
    ours = "EXISTS (SELECT FROM {0} o WHERE o.id = {1})".format
    here = f"school_id = {MINE} AND {ours('published_update', 'update_id')}"
    child = f"(student_id IS NULL OR {ours('student', 'student_id')})"
    # No foreign keys for these: they would be looked up for each of a city's 350,000 rows, which
    # the owner writes. A page's rows are a class's, and what it points to has walls of its own.
    op.execute(f"ALTER POLICY own_school ON wording WITH CHECK ({here} AND {child})")
    op.execute(
        f"ALTER POLICY own_school ON delivery "
        f"WITH CHECK ({here} AND {child} AND {ours('guardian', 'guardian_id')})"
    )
    role = f"school_id = {MINE} OR {ours('classroom', 'classroom_id')}"
    op.execute(
        f"ALTER POLICY own_school ON staff_role "
        f"WITH CHECK (({role}) AND {ours('staff', 'staff_id')})"
    )
    op.execute("ALTER TABLE staff_session ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_sessions ON staff_session TO contactbook_school "
        f"USING (staff_id = {ME}) WITH CHECK (staff_id = {ME})"
    )
