"""The day as teachers record it, and what they published of it.

`DailyRecord` may change until evening; an `Entry` is the part of it one child's family was told,
and never changes: a later truth is a later entry that corrects it.
"""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school


class Attendance(StrEnum):
    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"  # nghỉ có phép
    ABSENT = "absent"  # nghỉ không phép

    @property
    def here(self) -> bool:
        return self in (Attendance.PRESENT, Attendance.LATE)


class Meal(StrEnum):
    ALL = "all"
    PART = "part"
    LITTLE = "little"
    NONE = "none"


class UpdateKind(StrEnum):
    DAILY = "daily"
    NOTICE = "notice"


class DailyRecord(Keyed, Base):
    """What is recorded of one child's day. Every field is empty until a person fills it."""

    __tablename__ = "daily_record"
    __table_args__ = (
        UniqueConstraint("student_id", "on_date"),
        CheckConstraint("nap_minutes BETWEEN 0 AND 300", "nap"),
        # A CHECK that is NULL passes, hence coalesce.
        CheckConstraint(
            "arrived_at IS NULL OR coalesce(attendance, '') IN ('present', 'late')", "arrived"
        ),
        CheckConstraint(
            "(lunch IS NULL AND nap_minutes IS NULL) "
            "OR coalesce(attendance, '') IN ('present', 'late')",
            "only_who_is_here_eats_and_sleeps",
        ),
        Index("ix_daily_record_class", "classroom_id", "on_date"),
        of_one_school("classroom_id", "classroom"),
        of_one_school("student_id", "student"),
        of_one_school("changed_by", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    classroom_id: Mapped[UUID]
    student_id: Mapped[UUID]
    on_date: Mapped[date]
    attendance: Mapped[str | None]
    arrived_at: Mapped[time | None]  # on the school's wall clock
    lunch: Mapped[str | None]
    nap_minutes: Mapped[int | None]
    health: Mapped[str] = mapped_column(server_default="")
    remark: Mapped[str] = mapped_column(server_default="")
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ClassDay(Keyed, Base):
    """What is said to every family of a class that day: what was done, and what was learned."""

    __tablename__ = "class_day"
    __table_args__ = (
        UniqueConstraint("classroom_id", "on_date"),
        of_one_school("classroom_id", "classroom"),
        of_one_school("changed_by", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    classroom_id: Mapped[UUID]
    on_date: Mapped[date]
    activity: Mapped[str] = mapped_column(server_default="")
    learning: Mapped[str] = mapped_column(server_default="")
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Update(Keyed, Base):
    """What a teacher published, once. `month` places its deliveries in their partition."""

    __tablename__ = "published_update"
    __table_args__ = (
        UniqueConstraint("author_id", "idempotency_key"),
        UniqueConstraint("id", "school_id"),
        Index("ix_published_update_class", "classroom_id", "on_date"),
        of_one_school("classroom_id", "classroom"),
        of_one_school("author_id", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    classroom_id: Mapped[UUID | None]
    author_id: Mapped[UUID]
    idempotency_key: Mapped[str]  # made on the phone: the same form twice is one update
    kind: Mapped[UpdateKind]
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    on_date: Mapped[date]
    published_at: Mapped[datetime]
    due_at: Mapped[datetime]  # until then it can be taken back
    recalled_at: Mapped[datetime | None]
    month: Mapped[date]


class Entry(Keyed, Base):
    """One child's own part of an update: only what had not been told before."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("update_id", "student_id"),
        Index("ix_entry_student", "student_id", text("id DESC")),
        of_one_school("update_id", "published_update"),
        of_one_school("student_id", "student"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    update_id: Mapped[UUID]
    student_id: Mapped[UUID]
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)  # field → value as it was told
    purposes: Mapped[int]  # of all its parts
