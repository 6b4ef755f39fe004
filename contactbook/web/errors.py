"""Errors as pages: a sentence and a next step; a stack trace is for the log."""

import secrets
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contactbook.errors import Conflict, ContactbookError, Invalid, NotAllowed
from contactbook.web.deps import SignInFirst, StalePage, own_page, sign_in_address
from contactbook.web.guard import HEADERS
from contactbook.web.templating import language

log = structlog.get_logger()
ANSWERS: dict[type[ContactbookError], HTTPStatus] = {
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def handle(app: FastAPI) -> None:
    """Let every way of failing end in a page."""
    app.add_exception_handler(SignInFirst, to_the_door)
    app.add_exception_handler(StalePage, made_before)
    app.add_exception_handler(ContactbookError, our_word)
    app.add_exception_handler(RequestValidationError, no_such_address)
    app.add_exception_handler(HTTPException, as_page)
    for away in (OperationalError, InterfaceError, NoConnection):
        app.add_exception_handler(away, database_away)
    app.add_exception_handler(Exception, our_fault)


def error_page(
    request: Request,
    status: int,
    sentence: str = "",
    reference: str = "",
    *,
    stale: bool = False,
    next_url: str = "",
) -> Response:
    template = request.app.state.templates.get_template("web/error.html")
    shown: dict[str, Any] = {
        "status": status,
        "sentence": sentence or None,
        "next_url": next_url or None,
        "stale": stale,
        "family": request.url.path.startswith("/family"),
        "reference": reference or None,
    }
    page = template.render(language=language(), csrf_token="", me=None, flash=None, **shown)
    return HTMLResponse(page, status_code=status)


def to_the_door(_request: Request, error: Exception) -> Response:
    first = error if isinstance(error, SignInFirst) else SignInFirst("", ended=False)
    address = sign_in_address(first.back, ended=first.ended)
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


def made_before(request: Request, _error: Exception) -> Response:
    """She may do this; her page is too old to say so. It is loaded anew from where it was."""
    again = own_page(request.headers.get("referer", ""), request)
    return error_page(request, HTTPStatus.FORBIDDEN, stale=True, next_url=again)


def our_word(request: Request, error: Exception) -> Response:
    status = next((ANSWERS[kind] for kind in ANSWERS if isinstance(error, kind)), 404)
    return error_page(request, int(status), str(error))


def no_such_address(request: Request, _error: Exception) -> Response:
    return error_page(request, HTTPStatus.NOT_FOUND)


def as_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    page = error_page(request, status)
    if isinstance(error, HTTPException) and error.headers:
        page.headers.update(error.headers)  # which methods a door takes, say
    return page


def database_away(request: Request, error: Exception) -> Response:
    log.warning("database away", method=request.method, why=type(error).__name__)
    return error_page(request, HTTPStatus.SERVICE_UNAVAILABLE)


def our_fault(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("page failed", reference=reference, why=type(error).__name__, exc_info=error)
    page = error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, reference=reference)
    page.headers.update(HEADERS)  # this answer is made outside of the guard
    return page
