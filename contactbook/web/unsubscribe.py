"""The address in every letter that ends e-mail in one click (RFC 8058).

A mail program posts `List-Unsubscribe=One-Click` without cookies and wants an empty answer; a
person gets a page with a button. To look changes nothing: scanners open every address in a letter.
"""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from contactbook.delivery import unsubscribe
from contactbook.web.deps import AnyFormDep, PartsDep, SessionDep
from contactbook.web.templating import language

router = APIRouter(prefix="/u")


@router.get("/{token}")
def ask(token: str, request: Request, session: SessionDep) -> Response:
    guardian = unsubscribe.whose(session, token)
    return page(request, school=unsubscribe.school_of(session, guardian), done=False)


@router.post("/{token}")
def end(
    token: str, request: Request, form: AnyFormDep, session: SessionDep, parts: PartsDep
) -> Response:
    guardian = unsubscribe.whose(session, token)
    unsubscribe.withdraw(session, parts.entitlements, guardian, now=parts.now())
    if form.text("List-Unsubscribe"):
        return Response()
    return page(request, school=unsubscribe.school_of(session, guardian), done=True)


def page(request: Request, *, school: str, done: bool) -> Response:
    template = request.app.state.templates.get_template("web/unsubscribe.html")
    shown = {"school": school, "done": done}
    return HTMLResponse(
        template.render(language=language(), csrf_token="", me=None, flash=None, **shown)
    )
