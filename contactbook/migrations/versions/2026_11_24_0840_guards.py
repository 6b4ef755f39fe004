"""What must be true whoever writes.

Ledgers only grow, dated rows do not overlap, consent is projected from its ledger, deliveries have a
partition a month, and there is a wall between schools.
"""

from alembic import op

revision, down_revision = "2026_11_24_0840", "2026_11_24_0830"

LEDGERS = ("consent", "audit", "receipt")
DATED = {  # table: what may not have two rows on one day
    "org_unit_place": ("unit_id",),
    "school_place": ("school_id",),
    "guardianship": ("student_id", "guardian_id"),
    "enrollment": ("student_id",),
}
OF_A_SCHOOL = (
    "campus", "student", "guardian", "guardianship", "contact_point", "person_key", "consent",
    "consent_state", "classroom", "enrollment", "class_day", "daily_record", "published_update", "entry",
    "wording", "delivery", "subscription", "audit", "staff", "school_place",
)  # fmt: skip

APPEND_ONLY = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: nothing in it is changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

# The lock makes two writers of one child's rows wait for each other: without it neither would see
# the other's uncommitted row, and both would pass. A volatile function reads anew after waiting.
NO_OVERLAP = """
CREATE FUNCTION no_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    same text := '';
    key text;
    found boolean;
BEGIN
    FOREACH key IN ARRAY TG_ARGV LOOP
        same := same || format(' AND %1$I = ($1).%1$I', key);
    END LOOP;
    EXECUTE format('SELECT concat_ws(''/'', %s)',
        (SELECT string_agg(format('($1).%I', k), ', ') FROM unnest(TG_ARGV) AS k))
        INTO key USING NEW;
    PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_NAME || key, 0));
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM %I WHERE id <> ($1).id%s
            AND daterange(valid_from, valid_to) && daterange(($1).valid_from, ($1).valid_to))',
        TG_TABLE_NAME, same) INTO found USING NEW;
    IF found THEN
        RAISE EXCEPTION '% has a row for these days already', TG_TABLE_NAME
            USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$
"""

PROJECT_CONSENT = """
CREATE FUNCTION project_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO consent_state AS now (guardian_id, student_id, channel, school_id, purposes)
    VALUES (NEW.guardian_id, NEW.student_id, NEW.channel, NEW.school_id,
            CASE WHEN NEW.granted THEN NEW.purpose ELSE 0 END)
    ON CONFLICT (guardian_id, student_id, channel) DO UPDATE SET purposes =
        CASE WHEN NEW.granted THEN now.purposes | NEW.purpose
             ELSE now.purposes & ~NEW.purpose END;
    RETURN NULL;
END $$
"""

PARTITIONS = """
CREATE FUNCTION delivery_partitions(around date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date;
BEGIN
    FOR ahead IN -1..12 LOOP
        first := (date_trunc('month', around) + make_interval(months => ahead))::date;
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I PARTITION OF delivery FOR VALUES FROM (%L) TO (%L)',
            'delivery_' || to_char(first, 'YYYY_MM'), first, (first + interval '1 month')::date);
    END LOOP;
END $$
"""

SCHOOL_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'contactbook_school') THEN
        CREATE ROLE contactbook_school NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'contactbook_school', 'SET') THEN
        EXECUTE format('GRANT contactbook_school TO %I', current_user);
    END IF;
END $$
"""

MINE = "nullif(current_setting('contactbook.school_id', true), '')::uuid"


def upgrade() -> None:
    op.execute(APPEND_ONLY)
    for ledger in LEDGERS:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {ledger} "
            "FOR EACH ROW EXECUTE FUNCTION append_only()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {ledger} "
            "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    op.execute(NO_OVERLAP)
    for table, keys in DATED.items():
        arguments = ", ".join(f"'{key}'" for key in keys)
        op.execute(
            f"CREATE CONSTRAINT TRIGGER no_overlap AFTER INSERT OR UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION no_overlap({arguments})"
        )
    op.execute(PROJECT_CONSENT)
    op.execute(
        "CREATE TRIGGER projected AFTER INSERT ON consent "
        "FOR EACH ROW EXECUTE FUNCTION project_consent()"
    )
    wall_between_schools()  # before the partitions: who was let into one would pass by the wall
    op.execute(PARTITIONS)
    op.execute("SELECT delivery_partitions(current_date)")
    op.execute("CREATE TABLE delivery_elsewhen PARTITION OF delivery DEFAULT")


def wall_between_schools() -> None:
    """A page's transaction runs as `contactbook_school` and names its school; it sees no other."""
    op.execute(SCHOOL_ROLE)
    op.execute("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO contactbook_school")
    op.execute("GRANT DELETE ON daily_record, sign_in_attempt TO contactbook_school")
    op.execute("REVOKE INSERT, UPDATE ON consent_state FROM contactbook_school")
    for table in (*OF_A_SCHOOL, "school"):
        own = "id" if table == "school" else "school_id"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_school ON {table} TO contactbook_school "
            f"USING ({own} = {MINE}) WITH CHECK ({own} = {MINE})"
        )
    # A teacher's role names her classroom only; `classroom` has a wall of its own.
    of_ours = f"school_id = {MINE} OR EXISTS (SELECT FROM classroom c WHERE c.id = classroom_id)"
    op.execute("ALTER TABLE staff_role ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_school ON staff_role TO contactbook_school "
        f"USING ({of_ours}) WITH CHECK ({of_ours})"
    )
