"""A class list is taken into the book: who is there afterwards, and nothing the second time."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.classes.models import AgeGroup, Classroom, Enrollment
from contactbook.classes.roster import merge, sender
from contactbook.db import Sessions, transaction
from contactbook.errors import Invalid
from contactbook.people.audit import Audit
from contactbook.people.consent import Consent
from contactbook.people.models import ContactPoint, Guardian, Guardianship, School, Student
from contactbook.people.roster_file import read_roster
from contactbook.people.roster_lines import ClassList, GuardianLine, Rejected, Roster, StudentLine
from tests.builders import TODAY
from tests.conftest import NOON
from tests.contactbook.classes.lists import AN, BINH, LAN, count, listed, taken, written
from tests.contactbook.people.test_roster_file import sample


def test_the_sample_gives_its_figures_and_the_same_list_twice_writes_nothing(
    session: Session,
) -> None:
    file, expected = sample()
    roster = read_roster(file, today=TODAY)
    first = taken(session, roster)
    assert first.students == first.added == expected.students
    assert (first.guardians, first.guardianships) == (expected.guardians, expected.guardianships)
    assert first.classrooms == tuple(expected.classrooms)
    assert len(first.rejected) == expected.rejected
    session.flush()
    with written(session) as statements:
        second = taken(session, roster)
    assert (second.added, second.changed, second.unchanged) == (0, 0, expected.students)
    assert statements == []


def test_contacts_come_in_unverified_and_without_consent(session: Session) -> None:
    taken(session, listed(AN))
    points = session.scalars(select(ContactPoint)).all()
    assert {(point.channel, point.address) for point in points} == {
        ("sms", "+84912345678"),
        ("email", "lan@example.com"),
    }
    assert all(point.verified_at is None for point in points)
    assert count(session, Consent) == 0


def test_siblings_share_their_mother(session: Session) -> None:
    found = taken(session, listed(AN, BINH))
    assert (found.students, found.guardians, found.guardianships) == (2, 1, 2)
    assert (count(session, Guardian), count(session, Guardianship)) == (1, 2)


def test_a_mother_has_every_address_her_childrens_lines_give(session: Session) -> None:
    other = replace(LAN, emails=("lan2@example.com",))
    taken(session, listed(AN, replace(BINH, guardians=(other,))))
    mails = select(ContactPoint.address).where(ContactPoint.channel == "email")
    assert set(session.scalars(mails)) == {"lan@example.com", "lan2@example.com"}


def test_what_a_person_verified_or_ended_stays(session: Session) -> None:
    taken(session, listed(AN))
    for point in session.scalars(select(ContactPoint)):
        point.verified_at, point.ended_at = NOON, NOON
    session.flush()
    found = taken(session, listed(AN))
    assert found.unchanged == 1
    assert all(point.ended_at == NOON for point in session.scalars(select(ContactPoint)))


def test_a_mended_line_is_taken(session: Session) -> None:
    wrong = Rejected("Lá 1", 7, "Số điện thoại mẹ có 5 chữ số.")
    assert taken(session, replace(listed(AN), rejected=(wrong,))).rejected == (wrong,)
    found = taken(session, listed(AN, BINH))
    assert (found.added, found.unchanged, found.rejected) == (1, 1, ())


def test_a_new_number_of_the_same_mother_ends_the_old_tie(session: Session) -> None:
    taken(session, listed(AN))
    later = TODAY + timedelta(days=3)
    found = taken(
        session, listed(replace(AN, guardians=(replace(LAN, phone="+84987654321"),))), later
    )
    assert found.changed == 1
    [line] = found.lines  # and no whole number in it
    assert line == (
        "Lá 1: bé Nguyễn Gia An – đổi số điện thoại của mẹ Trần Thị Lan "
        "(số cũ đuôi 678, số mới đuôi 321)."
    )
    ties = session.execute(
        select(Guardian.phone, Guardianship.valid_to)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .order_by(Guardianship.valid_from)
    ).all()
    assert [tuple(tie) for tie in ties] == [("+84912345678", later), ("+84987654321", None)]


@pytest.mark.parametrize("days", [0, 5])
def test_a_child_that_changes_class_is_in_one_class_a_day(session: Session, days: int) -> None:
    taken(session, listed(AN))
    on = TODAY + timedelta(days=days)
    found = taken(session, listed(AN, room="Lá 2"), on)
    assert (found.changed, found.added) == (1, 0)
    now = select(Classroom.name).join(Enrollment, Enrollment.classroom_id == Classroom.id)
    assert session.scalars(now.where(Enrollment.valid_to.is_(None))).all() == ["Lá 2"]


def test_a_child_that_is_not_on_the_list_stays(session: Session) -> None:
    taken(session, listed(AN, BINH))
    assert taken(session, listed(AN)).students == 1
    assert count(session, Student) == 2


def test_a_child_without_a_code_is_known_by_name_and_birth_date(session: Session) -> None:
    nameless = replace(AN, code=None)
    taken(session, listed(nameless))
    found = taken(session, listed(replace(nameless, remark="Ông bà đón")))
    assert (found.added, found.changed) == (0, 1)
    assert session.scalar(select(Student.remark)) == "Ông bà đón"


def test_a_school_signs_as_it_is_called(session: Session) -> None:
    merge(
        session, school_code="X", roster=listed(AN), on=TODAY, now=NOON,
        school_name="Trường Mầm non Hoa Mai",
    )  # fmt: skip
    assert session.scalar(select(School.sms_name)) == "Truong MN Hoa Mai"
    assert sender("Mẫu giáo Ánh Dương") == "Truong MN Anh Duong"
    assert sender("Trường Mầm non “Bông Sen” phường Tân Định") == "Truong MN Bong Sen phuong Tan"
    assert len(sender("X" * 40)) == 30


@pytest.mark.parametrize(
    "code", ["", " ", " \x00 ", "A\udcff", "A\u200b", "Hoa Mai", "9" * 41, "X" * 9_000, "-A", "<b>"]
)
def test_a_code_that_is_none_founds_no_school(session: Session, code: str) -> None:
    with pytest.raises(Invalid, match=r"mã trường|Mã trường") as why:
        taken(session, listed(AN), code=code)
    assert len(str(why.value)) < 200
    assert count(session, School) == 0


def test_a_school_that_is_new_is_a_warning_unless_it_was_named(session: Session) -> None:
    [warning] = taken(session, listed(AN)).warnings
    assert "HOAMAI" in warning
    assert "trường mới" in warning
    assert taken(session, listed(AN)).warnings == ()
    named = merge(
        session, school_code="X", roster=listed(AN), on=TODAY, now=NOON, school_name="Hoa Lan"
    )
    assert named.warnings == ()
    [other] = merge(
        session, school_code="X", roster=listed(AN), on=TODAY, now=NOON, school_name="Hoa Mai"
    ).warnings
    assert "Hoa Lan" in other


def test_a_class_of_strangers_is_a_warning(session: Session) -> None:
    """The list of one school under the code of another."""
    chi = replace(AN, code="207001", name="Lê Thị Chi")
    taken(session, listed(AN, BINH))
    assert taken(session, listed(chi, room="Lá 2")).warnings == ()  # a class of its own
    assert taken(session, listed(BINH, replace(chi, code="3", name="Vũ Tú"))).warnings == ()
    [warning] = taken(session, listed(replace(chi, code="2", name="Lê Thị Dung"))).warnings
    assert "Lớp Lá 1 trong sổ có 3 bé" in warning
    assert "danh sách của trường khác" in warning


def test_the_audit_says_whose_children_came_and_changed(session: Session) -> None:
    taken(session, listed(AN))
    taken(session, listed(AN))
    taken(session, listed(replace(AN, remark="Ông bà đón"), BINH))
    told = session.scalars(select(Audit).where(Audit.action == "roster.imported")).all()
    counts = [(line.facts["added"], line.facts["changed"]) for line in told]
    assert counts == [(1, 0), (1, 1)]
    [an] = session.scalars(select(Student.id).where(Student.code == AN.code))
    assert told[0].facts["added_students"] == told[1].facts["changed_students"] == [str(an)]


@pytest.mark.parametrize(
    ("room", "group"),
    [("Lá 1", AgeGroup.MG56), ("Mầm 2", AgeGroup.MG34), ("Chồi 3", AgeGroup.MG45),
     ("Nhà trẻ 1", AgeGroup.NT3), ("Hoa Hồng", None)],
)  # fmt: skip
def test_the_age_group_is_guessed_from_the_name(
    session: Session, room: str, group: AgeGroup | None
) -> None:
    taken(session, listed(AN, room=room))
    assert session.scalar(select(Classroom.age_group)) == group


def test_two_schools_do_not_share_a_family(session: Session) -> None:
    taken(session, listed(AN), code="A")
    taken(session, listed(AN), code="B")
    assert (count(session, Student), count(session, Guardian)) == (2, 2)


def test_two_imports_at_once_take_the_list_once(committed: Sessions) -> None:
    def work() -> None:
        with transaction(committed) as session:
            taken(session, listed(AN, BINH))

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(committed) as session:
        assert (count(session, Student), count(session, Guardianship)) == (2, 2)


Lines = list[tuple[str, str, int, str]]
FAMILIES = st.lists(
    st.tuples(
        st.sampled_from("ABCDEF"),
        st.sampled_from(["Trần Thị Lan", "Tran Thi Lan", "Lê Mai", "Mẹ bé An"]),
        st.integers(0, 2),
        st.sampled_from(["Mầm 1", "Lá 1"]),
    ),
    unique_by=lambda one: one[0],
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(FAMILIES)
def test_any_list_twice_changes_nothing_whatever_its_order(session: Session, lines: Lines) -> None:
    with session.begin_nested() as trial:
        assert taken(session, roster_of(lines), code="A").added == len(lines)
        with written(session) as statements:
            again = taken(session, roster_of(lines[::-1]), code="A")
        assert (again.added, again.changed, statements) == (0, 0, [])
        taken(session, roster_of(lines[::-1]), code="B")
        assert everything(session, "A") == everything(session, "B")
        trial.rollback()
    session.expire_all()


def roster_of(lines: Lines) -> Roster:
    rooms: dict[str, list[StudentLine]] = {}
    for code, name, digit, room in lines:
        mother = GuardianLine(name, f"+8491234560{digit}", "mother", (f"{code.lower()}@e.vn",))
        rooms.setdefault(room, []).append(replace(AN, code=code, guardians=(mother,)))
    return Roster(tuple(ClassList(room, None, tuple(all_)) for room, all_ in rooms.items()), ())


def everything(session: Session, code: str) -> list[tuple[object, ...]]:
    """A school as people see it, without keys."""
    return sorted(
        map(
            tuple,
            session.execute(
                select(
                    Student.code, Classroom.name, Classroom.age_group, Guardian.full_name,
                    Guardian.phone, ContactPoint.channel, ContactPoint.address, ContactPoint.rank,
                )
                .join(Enrollment, Enrollment.student_id == Student.id)
                .join(Classroom, Classroom.id == Enrollment.classroom_id)
                .join(Guardianship, Guardianship.student_id == Student.id)
                .join(Guardian, Guardian.id == Guardianship.guardian_id)
                .join(ContactPoint, ContactPoint.guardian_id == Guardian.id)
                .join(School, School.id == Student.school_id)
                .where(School.code == code)
            ),
        )
    )  # fmt: skip


def test_the_repository_needs_no_file_from_elsewhere() -> None:
    file, _expected = sample()
    assert not isinstance(file, Path) or file.is_file()
