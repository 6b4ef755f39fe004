"""Who is in a class on a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from contactbook.classes.models import Enrollment


def enrolled(classroom_id: UUID, on: date) -> Select[UUID]:
    """Children of the classroom on day `on`: a query, to be joined."""
    return select(Enrollment.student_id).where(Enrollment.classroom_id == classroom_id, holds(on))


def holds(on: date) -> ColumnElement[bool]:
    """Whether an enrollment holds on day `on`; its `valid_to` is the first day it does not."""
    return and_(
        Enrollment.valid_from <= on,
        or_(Enrollment.valid_to.is_(None), Enrollment.valid_to > on),
    )
