"""A second list, of another day or hand: what it mends, and what it must never undo."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom, Enrollment
from contactbook.people.models import ContactPoint, Guardian, Guardianship, Student
from contactbook.people.roster_lines import GuardianLine, StudentLine
from tests.builders import TODAY
from tests.contactbook.classes.lists import AN, BINH, LAN, count, listed, taken, written

TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
OLD, NEW = LAN.phone, "+84987654321"
BA = GuardianLine("Nguyễn Văn Ba", "+84911111111", "father", ())


def mother(
    child: StudentLine = AN,
    *,
    name: str = LAN.name,
    phone: str = LAN.phone,
    emails: tuple[str, ...] = LAN.emails,
) -> StudentLine:
    """The child's line with other facts about its mother."""
    return replace(child, guardians=(replace(LAN, name=name, phone=phone, emails=emails),))


def held(session: Session, on: date = LATER) -> list[tuple[str, str]]:
    """Number and name of whoever is told about An on this day."""
    rows = session.execute(
        select(Guardian.phone, Guardian.full_name)
        .join(Guardianship, Guardianship.guardian_id == Guardian.id)
        .join(Student, Student.id == Guardianship.student_id)
        .where(Student.code == AN.code, Guardianship.valid_from <= on)
        .where(Guardianship.valid_to.is_(None) | (Guardianship.valid_to > on))
    )
    return sorted((phone, name) for phone, name in rows)


def test_a_right_that_a_person_took_back_is_not_given_again(session: Session) -> None:
    taken(session, listed(AN))
    session.execute(update(Guardianship).values(valid_to=TOMORROW))
    for child in (AN, mother(phone=NEW)):
        found = taken(session, listed(child), LATER)
        assert (found.changed, held(session)) == (0, [])
        assert "không thêm lại" in " ".join(found.lines)


def test_a_right_taken_back_is_not_given_by_the_second_run_either(session: Session) -> None:
    gone = replace(LAN, name="Lê Mai", phone=NEW, relation="guardian")
    taken(session, listed(replace(AN, guardians=(LAN, gone))))
    ended = select(Guardian.id).where(Guardian.phone == NEW).scalar_subquery()
    session.execute(
        update(Guardianship).where(Guardianship.guardian_id == ended).values(valid_to=TOMORROW)
    )
    respelt = listed(replace(AN, guardians=(replace(LAN, name="Lê Mai"), gone)))
    assert taken(session, respelt, LATER).changed == 1
    assert taken(session, respelt, LATER).unchanged == 1
    assert held(session) == [(OLD, "Lê Mai")]


def test_a_new_number_brings_no_more_rights_than_the_old_one(session: Session) -> None:
    taken(session, listed(AN))
    session.execute(update(Guardianship).values(restricted=True, picks_up=False))
    taken(session, listed(mother(phone=NEW)), LATER)
    [now] = session.scalars(select(Guardianship).where(Guardianship.valid_to.is_(None)))
    assert (now.restricted, now.picks_up) == (True, False)


@pytest.mark.parametrize("day", [TODAY, LATER])
def test_a_number_changed_and_changed_back(session: Session, day: date) -> None:
    taken(session, listed(AN))
    taken(session, listed(mother(phone=NEW)), day)
    assert held(session, day) == [(NEW, LAN.name)]
    taken(session, listed(AN), day)
    assert held(session, day) == held(session, day + timedelta(days=9)) == [(OLD, LAN.name)]
    assert taken(session, listed(AN), day).unchanged == 1


def test_a_sister_keeps_the_old_number_until_her_own_line_changes(session: Session) -> None:
    taken(session, listed(AN, BINH))
    taken(session, listed(mother(phone=NEW), BINH), LATER)
    ties = select(Student.code, Guardian.phone).where(Guardianship.valid_to.is_(None))
    ties = ties.join(Guardianship, Guardianship.student_id == Student.id)
    ties = ties.join(Guardian, Guardian.id == Guardianship.guardian_id).order_by(Student.code)
    assert session.execute(ties).all() == [(AN.code, NEW), (BINH.code, OLD)]


