"""Attacks on the walls: between schools when writing, between plans of a child, between months."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from billing.models import Subscription
from contactbook.classes.models import Classroom, Enrollment
from contactbook.conversation.models import LinkCode
from contactbook.db import Base
from contactbook.delivery.models import Delivery, Wording
from contactbook.people import consent
from contactbook.people.consent import ALL_PURPOSES, ConsentState, Method
from contactbook.people.models import (
    Campus,
    ContactPoint,
    Guardian,
    Guardianship,
    Relation,
    Student,
)
from contactbook.people.staff import Duty, Staff, StaffRole, StaffSession
from contactbook.ports.channel import Channel
from contactbook.updates.models import ClassDay, DailyRecord, Entry, Update, UpdateKind
from contactbook.web.deps import enter_school
from tests.builders import (
    LONG_AGO,
    class_of,
    family,
)
from tests.conftest import NOON
from tests.contactbook.delivery.engine import mark, tell
from tests.contactbook.people.wall import page_of, refused

START = LONG_AGO.date()
NO = r"violates foreign key|row-level security|permission denied"


class Two:
    """Two schools; what is `theirs` is pointed at in rows that say they are `ours`."""

    def __init__(self, session: Session) -> None:
        self.ours, self.theirs = class_of(session), class_of(session)
        (self.our_child,), self.our_mother = family(session, self.ours, Channel.ZALO)
        (self.their_child,), self.their_mother = family(session, self.theirs, Channel.ZALO)
        mark(session, self.ours)
        mark(session, self.theirs)
        self.our_update, self.their_update = tell(session, self.ours), tell(session, self.theirs)
        self.campus = Campus(school_id=self.theirs.school.id, name="Điểm lẻ")
        session.add(self.campus)
        session.flush()


@pytest.fixture
def two(session: Session) -> Two:
    return Two(session)


def stolen(two: Two) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """Rows of our school, each with one id of theirs."""
    ours, theirs = two.ours, two.theirs
    tie = {"relation": Relation.MOTHER, "valid_from": START}
    yield Guardianship, {"student_id": two.their_child.id, "guardian_id": two.our_mother.id, **tie}
    yield Guardianship, {"student_id": two.our_child.id, "guardian_id": two.their_mother.id, **tie}
    point = {"channel": "sms", "address": "+84901234567"}
    yield ContactPoint, {"guardian_id": two.their_mother.id, **point}
    since = {"valid_from": START - timedelta(days=9), "valid_to": START}
    child, room = two.our_child.id, ours.classroom.id
    yield Enrollment, {"student_id": two.their_child.id, "classroom_id": room, **since}
    yield Enrollment, {"student_id": child, "classroom_id": theirs.classroom.id, **since}
    day = {"on_date": START, "changed_by": ours.teacher.id}
    yield ClassDay, {"classroom_id": theirs.classroom.id, **day}
    yield ClassDay, {"classroom_id": room, **day, "changed_by": theirs.teacher.id}
    yield DailyRecord, {"student_id": two.their_child.id, "classroom_id": room, **day}
    yield DailyRecord, {"student_id": child, "classroom_id": theirs.classroom.id, **day}
    yield (
        DailyRecord,
        {"student_id": child, "classroom_id": room, **day, "changed_by": theirs.teacher.id},
    )
    told = {
        "idempotency_key": "k", "kind": UpdateKind.DAILY, "on_date": START, "published_at": NOON,
        "due_at": NOON, "month": START,
    }  # fmt: skip
    yield Update, {"classroom_id": theirs.classroom.id, "author_id": ours.teacher.id, **told}
    yield Update, {"classroom_id": room, "author_id": theirs.teacher.id, **told}
    yield Entry, {"update_id": two.their_update.id, "student_id": child, "told": {}, "purposes": 1}
    entry = {"update_id": two.our_update.id, "told": {}, "purposes": 1}
    yield Entry, {"student_id": two.their_child.id, **entry}
    paid = {"monthly_vnd": 1, "starts_on": START, "paid_until": START}
    yield Subscription, {"student_id": child, "ordered_by": two.their_mother.id, **paid}
    yield Subscription, {"student_id": two.their_child.id, "ordered_by": two.our_mother.id, **paid}
    code = {"code_sha256": b"x", "created_at": NOON, "expires_at": NOON}
    yield LinkCode, {"guardian_id": two.their_mother.id, **code}
    yield Classroom, {"name": "Chồi 1", "school_year": 2027, "campus_id": two.campus.id}
    yield StaffRole, {"staff_id": theirs.teacher.id, "duty": Duty.PRINCIPAL, "valid_from": START}


def consents(two: Two) -> list[tuple[Guardian, Student]]:
    return [(two.their_mother, two.their_child), (two.their_mother, two.our_child),
            (two.our_mother, two.their_child)]  # fmt: skip


@pytest.mark.parametrize("who", ["a page", "the owner"])
def test_a_row_points_to_rows_of_its_own_school_only(session: Session, two: Two, who: str) -> None:
    """Whoever writes it: no policy binds the owner, and a page does not see what it breaks."""
    if who == "a page":
        enter_school(session, two.ours.school.id, two.ours.teacher.id)
    rows = list(stolen(two))
    assert len(rows) > 15
    for table, row in rows:
        with refused(session, NO if who == "a page" else "violates foreign key"):
            session.execute(insert(table), {"school_id": two.ours.school.id, **row})


def test_a_rows_school_is_not_changed_below_it(session: Session, two: Two) -> None:
    """Nor is a row led elsewhere afterwards."""
    mine = Guardianship.guardian_id == two.our_mother.id
    for change in (
        update(Guardianship).where(mine).values(guardian_id=two.their_mother.id),
        update(Guardianship).where(mine).values(school_id=two.theirs.school.id),
        update(Student).where(Student.id == two.our_child.id).values(
            school_id=two.theirs.school.id
        ),
    ):  # fmt: skip
        with refused(session, "violates foreign key"):
            session.execute(change)


@pytest.mark.parametrize("who", ["a page", "the owner"])
def test_a_school_agrees_to_nothing_for_families_of_another(
    session: Session, two: Two, who: str
) -> None:
    before = states(session)
    if who == "a page":
        enter_school(session, two.ours.school.id, two.ours.teacher.id)
    for mother, child in consents(two):
        with refused(session, "violates foreign key|consent is kept by the school"):
            consent.record(
                session, school_id=two.ours.school.id, guardian_id=mother.id,
                student_ids=[child.id], channels=[Channel.ZALO], purposes=ALL_PURPOSES,
                granted=False, method=Method.WEB, now=NOON,
            )  # fmt: skip
    session.execute(text("RESET ROLE"))
    assert states(session) == before


def states(session: Session) -> set[Any]:
    return set(session.execute(select(ConsentState.guardian_id, ConsentState.purposes)))


def test_the_projection_itself_compares_the_school(session: Session, two: Two) -> None:
    """Without the foreign keys that come before it, too."""
    for column in ("guardian_id", "student_id"):
        name = f"fk_consent_{column}_school_id"
        session.execute(text(f"ALTER TABLE consent DROP CONSTRAINT {name}"))
    with refused(session, "consent is kept by the school of guardian and child"):
        consent.record(
            session, school_id=two.ours.school.id, guardian_id=two.their_mother.id,
            student_ids=[two.their_child.id], channels=[Channel.ZALO], purposes=ALL_PURPOSES,
            granted=False, method=Method.WEB, now=NOON,
        )  # fmt: skip


def test_a_page_sends_nothing_about_another_schools_people(session: Session, two: Two) -> None:
    ours = session.execute(
        select(Delivery.__table__).where(Delivery.update_id == two.our_update.id)
    ).one()
    row = {k: v for k, v in ours._mapping.items() if k != "id"} | {"channel": "sms"}
    words = {"update_id": two.our_update.id, "channel": "sms", "head": "", "foot": "", "parts": [],
             "purposes": 1, "student_id": two.our_child.id,
             "school_id": two.ours.school.id}  # fmt: skip
    with page_of(session, two.ours.school.id):
        for theirs in (
            {"guardian_id": two.their_mother.id},
            {"student_id": two.their_child.id},
            {"update_id": two.their_update.id},
        ):
            with refused(session, "row-level security"):
                session.execute(insert(Delivery).values(row | theirs))
        for theirs in ({"student_id": two.their_child.id}, {"update_id": two.their_update.id}):
            with refused(session, "row-level security"):
                session.execute(insert(Wording).values(words | {"channel": "email"} | theirs))
        session.execute(insert(Delivery).values(row))  # with ids of ours alone nothing is amiss


def test_a_child_of_ours_is_in_one_class_even_where_the_page_does_not_see_the_other(
    session: Session, two: Two
) -> None:
    """The trigger looks as the owner: a row hidden by the wall is a row all the same."""
    for column in ("student_id", "classroom_id"):  # or the foreign key would refuse before
        name = f"fk_enrollment_{column}_school_id"
        session.execute(text(f"ALTER TABLE enrollment DROP CONSTRAINT {name}"))
    session.execute(text("GRANT INSERT ON enrollment TO contactbook_school"))
    row = {
        "school_id": two.ours.school.id, "student_id": two.their_child.id,
        "classroom_id": two.ours.classroom.id, "valid_from": START,
    }  # fmt: skip
    page = page_of(session, two.ours.school.id)
    with page, refused(session, "enrollment has a row for these days already"):
        session.execute(insert(Enrollment).values(row))


def test_a_teacher_teaches_in_her_own_school(session: Session, two: Two) -> None:
    with refused(session, "another school than its teacher"):
        session.add(
            StaffRole(
                staff_id=two.theirs.teacher.id, duty=Duty.TEACHER,
                classroom_id=two.ours.classroom.id, valid_from=START,
            )
        )  # fmt: skip
        session.flush()


# What pages may write


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE channel_account SET paused_until = now() + interval '1 day'",
        "INSERT INTO lane (channel, name) VALUES ('pigeon', 'pigeon')",
        "UPDATE org_unit SET name = 'Sở'",
        "INSERT INTO org_unit (code, kind, name) VALUES ('X', 'office', 'X')",
        "UPDATE school SET name = 'Trường khác'",
        "UPDATE staff SET password_hash = 'x'",
        (
            "INSERT INTO staff (school_id, username, full_name, password_hash)"
            " VALUES (:school, 'x', 'X', 'x')"
        ),
        (
            "INSERT INTO staff_role (staff_id, duty, school_id, valid_from)"
            " VALUES (:teacher, 'principal', :school, DATE '2026-09-01')"
        ),
        "UPDATE staff_role SET duty = 'principal'",
        (
            "INSERT INTO staff_session (token_hash, staff_id, csrf, created_at, expires_at)"
            " VALUES ('x', :teacher, 'x', now(), now() + interval '1 day')"
        ),
        "UPDATE staff_session SET expires_at = now() + interval '1 year'",
        "UPDATE classroom SET school_year = 2030",
        "UPDATE published_update SET author_id = NULL",
        "UPDATE subscription SET monthly_vnd = 0",
        "UPDATE guardianship SET restricted = false",
        "UPDATE contact_point SET verified_at = now()",
        "DELETE FROM daily_record",
        "UPDATE conversation SET stopped_at = NULL",
        "UPDATE chat_message SET sealed = NULL",
        "UPDATE link_code SET used_at = NULL",
        "DELETE FROM sign_in_attempt",
        "SELECT * FROM sign_in_attempt",
        "SELECT * FROM receipt",
        "SELECT * FROM parked_receipt",
        "UPDATE alembic_version SET version_num = ''",
        "SELECT delivery_partitions(current_date)",
    ],
)
def test_a_page_cannot_do_what_no_page_does(session: Session, deed: str) -> None:
    world = class_of(session)
    values = {"school": world.school.id, "teacher": world.teacher.id}
    with page_of(session, world.school.id), refused(session, "permission denied"):
        session.execute(text(deed), {k: v for k, v in values.items() if f":{k}" in deed})


def test_a_person_sees_and_ends_her_own_sign_ins_only(session: Session, two: Two) -> None:
    hers, theirs = two.ours.teacher, two.theirs.teacher
    colleague = Staff(
        school_id=two.ours.school.id, username="colleague", full_name="Lê Thị Ba", password_hash="x"
    )
    officer = Staff(username="officer", full_name="Lê Văn Tư", password_hash="x")
    session.add_all([colleague, officer])
    session.flush()
    for number, who in enumerate((hers, theirs, colleague, officer)):
        session.add(
            StaffSession(
                token_hash=bytes([number]), staff_id=who.id, csrf="x", created_at=NOON,
                expires_at=NOON,
            )
        )  # fmt: skip
    session.flush()
    end = update(StaffSession).values(revoked_at=NOON).returning(StaffSession.staff_id)
    for person in (hers, officer):  # an officer is of no school
        enter_school(session, person.school_id, person.id)
        assert session.scalars(select(StaffSession.staff_id)).all() == [person.id]
        assert session.scalars(end).all() == [person.id]
        session.execute(text("RESET ROLE"))
