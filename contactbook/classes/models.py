"""A classroom, and a child's dated place in it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school
from contactbook.people.models import ENDS_AFTER_START


class AgeGroup(StrEnum):
    """The legal groups (VBHN 01/2021); codes as OneRoster grades."""

    NT1 = "NT1"  # 3–12 months
    NT2 = "NT2"  # 13–24 months
    NT3 = "NT3"  # 25–36 months
    MG34 = "MG34"  # mầm
    MG45 = "MG45"  # chồi
    MG56 = "MG56"  # lá


class Classroom(Keyed, Base):
    __tablename__ = "classroom"
    __table_args__ = (
        UniqueConstraint("school_id", "name", "school_year"),
        UniqueConstraint("id", "school_id"),
        of_one_school("campus_id", "campus"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    campus_id: Mapped[UUID | None]
    name: Mapped[str]
    school_year: Mapped[int]  # the year in which it ends, as OneRoster says it: 2026–27 is 2027
    age_group: Mapped[AgeGroup | None]


class Enrollment(Keyed, Base):
    __tablename__ = "enrollment"
    __table_args__ = (
        CheckConstraint(ENDS_AFTER_START, "ends_after_start"),
        of_one_school("student_id", "student"),
        of_one_school("classroom_id", "classroom"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID] = mapped_column(index=True)
    classroom_id: Mapped[UUID] = mapped_column(index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
