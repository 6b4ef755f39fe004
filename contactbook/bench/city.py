"""A city for measuring: schools of 500 guardians, filled in with sets; and a notice to them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.delivery import fanout
from contactbook.delivery.message import Part, Words
from contactbook.people.consent import Purpose
from contactbook.people.models import School, Student
from contactbook.people.staff import Staff
from contactbook.ports.channel import Channel
from contactbook.updates.models import Update, UpdateKind

GUARDIANS, CHILDREN = 500, 278  # of a school: 1.8 guardians for a child
CLASS = 35
SENTENCE = "Ngày mai trường nghỉ vì bão, mời gia đình theo dõi tin tiếp theo."
PLAIN = "Ngay mai truong nghi vi bao, moi gia dinh theo doi tin tiep theo."

# Eight in ten read Zalo, the others Telegram; all have SMS, a quarter e-mail; one in fifty has not
# agreed to her first channel. Every tenth guardian has a second child. All children have a plan.
FILLING = [
    text(statement)
    for statement in f"""
    CREATE TEMP TABLE place ON COMMIT DROP AS
        SELECT n AS school, uuidv7() AS id FROM generate_series(0, :schools - 1) n;
    INSERT INTO school (id, code, name, sms_name)
        SELECT id, 'S' || school, 'Trường Mầm non số ' || school, 'Truong MN so ' || school
        FROM place;
    CREATE TEMP TABLE child ON COMMIT DROP AS
        SELECT p.id AS school_id, school, n, uuidv7() AS id
        FROM place p, generate_series(0, {CHILDREN} - 1) n;
    INSERT INTO student (id, school_id, full_name, given_name, sort_key, born_on, sex)
        SELECT id, school_id, 'Nguyễn Gia An', 'An', 'an nguyen gia', DATE '2021-05-01', 'f'
        FROM child;
    INSERT INTO staff (id, school_id, username, full_name, password_hash)
        SELECT uuidv7(), id, 'hieu-truong-' || school, 'Trần Thị Hạnh', 'none' FROM place;
    CREATE TEMP TABLE person ON COMMIT DROP AS
        SELECT p.id AS school_id, school, n, uuidv7() AS id,
               lpad((10000000 + school * {GUARDIANS} + n)::text, 8, '0') AS digits
        FROM place p, generate_series(0, {GUARDIANS} - 1) n;
    INSERT INTO guardian (id, school_id, full_name, name_key, phone)
        SELECT id, school_id, 'Trần Thị Mai', 'tran thi mai', '+849' || digits FROM person;
    CREATE TEMP TABLE tie ON COMMIT DROP AS
        SELECT g.school_id, g.id AS guardian_id, c.id AS student_id, g.n
        FROM person g, generate_series(0, (g.n % 10 = 0)::int) brother
        JOIN LATERAL (SELECT id FROM child WHERE child.school = g.school
            AND child.n = (g.n * {CHILDREN} / {GUARDIANS} + brother) % {CHILDREN}) c ON true;
    INSERT INTO guardianship (school_id, student_id, guardian_id, relation, valid_from)
        SELECT school_id, student_id, guardian_id, 'mother', DATE '2026-01-01' FROM tie;
    CREATE TEMP TABLE road ON COMMIT DROP AS
        SELECT g.school_id, g.id AS guardian_id, g.n, c.*
        FROM person g, LATERAL (VALUES
            (CASE WHEN g.n % 5 = 0 THEN 'telegram' ELSE 'zalo' END, '2512' || g.digits, 1),
            ('sms', '+849' || g.digits, 2),
            ('email', g.digits || '@example.com', 3)) AS c(channel, address, rank)
        WHERE c.rank < 3 OR g.n % 4 = 0;
    INSERT INTO contact_point (school_id, guardian_id, channel, address, rank, verified_at)
        SELECT school_id, guardian_id, channel, address, rank, now() FROM road;
    INSERT INTO consent_state (school_id, guardian_id, student_id, channel, purposes)
        SELECT t.school_id, t.guardian_id, t.student_id, r.channel, 63
        FROM tie t JOIN road r USING (guardian_id) WHERE r.rank > 1 OR r.n % 50 > 0;
    INSERT INTO subscription (school_id, student_id, ordered_by, monthly_vnd, starts_on, paid_until)
        SELECT DISTINCT ON (student_id) school_id, student_id, guardian_id, 20000,
               DATE '2026-01-01', DATE '2099-01-01' FROM tie
    """.split(";")
]


def fill(session: Session, schools: int) -> None:
    """Make the city; the day-by-day guard against overlaps is for lifelike numbers."""
    for table in ("guardianship", "subscription"):
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER no_overlap"))
    for statement in FILLING:
        session.execute(statement, {"schools": schools} if ":schools" in statement.text else {})
    for table in ("guardianship", "subscription"):
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER no_overlap"))


def some_schools(count: int) -> Select[UUID]:
    return select(School.id).order_by(School.id).limit(count)


def notice(session: Session, key: str, channels: Sequence[Channel], now: datetime) -> Update:
    """An update with its words on these channels; nobody is told yet."""
    told = update(session, UpdateKind.NOTICE, key, now)
    words: dict[UUID | None, list[Words]] = {None: [said(channel) for channel in channels]}
    fanout.write_words(session, school_id=told.school_id, update_id=told.id, words=words)
    return told


def daily(
    session: Session, key: str, channels: Sequence[Channel], now: datetime
) -> tuple[Update, Select[UUID]]:
    """The same about each child of a class, in words of its own."""
    told = update(session, UpdateKind.DAILY, key, now)
    children = list(
        session.scalars(select(Student.id).where(Student.school_id == told.school_id).limit(CLASS))
    )
    words: dict[UUID | None, list[Words]] = {
        child: [said(channel) for channel in channels] for child in children
    }
    fanout.write_words(session, school_id=told.school_id, update_id=told.id, words=words)
    return told, select(Student.id).where(Student.id.in_(children))


def update(session: Session, kind: UpdateKind, key: str, now: datetime) -> Update:
    author, school = session.execute(
        select(Staff.id, School.id).join(School, School.id == Staff.school_id).limit(1)
    ).one()
    told = Update(
        school_id=school,
        classroom_id=None,
        author_id=author,
        idempotency_key=key,
        kind=kind,
        on_date=school_day(now),
        published_at=now,
        due_at=now,
        month=school_day(now).replace(day=1),
    )
    session.add(told)
    session.flush()
    return told


def said(channel: Channel) -> Words:
    head, sentence = ("Thong bao:", PLAIN) if channel is Channel.SMS else ("Thông báo", SENTENCE)
    return Words(channel, head, (Part(Purpose.NOTICES, sentence),), "Truong MN Hoa Mai")
