"""Who stands in which office: one question for every page, asked of `people.authority`.

An office that is not yours does not exist, and neither does what belongs to another school.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.orm import Session

from contactbook.errors import NotFound
from contactbook.people import audit, authority
from contactbook.people.authority import Deed
from contactbook.people.models import School
from contactbook.updates.models import Update
from contactbook.updates.notice_models import Notice
from contactbook.web.deps import Page, PageDep, SessionDep, StaffDep


@dataclass(frozen=True)
class Office:
    """The school that the person before us may run; or of which she may see the accounts."""

    school: School
    staff_id: UUID
    runs: bool

    def note(self, session: Session, action: str, subject_id: UUID, page: Page) -> None:
        """Write down who did what here."""
        audit.note(
            session,
            action,
            actor_id=self.staff_id,
            school_id=self.school.id,
            subject_id=subject_id,
            now=page.now,
        )


def anteroom_of(session: SessionDep, who: StaffDep, page: PageDep) -> Office:
    """For the principal, and the accountant, who keeps the money."""
    if who.school_id is None:
        raise NotFound
    may = {
        deed: authority.may(session, who.staff_id, deed, school_id=who.school_id, on=page.today)
        for deed in (Deed.RUN_SCHOOL, Deed.KEEP_MONEY)
    }
    if not any(may.values()):
        raise NotFound
    school = session.get_one(School, who.school_id)
    return Office(school, who.staff_id, runs=may[Deed.RUN_SCHOOL])


AnteroomDep = Annotated[Office, Depends(anteroom_of)]


def office_of(office: AnteroomDep) -> Office:
    """For the principal alone."""
    if not office.runs:
        raise NotFound
    return office


OfficeDep = Annotated[Office, Depends(office_of)]


@dataclass(frozen=True)
class Sent:
    """A notice of this school."""

    update: Update
    notice: Notice

    @property
    def address(self) -> str:
        return f"/office/notices/{self.update.id}"


def notice_of(update_id: UUID, office: OfficeDep, session: SessionDep) -> Sent:
    made, notice = session.get(Update, update_id), session.get(Notice, update_id)
    if made is None or notice is None or notice.school_id != office.school.id:
        raise NotFound
    return Sent(made, notice)


SentDep = Annotated[Sent, Depends(notice_of)]
