"""Schools and the tree above them, children, guardians, and a guardian's rights for each child.

Every row about a person carries its `school_id`: the school is tenant and controller of the data.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from contactbook.db import Base, Keyed, of_one_school


class OrgUnitKind(StrEnum):
    DEPARTMENT = "department"
    OFFICE = "office"
    CLUSTER = "cluster"


class Relation(StrEnum):
    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"


ENDS_AFTER_START = "valid_to IS NULL OR valid_to > valid_from"


class OrgUnit(Keyed, Base):
    """A node of the authority tree; who stands above whom is dated in `OrgUnitPlace`."""

    __tablename__ = "org_unit"
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrgUnitKind]
    name: Mapped[str]


class OrgUnitPlace(Keyed, Base):
    """`unit` stood below `parent` on these days (`valid_to` is the first day it no longer did)."""

    __tablename__ = "org_unit_place"
    __table_args__ = (
        CheckConstraint(ENDS_AFTER_START, "ends_after_start"),
        CheckConstraint("unit_id <> parent_id", "not_its_own_parent"),
    )
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("org_unit.id"), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("org_unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class School(Keyed, Base):
    __tablename__ = "school"
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]  # "Trường Mầm non Hoa Mai"
    sms_name: Mapped[str]  # "Truong MN Hoa Mai": how it signs an SMS
    phone: Mapped[str] = mapped_column(server_default="")  # as printed, for call-backs
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SchoolPlace(Keyed, Base):
    """The school stood below this office on these days: it may move and keeps its past."""

    __tablename__ = "school_place"
    __table_args__ = (CheckConstraint(ENDS_AFTER_START, "ends_after_start"),)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("org_unit.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Campus(Keyed, Base):
    __tablename__ = "campus"
    __table_args__ = (
        UniqueConstraint("school_id", "name"),
        UniqueConstraint("id", "school_id"),  # so that rows can point within one school
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    name: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")


class Student(Keyed, Base):
    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("school_id", "code"),
        UniqueConstraint("id", "school_id"),
        CheckConstraint("sex IN ('m', 'f')", "sex"),
        CheckConstraint("full_name <> '' AND full_name IS NFC NORMALIZED", "name_is_nfc"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    code: Mapped[str | None]  # mã định danh, as the school's list has it
    full_name: Mapped[str]
    given_name: Mapped[str]
    sort_key: Mapped[str]  # given name first, Vietnamese order: compared as bytes
    born_on: Mapped[date]
    sex: Mapped[str | None]
    remark: Mapped[str] = mapped_column(server_default="")  # "Ông bà đón"
    allergy: Mapped[str] = mapped_column(server_default="")  # shown wherever the child is fed
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Guardian(Keyed, Base):
    """A person at ONE school: the same mother at two schools is two guardians."""

    __tablename__ = "guardian"
    __table_args__ = (
        UniqueConstraint("school_id", "phone", "name_key"),
        UniqueConstraint("id", "school_id"),
        CheckConstraint("phone ~ '^\\+[1-9][0-9]{7,14}$'", "phone_is_e164"),
        CheckConstraint("full_name <> '' AND full_name IS NFC NORMALIZED", "name_is_nfc"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    full_name: Mapped[str]
    name_key: Mapped[str]  # without marks and capitals: father and mother may share a phone
    phone: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    contact_points: Mapped[list["ContactPoint"]] = relationship(lazy="raise")


class Guardianship(Keyed, Base):
    """One guardian's rights for ONE child, on these days. Rights are separate on purpose."""

    __tablename__ = "guardianship"
    __table_args__ = (
        CheckConstraint(ENDS_AFTER_START, "ends_after_start"),
        Index("ix_guardianship_student", "student_id"),
        Index("ix_guardianship_guardian", "guardian_id"),
        of_one_school("student_id", "student"),
        of_one_school("guardian_id", "guardian"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    relation: Mapped[Relation]
    reads: Mapped[bool] = mapped_column(server_default=text("true"))
    receives: Mapped[bool] = mapped_column(server_default=text("true"))
    decides: Mapped[bool] = mapped_column(server_default=text("true"))
    picks_up: Mapped[bool] = mapped_column(server_default=text("true"))
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    restricted: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # a court or the school says no
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ContactPoint(Keyed, Base):
    """One guardian's address on one channel; `rank` is her order of preference, lowest first."""

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("guardian_id", "channel", "address"),
        Index("ix_contact_point_address", "channel", "address"),  # who is writing
        of_one_school("guardian_id", "guardian"),
        CheckConstraint("channel IN ('zalo', 'zbs', 'telegram', 'email', 'sms')", "channel"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    channel: Mapped[str]
    address: Mapped[str]
    rank: Mapped[int] = mapped_column(server_default=text("1"))
    verified_at: Mapped[datetime | None]  # nothing but the invitation leaves before
    ended_at: Mapped[datetime | None]  # given up, blocked, or taken back
    window_ends_at: Mapped[datetime | None]  # Zalo: until when we may write; unknown: we try
    soft_bounces: Mapped[int] = mapped_column(server_default=text("0"))  # of late, in a row
    soft_since: Mapped[datetime | None]


class PersonKey(Base):
    """The key that seals one person's readable text; to erase her is to destroy it."""

    __tablename__ = "person_key"
    person_id: Mapped[UUID] = mapped_column(
        primary_key=True
    )  # a guardian, student or member of staff
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("school.id"))
    wrapped: Mapped[bytes]
