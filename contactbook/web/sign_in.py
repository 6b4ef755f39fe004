"""The door for staff: name and password in, a session's cookie out."""

import secrets
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.errors import Invalid
from contactbook.parts import Parts
from contactbook.people import accounts
from contactbook.web.deps import (
    AnyFormDep,
    FormDep,
    PartsDep,
    SessionDep,
    StaffDep,
    Typed,
    cookie_name,
    own_path,
)
from contactbook.web.templating import language
from contactbook.words import gettext as _

router = APIRouter()
HOME = "/teacher/"
DOOR = "contactbook-door"  # the sign-in form's own token: there is no session to keep it yet


def door_cookie(parts: Parts) -> str:
    """With HTTPS nobody but this host can set it: not a neighbour under the same domain."""
    return f"__Host-{DOOR}" if parts.settings.secure_cookies else DOOR


@router.get("/")
def door(
    request: Request,
    session: SessionDep,
    parts: PartsDep,
    next: str = "",  # noqa: A002 the field's name in the address
    ended: str = "",
) -> Response:
    token = request.cookies.get(cookie_name(secure=parts.settings.secure_cookies), "")
    if token and accounts.signed_in(session, token, parts.now()):
        return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    typed = {"username": "", "next": next if own_path(next) else ""}
    return shown(request, parts, typed, ended=bool(ended))


@router.post("/")
def enter(request: Request, form: AnyFormDep, session: SessionDep, parts: PartsDep) -> Response:
    typed = {"username": form.text("username")[:100], "next": form.text("next")}
    given, kept = form.text("csrf_token"), request.cookies.get(door_cookie(parts), "")
    if not kept or not secrets.compare_digest(given.encode(), kept.encode()):
        sentence = _("This page had been open for too long. Please sign in once more.")
        return shown(request, parts, typed, {"form": sentence}, HTTPStatus.FORBIDDEN)
    try:
        token = tried(session, form, request, parts)
    except Invalid as refused:
        return shown(request, parts, typed, refused.faults, HTTPStatus.TOO_MANY_REQUESTS)
    if token is None:
        sentence = _("The name or the password is not right.")
        return shown(request, parts, typed, {"form": sentence}, HTTPStatus.UNPROCESSABLE_ENTITY)
    return admitted(token, typed["next"], parts)


def tried(session: Session, form: Typed, request: Request, parts: Parts) -> str | None:
    password = form.fields.get("password")
    # tries on one name queue up: at once, each would be counted before the others are
    name = form.text("username").lower()[:100]
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))
    return accounts.sign_in(
        session,
        form.text("username"),
        password if isinstance(password, str) else "",
        address=request.client.host if request.client else "",
        secret=parts.settings.secret_key.get_secret_value().encode(),
        life=parts.settings.session_life,
        now=parts.now(),
    )


def admitted(token: str, back: str, parts: Parts) -> Response:
    secure = parts.settings.secure_cookies
    answer = RedirectResponse(back if own_path(back) else HOME, HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        cookie_name(secure=secure),
        token,
        max_age=int(parts.settings.session_life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
    )
    answer.delete_cookie(door_cookie(parts), secure=secure, httponly=True)
    return answer


def shown(
    request: Request,
    parts: Parts,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
    *,
    ended: bool = False,
) -> Response:
    token = request.cookies.get(door_cookie(parts)) or secrets.token_urlsafe(24)
    template = request.app.state.templates.get_template("web/sign_in.html")
    page = template.render(
        language=language(),
        csrf_token=token,
        me=None,
        flash=None,
        form=typed,
        errors=errors or {},
        ended=ended,
        wait_minutes=None,
    )
    answer = HTMLResponse(page, status_code=status)
    secure = parts.settings.secure_cookies
    answer.set_cookie(door_cookie(parts), token, httponly=True, samesite="lax", secure=secure)
    return answer


@router.post("/sign-out")
def leave(form: FormDep, who: StaffDep, session: SessionDep, parts: PartsDep) -> Response:  # noqa: ARG001 the form's token is what is asked
    accounts.sign_out(session, who.session_id, parts.now())
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    secure = parts.settings.secure_cookies
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True)
    return answer