def test_a_name_mended_under_the_same_number_is_not_told_twice(session: Session) -> None:
    taken(session, listed(mother(name="Trần Thị Lam")))
    taken(session, listed(AN), LATER)
    assert held(session) == [(OLD, "Trần Thị Lan")]


def test_father_and_mother_on_one_telephone_are_two(session: Session) -> None:
    both = replace(AN, guardians=(LAN, replace(BA, phone=OLD)))
    taken(session, listed(both))
    assert taken(session, listed(both), LATER).unchanged == 1
    assert held(session) == [(OLD, "Nguyễn Văn Ba"), (OLD, "Trần Thị Lan")]


def test_a_parent_that_is_not_on_the_line_stays(session: Session) -> None:
    taken(session, listed(replace(AN, guardians=(LAN, BA))))
    assert taken(session, listed(AN)).unchanged == 1
    assert len(held(session)) == 2


@pytest.mark.parametrize("first", ["Mẹ bé An", "Tran Thi Lan"])
def test_a_mother_gets_her_name_and_its_accents_and_keeps_them(
    session: Session, first: str
) -> None:
    taken(session, listed(mother(name=first)))
    session.execute(update(ContactPoint).values(verified_at=None, rank=3))
    assert taken(session, listed(AN)).lines == (
        "Lá 1: bé Nguyễn Gia An – ghi lại tên mẹ Trần Thị Lan.",
    )
    assert taken(session, listed(mother(name=first))).unchanged == 1
    assert (held(session), count(session, Guardian)) == ([(OLD, "Trần Thị Lan")], 1)


def test_a_number_without_a_name_stays_with_whoever_had_it_first(session: Session) -> None:
    taken(session, listed(AN))
    both = listed(mother(name="Lê Mai"), mother(BINH, name="Mẹ bé Bình"))
    taken(session, both, LATER)
    with written(session) as statements:
        assert taken(session, both, LATER).unchanged == 2
    assert statements == []


def test_a_father_entered_as_guardian_becomes_father(session: Session) -> None:
    taken(session, listed(replace(AN, guardians=(replace(BA, relation="guardian"),))))
    found = taken(session, listed(replace(AN, guardians=(BA,))))
    assert found.lines == ("Lá 1: bé Nguyễn Gia An – Nguyễn Văn Ba nay là ba.",)


def test_a_new_address_comes_after_those_that_are_there(session: Session) -> None:
    taken(session, listed(mother(emails=("a@e.vn",))))
    found = taken(session, listed(mother(emails=("b@e.vn", "a@e.vn"))))
    assert found.lines == ("Lá 1: bé Nguyễn Gia An – thêm thư điện tử của mẹ Trần Thị Lan.",)
    ranked = select(ContactPoint.address).order_by(ContactPoint.rank)
    assert session.scalars(ranked).all() == ["a@e.vn", "b@e.vn", OLD]


def test_a_code_given_to_another_child_is_asked_about(session: Session) -> None:
    taken(session, listed(AN))
    other = replace(BINH, code=AN.code, name="Lê Bảo Châu", born_on=date(2023, 1, 1))
    with written(session) as statements:
        found = taken(session, listed(other))
    assert (found.students, statements) == (0, [])
    [aside] = found.rejected
    assert (aside.sheet, aside.row) == ("Lá 1", 7)
    assert aside.reason == (
        "Mã 107001 trong sổ là của bé Nguyễn Gia An, sinh ngày 01/05/2021. "
        "Cô kiểm tra lại giúp nhé."
    )


