"""A parent's absence note wins until a person resolves it: on the page, and in what is told."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import select

from contactbook.db import transaction
from contactbook.people.models import Guardianship
from contactbook.requests import absences
from contactbook.requests.models import AbsenceNote, NoteStatus
from contactbook.updates.models import Attendance, DailyRecord, Entry
from tests.builders import TODAY
from tests.contactbook.web.site import Teaching


def report(teacher: Teaching, place: int = 0, reason: str = "Bé ho", days: int = 1) -> None:
    """The mother of the child at `place` says that it stays away from today on."""
    child = teacher.children[place]
    with transaction(teacher.site.sessions) as session:
        tie = session.scalars(select(Guardianship).where(Guardianship.student_id == child)).one()
        absences.note(
            session, school_id=tie.school_id, student_id=child, guardian_id=tie.guardian_id,
            since=TODAY, until=TODAY + timedelta(days=days - 1), reason=reason, channel="zalo",
            now=teacher.site.clock(),
        )  # fmt: skip


def marks(teacher: Teaching) -> dict[int, str | None]:
    with transaction(teacher.site.sessions) as session:
        rows = session.execute(select(DailyRecord.student_id, DailyRecord.attendance))
        return {teacher.children.index(child): mark for child, mark in rows}


def told(teacher: Teaching) -> dict[int, list[object]]:
    with transaction(teacher.site.sessions) as session:
        rows = session.execute(select(Entry.student_id, Entry.told).order_by(Entry.id))
        said: dict[int, list[object]] = {}
        for child, words in rows:
            said.setdefault(teacher.children.index(child), []).append(words.get("attendance"))
        return said


def statuses(teacher: Teaching) -> list[NoteStatus]:
    with transaction(teacher.site.sessions) as session:
        return list(session.scalars(select(AbsenceNote.status)))


def sheet(teacher: Teaching, place: int, **fields: str) -> int:
    return teacher.post(f"/children/{teacher.children[place]}", **fields).status_code


def everybody(teacher: Teaching) -> list[str]:
    return [str(child) for child in teacher.children]


def test_the_class_page_shows_who_was_reported_and_why(teacher: Teaching) -> None:
    report(teacher)
    page = teacher.get().text
    assert "Bé ho" in page
    assert 'value="' + str(teacher.children[0]) not in page, "no tap marks this child as here"
    assert "Bé ho" in teacher.get(f"/children/{teacher.children[0]}").text


def test_the_roll_call_for_all_passes_over_the_child(teacher: Teaching) -> None:
    report(teacher)
    listed = teacher.get("/all/attendance").text
    assert f'value="{teacher.children[0]}"' not in listed
    teacher.post("/all/attendance", child=everybody(teacher))
    assert marks(teacher) == {1: Attendance.PRESENT, 2: Attendance.PRESENT}


def test_a_tap_on_an_old_page_marks_nobody_who_was_reported(teacher: Teaching) -> None:
    """The page was loaded before the family wrote."""
    report(teacher)
    teacher.post("/present", present=str(teacher.children[0]))
    assert marks(teacher) == {}


@pytest.mark.parametrize("attendance", ["present", "late"])
def test_the_sheet_asks_back_before_it_believes_that_she_came(
    teacher: Teaching, attendance: str
) -> None:
    report(teacher)
    answer = teacher.post(f"/children/{teacher.children[0]}", attendance=attendance)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Gia đình đã báo nghỉ. Bé vẫn đến?" in answer.text
    assert marks(teacher) == {}
    assert statuses(teacher) == [NoteStatus.NOTED]


@pytest.mark.parametrize("attendance", ["present", "excused", "absent", ""])
def test_who_has_seen_the_child_resolves_the_note(teacher: Teaching, attendance: str) -> None:
    """One tick is enough: how the chips stand beside it does not matter."""
    report(teacher, days=3)
    teacher.site.clock.set(8, 5)
    done = sheet(teacher, 0, attendance=attendance, present_anyway="yes")
    assert done == HTTPStatus.SEE_OTHER
    assert marks(teacher) == {0: Attendance.PRESENT}
    assert statuses(teacher) == [NoteStatus.RESOLVED]
    with transaction(teacher.site.sessions) as session:
        room = teacher.world.classroom.id
        assert absences.on(session, room, TODAY + timedelta(days=1)) == []


def test_the_family_is_not_asked_where_its_child_is(teacher: Teaching) -> None:
    report(teacher)
    sheet(teacher, 0, attendance="absent", remark="Mai học bù")
    assert marks(teacher) == {0: Attendance.EXCUSED}
    teacher.post("/publish", idempotency_key="a-first-key")
    assert told(teacher) == {0: [Attendance.EXCUSED]}


def test_a_family_that_told_us_is_told_nothing_of_its_own_word(teacher: Teaching) -> None:
    report(teacher)
    teacher.post("/all/attendance", child=everybody(teacher))
    teacher.post("/publish", idempotency_key="a-first-key")
    assert told(teacher) == {1: [Attendance.PRESENT], 2: [Attendance.PRESENT]}


def test_a_word_that_comes_after_the_roll_call_holds_back_that_she_is_here(
    teacher: Teaching,
) -> None:
    sheet(teacher, 0, attendance="present", remark="Ngoan")
    report(teacher)
    assert "gia đình báo nghỉ, cô xem lại giúp" in teacher.get().text
    teacher.post("/publish", idempotency_key="a-first-key")
    assert told(teacher) == {0: [None]}, "her remark goes out, not that she is here"
    sheet(teacher, 0, attendance="present", present_anyway="yes")
    teacher.post("/publish", idempotency_key="a-second-key")
    assert told(teacher) == {0: [None, Attendance.PRESENT]}


def test_a_word_that_comes_late_ends_the_question_where_the_child_is(teacher: Teaching) -> None:
    sheet(teacher, 0, attendance="absent")
    teacher.post("/publish", idempotency_key="a-first-key")
    report(teacher)
    teacher.post("/publish", idempotency_key="a-second-key")
    assert told(teacher) == {0: [Attendance.ABSENT, Attendance.EXCUSED]}


def test_a_note_that_was_taken_back_leaves_the_child_unmarked(teacher: Teaching) -> None:
    report(teacher)
    with transaction(teacher.site.sessions) as session:
        note = session.scalars(select(AbsenceNote)).one()
        absences.withdraw(
            session, note_id=note.id, guardian_id=note.guardian_id, now=teacher.site.clock()
        )
    teacher.post("/present", present=str(teacher.children[0]))
    assert marks(teacher) == {0: Attendance.PRESENT}
