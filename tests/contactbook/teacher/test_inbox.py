"""The teacher's inbox: what families said, until somebody of the class has read it."""

from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select

from contactbook.db import transaction
from contactbook.people.audit import Audit
from contactbook.requests import absences
from contactbook.requests.models import AbsenceNote
from tests.builders import PASSWORD, class_of
from tests.contactbook.requests.asking import away, slip
from tests.contactbook.web.site import Teaching, post


def reported(teacher: Teaching, place: int = 0) -> UUID:
    with transaction(teacher.site.sessions) as session:
        return away(session, teacher.children[place])


def read(teacher: Teaching, note_id: UUID) -> None:
    page = teacher.here + "/inbox"
    answer = post(teacher.visitor, f"{page}/absences/{note_id}/seen", page)
    assert answer.headers["location"] == page


def test_what_waits_is_counted_on_the_list_of_classes_and_on_the_class(teacher: Teaching) -> None:
    assert "tin từ gia đình" not in teacher.visitor.get("/teacher/").text
    reported(teacher)
    with transaction(teacher.site.sessions) as session:
        slip(session, teacher.children[1])
    assert "2 tin từ gia đình" in teacher.visitor.get("/teacher/").text
    assert "2 tin chờ cô" in teacher.get().text


def test_an_absence_is_read_once_and_stays_on_the_page(teacher: Teaching) -> None:
    note_id = reported(teacher)
    page = teacher.get("/inbox").text
    assert "mẹ Trần Thị Mai" in page
    assert "Bé ho" in page
    read(teacher, note_id)
    assert "Không có tin chờ" in teacher.get().text
    assert "Bé ho" in teacher.get("/inbox").text
    assert "/seen" not in teacher.get("/inbox").text


def test_a_note_that_was_taken_back_has_to_be_read_as_well(teacher: Teaching) -> None:
    note_id = reported(teacher)
    read(teacher, note_id)
    with transaction(teacher.site.sessions) as session:
        mother = session.get_one(AbsenceNote, note_id).guardian_id
        absences.withdraw(session, note_id=note_id, guardian_id=mother, now=teacher.site.clock())
    assert "vẫn đến lớp" in teacher.get("/inbox").text
    assert "1 tin chờ cô" in teacher.get().text
    read(teacher, note_id)
    assert "vẫn đến lớp" not in teacher.get("/inbox").text


def test_a_telephone_number_of_a_family_is_nowhere(teacher: Teaching) -> None:
    reported(teacher)
    with transaction(teacher.site.sessions) as session:
        slip(session, teacher.children[1])
    page = teacher.get("/inbox").text
    assert "+84" not in page
    assert "090" not in page


def test_each_teacher_sees_her_classes_only(teacher: Teaching) -> None:
    reported(teacher)
    with transaction(teacher.site.sessions) as session:
        other = class_of(
            session, "Vũ Minh Khoa", name="Lá 2", school=teacher.world.school, password=PASSWORD
        )
        away(session, other.students[0].id, reason="Về quê")
        name = other.teacher.username
    hers = teacher.site.signed_in(name).get("/teacher/inbox")
    assert hers.status_code == HTTPStatus.OK
    assert "Về quê" in hers.text
    assert "Bé ho" not in hers.text
    assert "Về quê" not in teacher.visitor.get("/teacher/inbox").text


def test_an_empty_inbox_says_so_and_looking_is_written_down(teacher: Teaching) -> None:
    assert "Chưa có tin từ gia đình" in teacher.visitor.get("/teacher/inbox").text
    with transaction(teacher.site.sessions) as session:
        lines = session.scalars(select(Audit.subject_id).where(Audit.action == "inbox.read"))
        assert lines.all() == [teacher.world.classroom.id]