def test_a_slip_in_a_name_or_date_is_mended_by_the_code(session: Session) -> None:
    taken(session, listed(AN))
    found = taken(session, listed(replace(AN, name="Nguyễn Gia Ân")))
    assert found.lines == ("Lá 1: bé Nguyễn Gia Ân – đổi tên.",)
    found = taken(session, listed(replace(AN, name="Nguyễn Gia Ân", born_on=date(2021, 6, 1))))
    assert found.lines == ("Lá 1: bé Nguyễn Gia Ân – đổi ngày sinh.",)
    assert session.scalar(select(Student.given_name)) == "Ân"


@pytest.mark.parametrize("codes", [(None, AN.code), (AN.code, None), (None, None)])
def test_a_code_that_comes_or_goes_makes_no_second_child(
    session: Session, codes: tuple[str | None, str | None]
) -> None:
    for code in codes:
        taken(session, listed(replace(AN, code=code)))
    assert session.scalars(select(Student.code)).all() == [codes[0] or codes[1]]


def test_two_children_alike_need_their_codes(session: Session) -> None:
    twin = replace(BINH, name=AN.name)
    taken(session, listed(AN, twin))
    found = taken(session, listed(replace(AN, code=None)))
    assert (found.students, len(found.rejected)) == (0, 1)
    assert "cần ghi mã" in found.rejected[0].reason


def test_a_blank_takes_away_no_sex_and_no_allergy(session: Session) -> None:
    taken(session, listed(replace(AN, allergy="Dị ứng tôm", remark="Ông bà đón")))
    assert taken(session, listed(replace(AN, sex=None))).unchanged == 1
    child = session.scalars(select(Student)).one()
    assert (child.sex, child.allergy, child.remark) == ("f", "Dị ứng tôm", "Ông bà đón")


def test_a_remark_goes_where_the_list_has_others(session: Session) -> None:
    noted = replace(BINH, remark="Ông bà đón")
    taken(session, listed(replace(AN, remark="Bố đón"), noted))
    assert taken(session, listed(AN, noted)).lines == ("Lá 1: bé Nguyễn Gia An – đổi ghi chú.",)


def test_a_planned_move_stays_planned(session: Session) -> None:
    taken(session, listed(AN, BINH))
    soon = TODAY + timedelta(days=30)
    place = session.scalars(select(Enrollment)).first()
    assert place
    place.valid_to = soon
    session.add(
        Enrollment(
            school_id=place.school_id, student_id=place.student_id,
            classroom_id=place.classroom_id, valid_from=soon,
        )
    )  # fmt: skip
    session.flush()
    taken(session, listed(AN, BINH, room="Lá 2"), LATER)
    dated = select(Classroom.name, Enrollment.valid_from, Enrollment.valid_to)
    dated = dated.join(Classroom, Classroom.id == Enrollment.classroom_id)
    mine = dated.where(Enrollment.student_id == place.student_id).order_by(Enrollment.valid_from)
    assert session.execute(mine).all() == [
        ("Lá 1", TODAY, LATER),
        ("Lá 2", LATER, soon),
        ("Lá 1", soon, None),
    ]


def test_a_class_is_one_however_it_is_spelt(session: Session) -> None:
    taken(session, listed(AN))
    assert taken(session, listed(AN, room="LA 1")).unchanged == 1
    assert count(session, Classroom) == 1


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    with written(session) as seen:
        yield seen


def test_a_hundred_changes_take_no_more_statements_than_two(
    session: Session, statements: list[str]
) -> None:
    used = []
    for code, size in (("A", 2), ("B", 100)):
        children = [
            replace(AN, row=row, code=f"{row}", guardians=(replace(LAN, phone=f"+8491{row:07d}"),))
            for row in range(size)
        ]
        taken(session, listed(*children), code=code)
        moved = [mother(child, phone=f"+8498{child.row:07d}") for child in children]
        moved = [replace(child, remark="Ông bà đón") for child in moved]
        assert taken(session, listed(*moved, room="Lá 2"), LATER, code=code).changed == size
        used.append(len(statements))
        statements.clear()
    assert used[0] == used[1] < 25
