"""Those who work with the book: teachers, principals, accountants, officers, and their sign-ins."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school
from contactbook.people.models import ENDS_AFTER_START


class Duty(StrEnum):
    TEACHER = "teacher"
    PRINCIPAL = "principal"
    ACCOUNTANT = "accountant"
    OFFICER = "officer"


class Staff(Keyed, Base):
    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("id", "school_id"),)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("school.id"))  # officers: none
    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    password_hash: Mapped[str]
    retired_at: Mapped[datetime | None]


class StaffRole(Keyed, Base):
    """A duty, in exactly one scope, on these days; in the school of its staff or above schools."""

    __tablename__ = "staff_role"
    __table_args__ = (
        CheckConstraint("num_nonnulls(classroom_id, school_id, unit_id) = 1", "one_scope"),
        CheckConstraint(ENDS_AFTER_START, "ends_after_start"),
        of_one_school("staff_id", "staff"),
    )
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    duty: Mapped[Duty]
    classroom_id: Mapped[UUID | None] = mapped_column(ForeignKey("classroom.id"))
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("school.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("org_unit.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class StaffSession(Keyed, Base):
    """A sign-in, known by the hash of its cookie: a copy of this table opens no door."""

    __tablename__ = "staff_session"
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Keyed, Base):
    """A wrong password; names and addresses as keyed hashes, for counting only."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_who", "who", "at"),)
    who: Mapped[bytes]  # of the username, or of the network address
    at: Mapped[datetime] = mapped_column(server_default=func.now())
