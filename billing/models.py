"""What a family ordered. The cap is a CHECK, and a child has one plan on a day.

No code path can charge a student more.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.fees import CAP_VND
from contactbook.db import Base, Keyed, of_one_school


class Subscription(Keyed, Base):
    """One student's plan, from `starts_on` to `paid_until`, both included; none overlaps another.

    It exists only because a guardian ordered it.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("student_id", "starts_on"),
        CheckConstraint(f"monthly_vnd BETWEEN 0 AND {CAP_VND}", "cap"),
        CheckConstraint("paid_until >= starts_on", "paid_after_start"),
        of_one_school("student_id", "student"),
        of_one_school("ordered_by", "guardian"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    student_id: Mapped[UUID]
    ordered_by: Mapped[UUID]
    monthly_vnd: Mapped[int]
    starts_on: Mapped[date]
    paid_until: Mapped[date]
