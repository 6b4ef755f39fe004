"""What a family ordered. The cap is a CHECK: no code path can charge a student more."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.fees import CAP_VND
from contactbook.db import Base, Keyed


class Subscription(Keyed, Base):
    """One student's plan; it exists only because a guardian ordered it."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("student_id", "starts_on"),
        CheckConstraint(f"monthly_vnd BETWEEN 0 AND {CAP_VND}", "cap"),
        CheckConstraint("paid_until >= starts_on", "paid_after_start"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"))
    ordered_by: Mapped[UUID] = mapped_column(ForeignKey("guardian.id"))
    monthly_vnd: Mapped[int]
    starts_on: Mapped[date]
    paid_until: Mapped[date]
