"""Who may do what, today: the one function every door asks."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from contactbook.people.models import Guardianship, OrgUnitPlace, SchoolPlace
from contactbook.people.staff import Duty, StaffRole


class Deed(StrEnum):
    READ_CLASS = "read_class"
    WRITE_CLASS = "write_class"
    RUN_SCHOOL = "run_school"  # rosters, staff, accounts
    KEEP_MONEY = "keep_money"
    SEE_SUMS = "see_sums"  # of a school, above it: never a child


class Right(StrEnum):
    """What a guardian may do for ONE child; each is a column of `Guardianship`."""

    READS = "reads"
    RECEIVES = "receives"
    DECIDES = "decides"


OF_A_CLASS: dict[Deed, frozenset[Duty]] = {
    Deed.READ_CLASS: frozenset({Duty.TEACHER}),
    Deed.WRITE_CLASS: frozenset({Duty.TEACHER}),
}
OF_A_SCHOOL: dict[Deed, frozenset[Duty]] = {
    Deed.READ_CLASS: frozenset({Duty.PRINCIPAL}),
    Deed.WRITE_CLASS: frozenset({Duty.PRINCIPAL}),
    Deed.RUN_SCHOOL: frozenset({Duty.PRINCIPAL}),
    Deed.KEEP_MONEY: frozenset({Duty.PRINCIPAL, Duty.ACCOUNTANT}),
    Deed.SEE_SUMS: frozenset({Duty.PRINCIPAL}),
}


def may(
    session: Session,
    staff_id: UUID,
    deed: Deed,
    *,
    school_id: UUID,
    on: date,
    classroom_id: UUID | None = None,
) -> bool:
    """Whether this member of staff may do `deed` on day `on`, in a class or for the whole school.

    A teacher's right is her classroom's, a principal's her school's; an officer sees sums of the
    schools below her unit as the tree stood on that day.
    """
    scopes = [
        and_(
            StaffRole.school_id == school_id,
            StaffRole.duty.in_(OF_A_SCHOOL.get(deed, frozenset())),
        )
    ]
    if classroom_id is not None:
        scopes.append(
            and_(
                StaffRole.classroom_id == classroom_id,
                StaffRole.duty.in_(OF_A_CLASS.get(deed, frozenset())),
            )
        )
    if deed is Deed.SEE_SUMS:
        scopes.append(
            and_(
                StaffRole.duty == Duty.OFFICER,
                StaffRole.unit_id.in_(units_above(school_id, on)),
            )
        )
    return bool(session.scalar(select(exists().where(held(staff_id, on), or_(*scopes)))))


def held(staff_id: UUID, on: date) -> ColumnElement[bool]:
    return and_(
        StaffRole.staff_id == staff_id,
        StaffRole.valid_from <= on,
        or_(StaffRole.valid_to.is_(None), StaffRole.valid_to > on),
    )


def units_above(school_id: UUID, on: date) -> Select[UUID]:
    """The office of a school on that day, and everybody above it."""
    placed = (
        select(SchoolPlace.unit_id)
        .where(
            SchoolPlace.school_id == school_id,
            SchoolPlace.valid_from <= on,
            or_(SchoolPlace.valid_to.is_(None), SchoolPlace.valid_to > on),
        )
        .cte("above", recursive=True)
    )
    above = placed.union(
        select(OrgUnitPlace.parent_id).where(
            OrgUnitPlace.unit_id == placed.c.unit_id,
            OrgUnitPlace.valid_from <= on,
            or_(OrgUnitPlace.valid_to.is_(None), OrgUnitPlace.valid_to > on),
        )
    )
    return select(above.c.unit_id)


def classrooms_of(
    staff_id: UUID, school_id: UUID, on: date
) -> tuple[Select[UUID | None], ColumnElement[bool]]:
    """The classrooms of a teacher's own roles, and whether a role covers the whole school."""
    own = select(StaffRole.classroom_id).where(
        held(staff_id, on), StaffRole.duty == Duty.TEACHER, StaffRole.classroom_id.is_not(None)
    )
    whole = exists().where(
        held(staff_id, on), StaffRole.duty == Duty.PRINCIPAL, StaffRole.school_id == school_id
    )
    return own, whole


def children_of(guardian_id: UUID, right: Right, on: date) -> Select[UUID]:
    """The children for whom this guardian has `right` on day `on`; restricted, she has none."""
    return select(Guardianship.student_id).where(
        Guardianship.guardian_id == guardian_id,
        {
            Right.READS: Guardianship.reads,
            Right.RECEIVES: Guardianship.receives,
            Right.DECIDES: Guardianship.decides,
        }[right],
        Guardianship.restricted.is_(False),
        Guardianship.valid_from <= on,
        or_(Guardianship.valid_to.is_(None), Guardianship.valid_to > on),
    )


def guardian_may(
    session: Session, guardian_id: UUID, right: Right, *, student_id: UUID, on: date
) -> bool:
    """Whether this guardian has `right` for this child on day `on`."""
    hers = children_of(guardian_id, right, on).where(Guardianship.student_id == student_id)
    return session.scalars(hers.limit(1)).first() is not None
