"""What the school's office writes to many families at once."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, of_one_school


class Whom(StrEnum):
    SCHOOL = "school"
    CLASSES = "classes"
    FAMILIES = "families"  # of chosen children


class Notice(Base):
    """The words of an update that is a notice, and whom it is for."""

    __tablename__ = "notice"
    __table_args__ = (
        of_one_school("update_id", "published_update"),
        CheckConstraint("(whom = 'school') = (chosen = '[]'::jsonb)", "chosen"),
    )
    update_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), index=True)
    subject: Mapped[str]
    body: Mapped[str]
    whom: Mapped[Whom]
    chosen: Mapped[list[str]] = mapped_column(JSONB)  # ids of classrooms or of children
    wants_confirmation: Mapped[bool] = mapped_column(server_default=text("false"))
