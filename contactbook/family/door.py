"""Who stands before her own page: a visit's cookie, and a code before more than today is shown.

What is not hers does not exist: a child of another family and an unknown id are the same "no such
page". From here on the transaction sees her school, and of its families hers only.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import school_day
from contactbook.errors import ContactbookError, NotFound
from contactbook.people import audit, authority
from contactbook.people.authority import Right
from contactbook.people.family_access import Parent, visiting
from contactbook.people.models import School, Student
from contactbook.web.deps import PartsDep, SessionDep, StalePage, Typed, anybodys_form, own_path
from contactbook.web.templating import language

COOKIE = "contactbook-family"
HOME = "/family/"


class LinkNeeded(ContactbookError):
    """No visit, or it is over: she asks for a new link."""


class CodeNeeded(ContactbookError):
    """More than today is behind this door."""

    def __init__(self, back: str) -> None:
        super().__init__("")
        self.back = back


def cookie_name(*, secure: bool) -> str:
    """With HTTPS the browser itself guards that only this host set it."""
    return f"__Host-{COOKIE}" if secure else COOKIE


ENTER = text(
    "SELECT set_config('contactbook.school_id', :school, true),"
    " set_config('contactbook.staff_id', '', true),"
    " set_config('contactbook.guardian_id', :guardian, true)"
)


def enter_family(session: Session, school_id: UUID, guardian_id: UUID) -> None:
    """From here on the transaction sees this guardian's own rows, and her children's."""
    session.execute(text("SET LOCAL ROLE contactbook_school"))
    session.execute(ENTER, {"school": str(school_id), "guardian": str(guardian_id)})


def parent_of(request: Request, session: SessionDep, parts: PartsDep) -> Parent:
    token = request.cookies.get(cookie_name(secure=parts.settings.secure_cookies), "")
    parent = visiting(session, token, parts.now()) if token else None
    if parent is None:
        raise LinkNeeded
    enter_family(session, parent.school_id, parent.guardian_id)
    return parent


ParentDep = Annotated[Parent, Depends(parent_of)]


def proven_parent(request: Request, parent: ParentDep) -> Parent:
    if not parent.proven:
        query = f"?{request.url.query}" if request.url.query else ""
        raise CodeNeeded(request.url.path + query if request.method == "GET" else HOME)
    return parent


ProvenDep = Annotated[Parent, Depends(proven_parent)]


async def parents_form(request: Request, parent: ParentDep) -> Typed:
    """A form whose sender saw our page: its token is the visit's."""
    typed = await anybodys_form(request)
    if not secrets.compare_digest(typed.text("csrf_token").encode(), parent.csrf.encode()):
        raise StalePage
    return typed


ParentsFormDep = Annotated[Typed, Depends(parents_form)]


@dataclass(frozen=True)
class FamilyPage:
    """How an endpoint answers with a page; `now` is one moment for the whole request."""

    templates: Environment
    parent: Parent
    school: School
    now: datetime

    @property
    def today(self) -> date:
        return school_day(self.now)

    def show(self, name: str, *, status: int = HTTPStatus.OK, **context: object) -> HTMLResponse:
        school = {"name": self.school.name, "phone": self.school.phone}
        page = self.templates.get_template(f"family/{name}").render(
            language=language(), csrf_token=self.parent.csrf, me=None,
            parent={"name": self.parent.full_name, "proven": self.parent.proven}, school=school,
            **{"flash": None, **context},
        )  # fmt: skip
        return HTMLResponse(page, status_code=status)

    def written(self, session: Session, action: str, about: UUID | None, **facts: object) -> None:
        """Write down what she read, exported or changed; no member of staff did it."""
        audit.note(
            session,
            action,
            actor_id=None,
            school_id=self.parent.school_id,
            subject_id=about,
            now=self.now,
            sealed=None,
            guardian=str(self.parent.guardian_id),
            **facts,
        )


def page_of(
    request: Request, parent: ParentDep, session: SessionDep, parts: PartsDep
) -> FamilyPage:
    school = session.get_one(School, parent.school_id)
    return FamilyPage(request.app.state.templates, parent, school, parts.now())


FamilyPageDep = Annotated[FamilyPage, Depends(page_of)]


def child_of(
    student_id: UUID, parent: ProvenDep, session: SessionDep, page: FamilyPageDep
) -> Student:
    allowed = authority.guardian_may(
        session, parent.guardian_id, Right.READS, student_id=student_id, on=page.today
    )
    child = session.get(Student, student_id) if allowed else None
    if child is None:
        raise NotFound
    return child


ChildDep = Annotated[Student, Depends(child_of)]


def ask_for_a_link(request: Request, _error: Exception) -> Response:
    """Nobody is told whether the address was ever a good one."""
    template = request.app.state.templates.get_template("family/no_link.html")
    page = template.render(language=language(), csrf_token="", me=None, flash=None)
    return HTMLResponse(page, status_code=HTTPStatus.UNAUTHORIZED)


def ask_for_a_code(_request: Request, error: Exception) -> Response:
    back = error.back if isinstance(error, CodeNeeded) else HOME
    return RedirectResponse(f"/family/code?next={quote(back)}", HTTPStatus.SEE_OTHER)


def own_way(path: str) -> str:
    """A page of hers, or her first one."""
    return path if own_path(path) and path.startswith(HOME) else HOME
