"""Whether a guardian may ask for something about a child, on every day it is about."""

from datetime import date
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Enrollment
from contactbook.errors import NotAllowed, NotFound
from contactbook.people.models import Guardianship
from contactbook.words import gettext as _


def check(
    session: Session,
    *,
    school_id: UUID,
    student_id: UUID,
    guardian_id: UUID,
    today: date,
    until: date,
    decides: bool = False,
) -> None:
    """Raises NotFound for a child that is not hers today or not here; NotAllowed without the right.

    The right must hold today and still on `until`. Nothing is told of a child she may not read.
    """
    tie = session.scalars(
        select(Guardianship).where(
            Guardianship.school_id == school_id,
            Guardianship.student_id == student_id,
            Guardianship.guardian_id == guardian_id,
            Guardianship.reads,
            Guardianship.restricted.is_(False),
            Guardianship.valid_from <= today,
            or_(Guardianship.valid_to.is_(None), Guardianship.valid_to > today),
        )
    ).first()
    if tie is None or not here(session, student_id, today):
        raise NotFound(_("We know of no such child of yours here."))
    if decides and not tie.decides:
        raise NotAllowed(_("Only who decides for the child may ask this. Please call the school."))
    if tie.valid_to is not None and tie.valid_to <= until:
        raise NotAllowed(
            _("Your right for this child ends before that day. Please call the school.")
        )


def here(session: Session, student_id: UUID, on: date) -> bool:
    """Whether the child is in a class of the school."""
    placed = select(Enrollment.id).where(and_(Enrollment.student_id == student_id, holds(on)))
    return session.scalars(placed).first() is not None
