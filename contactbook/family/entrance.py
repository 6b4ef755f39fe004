"""In by a link, out by a button. To look changes nothing: previews open every address."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from contactbook.family.door import (
    HOME,
    FamilyPageDep,
    ParentDep,
    ParentsFormDep,
    cookie_name,
)
from contactbook.people import family_access
from contactbook.people.family_access import VISIT_LIFE
from contactbook.web.deps import PartsDep, SessionDep
from contactbook.web.templating import language

router = APIRouter(prefix="/family")


@router.get("/o/{token}")
def look(token: str, request: Request, session: SessionDep, parts: PartsDep) -> Response:
    """A button; in the browser whose visit still lasts, straight to the page."""
    kept = request.cookies.get(cookie_name(secure=parts.settings.secure_cookies), "")
    visit = family_access.visiting(session, kept, parts.now()) if kept else None
    if visit and family_access.is_hers(session, token, visit):
        return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    template = request.app.state.templates.get_template("family/open.html")
    return HTMLResponse(template.render(language=language(), csrf_token="", me=None, flash=None))


@router.post("/o/{token}")
def enter(token: str, session: SessionDep, parts: PartsDep) -> Response:
    kept = family_access.open_visit(session, token, parts.now())
    secure = parts.settings.secure_cookies
    answer = RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        cookie_name(secure=secure), kept, max_age=int(VISIT_LIFE.total_seconds()), httponly=True,
        samesite="lax", secure=secure,
    )  # fmt: skip
    return answer


@router.post("/close")
def close(
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    parent: ParentDep,
    page: FamilyPageDep,
    session: SessionDep,
    parts: PartsDep,
) -> Response:
    family_access.close(session, parent.visit_id, page.now)
    secure = parts.settings.secure_cookies
    answer = RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True)
    return answer
