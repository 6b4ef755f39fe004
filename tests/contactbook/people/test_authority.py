"""One function says who may do what today."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.people.authority import Deed, classrooms_of, may
from contactbook.people.models import OrgUnit, OrgUnitKind, OrgUnitPlace, School, SchoolPlace
from contactbook.people.staff import Duty, Staff, StaffRole
from tests.builders import LONG_AGO, TODAY, Class, class_of, numbers

START = LONG_AGO.date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def staff(session: Session, world: Class | None, duty: Duty, **scope: object) -> Staff:
    person = Staff(
        school_id=world.school.id if world else None,
        username=f"staff {next(numbers)}",
        full_name="Lê Thị Cúc",
        password_hash="none",
    )
    session.add(person)
    session.flush()
    dates = {"valid_from": START, **scope}
    session.add(StaffRole(staff_id=person.id, duty=duty, **dates))
    session.flush()
    return person


def allowed(session: Session, who: Staff, world: Class, on: date = TODAY) -> set[Deed]:
    """What she may do with this class and its school."""
    return {
        deed
        for deed in Deed
        if may(session, who.id, deed, school_id=world.school.id, on=on,
               classroom_id=world.classroom.id)
    }  # fmt: skip


def unit(session: Session, name: str, above: OrgUnit | None = None, **dates: date) -> OrgUnit:
    one = OrgUnit(code=f"{name} {next(numbers)}", kind=OrgUnitKind.OFFICE, name=name)
    session.add(one)
    session.flush()
    if above:
        place(session, one, above, **dates)
    return one


def place(session: Session, one: OrgUnit, above: OrgUnit, **dates: date) -> None:
    session.add(OrgUnitPlace(unit_id=one.id, parent_id=above.id, **{"valid_from": START, **dates}))
    session.flush()


def stands(session: Session, school: School, below: OrgUnit, **dates: date) -> None:
    session.add(
        SchoolPlace(school_id=school.id, unit_id=below.id, **{"valid_from": START, **dates})
    )
    session.flush()


@pytest.mark.parametrize(
    ("duty", "deeds"),
    [
        (Duty.TEACHER, {Deed.READ_CLASS, Deed.WRITE_CLASS}),
        (
            Duty.PRINCIPAL,
            {Deed.READ_CLASS, Deed.WRITE_CLASS, Deed.RUN_SCHOOL, Deed.KEEP_MONEY, Deed.SEE_SUMS},
        ),
        (Duty.ACCOUNTANT, {Deed.KEEP_MONEY}),
    ],
)
def test_a_duty_allows(session: Session, duty: Duty, deeds: set[Deed]) -> None:
    world, stranger = class_of(session), class_of(session)
    scope = (
        {"classroom_id": world.classroom.id}
        if duty is Duty.TEACHER
        else {"school_id": world.school.id}
    )
    person = staff(session, world, duty, **scope)
    assert allowed(session, person, world) == deeds
    assert allowed(session, person, stranger) == set()


def test_a_teacher_may_nothing_in_the_class_next_door(session: Session) -> None:
    world = class_of(session)
    next_door = class_of(session, school=world.school, name="Lá 2")
    assert allowed(session, world.teacher, next_door) == set()


def test_a_role_holds_on_its_days_only(session: Session) -> None:
    world = class_of(session)
    person = staff(
        session, world, Duty.TEACHER,
        classroom_id=world.classroom.id, valid_from=TODAY, valid_to=TOMORROW,
    )  # fmt: skip
    assert [bool(allowed(session, person, world, day)) for day in (YESTERDAY, TODAY, TOMORROW)] == [
        False, True, False,
    ]  # fmt: skip


def test_a_duty_in_the_wrong_scope_allows_nothing(session: Session) -> None:
    world = class_of(session)
    person = staff(session, world, Duty.PRINCIPAL, classroom_id=world.classroom.id)
    assert allowed(session, person, world) == set()
    person = staff(session, world, Duty.OFFICER, school_id=world.school.id)
    assert allowed(session, person, world) == set()


def test_an_officer_sees_sums_of_the_schools_below_and_never_a_child(session: Session) -> None:
    world, elsewhere = class_of(session), class_of(session)
    city = unit(session, "Sở")
    ward, other = unit(session, "Phường 1", city), unit(session, "Phường 2", city)
    stands(session, world.school, ward)
    stands(session, elsewhere.school, other)
    above = staff(session, None, Duty.OFFICER, unit_id=city.id)
    local = staff(session, None, Duty.OFFICER, unit_id=ward.id)
    assert allowed(session, above, world) == allowed(session, above, elsewhere) == {Deed.SEE_SUMS}
    assert allowed(session, local, world) == {Deed.SEE_SUMS}
    assert allowed(session, local, elsewhere) == set()


def test_a_school_that_moves_is_seen_by_its_old_office_only_in_the_past(session: Session) -> None:
    world = class_of(session)
    city = unit(session, "Sở")
    old, new = unit(session, "Quận", city), unit(session, "Phường", city)
    stands(session, world.school, old, valid_to=TODAY)
    stands(session, world.school, new, valid_from=TODAY)
    people = {
        office: staff(session, None, Duty.OFFICER, unit_id=office.id) for office in (old, new)
    }
    seen = {
        (office.name, day): bool(allowed(session, people[office], world, day))
        for office in (old, new)
        for day in (YESTERDAY, TODAY)
    }
    assert seen == {
        ("Quận", YESTERDAY): True,
        ("Quận", TODAY): False,
        ("Phường", YESTERDAY): False,
        ("Phường", TODAY): True,
    }


def test_a_tree_that_bites_its_tail_is_walked_once(session: Session) -> None:
    world = class_of(session)
    first = unit(session, "A")
    second = unit(session, "B", first)
    place(session, first, second)
    stands(session, world.school, second)
    officer = staff(session, None, Duty.OFFICER, unit_id=first.id)
    assert allowed(session, officer, world) == {Deed.SEE_SUMS}


def test_a_teacher_has_her_classes_and_a_principal_the_whole_school(session: Session) -> None:
    world = class_of(session)
    principal = staff(session, world, Duty.PRINCIPAL, school_id=world.school.id)
    own, whole = classrooms_of(world.teacher.id, world.school.id, TODAY)
    assert session.scalars(own).all() == [world.classroom.id]
    assert session.scalar(select(whole)) is False
    own, whole = classrooms_of(principal.id, world.school.id, TODAY)
    assert session.scalars(own).all() == []
    assert session.scalar(select(whole)) is True
