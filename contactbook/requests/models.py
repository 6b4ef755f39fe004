"""A family's word that a child stays away, a slip for a medicine, and each dose of it.

Notes and slips change their state and can be erased with the family; a dose never changes and
holds no readable text: what was said of it is sealed under the child's key.
"""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Time,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school


class NoteStatus(StrEnum):
    """noted ─▶ withdrawn (by the guardian) | resolved (staff have seen the child)."""

    NOTED = "noted"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"


class SlipStatus(StrEnum):
    """asked ─▶ accepted | refused (by staff);  asked, accepted ─▶ withdrawn (by the guardian)."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ENDS_IN_ORDER = "until >= since"


class AbsenceNote(Keyed, Base):
    """A child stays away from `since` to `until`, both included, or up to the day before it ended.

    It wins over every mark of the roll call until a member of staff resolves it.
    """

    __tablename__ = "absence_note"
    __table_args__ = (
        CheckConstraint(ENDS_IN_ORDER, "in_order"),
        CheckConstraint("(status = 'noted') = (ended_on IS NULL)", "ended"),
        Index("ix_absence_note_student", "student_id", "until"),
        of_one_school("student_id", "student"),
        of_one_school("guardian_id", "guardian"),
        of_one_school("resolved_by", "staff"),
        of_one_school("seen_by", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    since: Mapped[date]
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(server_default="")
    channel: Mapped[str]  # how it came: "zalo", "telegram", "sms", "web" …
    status: Mapped[NoteStatus] = mapped_column(server_default="noted")
    noted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_on: Mapped[date | None]  # the first day it no longer counts
    ended_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[UUID | None]


class MedicationSlip(Keyed, Base):
    """A guardian asks the school to give a medicine at these times of these days."""

    __tablename__ = "medication_slip"
    __table_args__ = (
        UniqueConstraint("id", "school_id"),
        CheckConstraint(ENDS_IN_ORDER, "in_order"),
        CheckConstraint("drug <> '' AND dose <> '' AND cardinality(times) > 0", "whole"),
        CheckConstraint(
            "status NOT IN ('accepted', 'refused') OR answered_by IS NOT NULL", "answered"
        ),
        CheckConstraint("status <> 'refused' OR refusal <> ''", "refused_with_a_reason"),
        Index("ix_medication_slip_student", "student_id", "until"),
        of_one_school("student_id", "student"),
        of_one_school("guardian_id", "guardian"),
        of_one_school("answered_by", "staff"),
    )  # fmt: skip
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    drug: Mapped[str]
    dose: Mapped[str]  # as the family wrote it: "5 ml", "nửa viên"
    times: Mapped[list[time]] = mapped_column(ARRAY(Time))  # on the school's wall clock
    since: Mapped[date]
    until: Mapped[date]
    note: Mapped[str] = mapped_column(server_default="")  # "sau ăn, để tủ lạnh"
    picture: Mapped[str] = mapped_column(server_default="")  # where the photo is kept; "": none
    channel: Mapped[str]
    status: Mapped[SlipStatus] = mapped_column(server_default="asked")
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(server_default="")
    withdrawn_at: Mapped[datetime | None]


class MedicationDose(Keyed, Base):
    """What became of one dose: a ledger. A mistaken line stands, and another one corrects it."""

    __tablename__ = "medication_dose"
    __table_args__ = (
        Index(
            "uq_medication_dose_due", "slip_id", "due_at", unique=True,
            postgresql_where=text("corrects_id IS NULL"),
        ),
        UniqueConstraint("corrects_id"),
        CheckConstraint("given OR sealed IS NOT NULL", "not_given_for_a_reason"),
        of_one_school("slip_id", "medication_slip"),
        of_one_school("given_by", "staff"),
    )  # fmt: skip
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    slip_id: Mapped[UUID] = mapped_column(index=True)
    due_at: Mapped[datetime]
    given: Mapped[bool]  # false: it was not given, and the sealed words say why
    given_by: Mapped[UUID]  # who gave it, or who says that it was not given
    given_at: Mapped[datetime]
    sealed: Mapped[bytes | None]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("medication_dose.id"))
