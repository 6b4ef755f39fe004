"""A notice on its reader's own page: the words, the file, and "read and confirmed" by one tap.

To look confirms nothing: scanners and previews open every address in a message.
"""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from contactbook.clock import local
from contactbook.errors import NotFound
from contactbook.updates import confirming
from contactbook.updates.confirming import Reading
from contactbook.web.deps import AnyFormDep, PartsDep, SessionDep
from contactbook.web.templating import language

router = APIRouter(prefix="/n")


@router.get("/{token}")
def read(token: str, request: Request, session: SessionDep, parts: PartsDep) -> Response:
    return page(request, token, confirming.read(session, token, parts.now()))


@router.post("/{token}")
def confirm(token: str, _form: AnyFormDep, session: SessionDep, parts: PartsDep) -> Response:
    confirming.confirm(session, token, parts.now())
    return RedirectResponse(f"/n/{token}", HTTPStatus.SEE_OTHER)


@router.get("/{token}/file")
def file(token: str, session: SessionDep, parts: PartsDep) -> Response:
    found = confirming.read(session, token, parts.now()).file
    if found is None:
        raise NotFound
    return Response(found.data, media_type=found.media_type)


def page(request: Request, token: str, found: Reading) -> Response:
    template = request.app.state.templates.get_template("family/notice.html")
    shown = {
        "token": token,
        "school": {"name": found.school.name, "phone": found.school.phone},
        "notice": {
            "subject": found.notice.subject,
            "body": found.notice.body,
            "urgent": found.update.urgent,
            "at": local(found.update.due_at),
            "wants_confirmation": found.notice.wants_confirmation,
        },
        "file": {"name": found.file.name, "picture": found.file.media_type.startswith("image/")}
        if found.file
        else None,
        "confirmed": when(found.link.confirmed_at),
    }
    return HTMLResponse(
        template.render(language=language(), csrf_token="", me=None, flash=None, **shown)
    )


def when(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None
