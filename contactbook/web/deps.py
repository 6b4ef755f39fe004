"""What a page may ask for: the parts, one transaction, who is signed in, a form, a way to answer.

A page of staff runs as the database role of its school (docs/decisions/0005): a forgotten question
of who may see what shows nothing of another school.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, cast
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlalchemy import text
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from contactbook.clock import school_day
from contactbook.db import transaction
from contactbook.errors import ContactbookError, NotAllowed
from contactbook.parts import Parts
from contactbook.people.accounts import SignedIn, signed_in
from contactbook.web.templating import language

COOKIE = "contactbook"


class SignInFirst(ContactbookError):
    """Nobody is signed in; `back` is where she wanted to go, `ended` whether she was before."""

    def __init__(self, back: str, *, ended: bool) -> None:
        super().__init__("")
        self.back, self.ended = back, ended


class StalePage(NotAllowed):
    """A form of another session: she has signed in anew since this page was made."""


def cookie_name(*, secure: bool) -> str:
    """With HTTPS the browser itself guards that only this host set it."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def parts_of(request: Request) -> Parts:
    return cast("Parts", request.app.state.parts)


PartsDep = Annotated[Parts, Depends(parts_of)]


def _session(parts: PartsDep) -> Iterator[Session]:
    with transaction(parts.sessions) as session:
        yield session


# scope="function": by default the browser is told "saved" before the commit, which may still fail
SessionDep = Annotated[Session, Depends(_session, scope="function")]


def staff_of(request: Request, session: SessionDep, parts: PartsDep) -> SignedIn:
    """Who holds the cookie; from here on the transaction sees her school only."""
    token = request.cookies.get(cookie_name(secure=parts.settings.secure_cookies), "")
    who = signed_in(session, token, parts.now()) if token else None
    if who is None:
        raise sign_in_first(request, token)
    enter_school(session, who.school_id, who.staff_id)
    return who


def sign_in_first(request: Request, token: str) -> SignInFirst:
    """A form leads back to the page it was on.

    A browser drops the cookie when its time is over: a page of ours that she came from tells as
    well that she was signed in.
    """
    page = own_page(request.headers.get("referer", ""), request)
    back = page
    if request.method == "GET":
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return SignInFirst(back, ended=bool(token or page))


def own_page(address: str, request: Request) -> str:
    """The path of a page of staff on this site, "" for any other address."""
    parts = urlsplit(address)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    here = parts.netloc == request.url.netloc and own_path(path)
    return path if here and parts.path != "/" else ""


StaffDep = Annotated[SignedIn, Depends(staff_of)]


ENTER = text(
    "SELECT set_config('contactbook.school_id', :school, true),"
    " set_config('contactbook.staff_id', :staff, true)"
)


def enter_school(session: Session, school_id: UUID | None, staff_id: UUID) -> None:
    """From here on the transaction sees this school, and of sign-ins those of this person."""
    session.execute(text("SET LOCAL ROLE contactbook_school"))
    session.execute(ENTER, {"school": str(school_id or ""), "staff": str(staff_id)})


@dataclass(frozen=True)
class Typed:
    """A form as it came, cleaned: NFC, no control characters, no space around."""

    fields: FormData

    def text(self, name: str) -> str:
        return tidy(self.fields.get(name))

    def lines(self, name: str) -> str:
        """Of a field of several lines: they stay apart, and one empty line between two of them."""
        value = self.fields.get(name)
        typed = value.splitlines() if isinstance(value, str) else []
        return EMPTY_LINES.sub("\n\n", "\n".join(map(tidy, typed))).strip()

    def many(self, name: str) -> list[str]:
        return [tidy(value) for value in self.fields.getlist(name)]

    def ids(self, name: str) -> set[UUID]:
        return {found for one in self.many(name) if (found := as_uuid(one)) is not None}


EMPTY_LINES = re.compile("\n{3,}")


def tidy(value: object) -> str:
    """One line of NFC text; what is no text (a file, say) is nothing."""
    if not isinstance(value, str):
        return ""
    spaced = "".join(
        " " if unicodedata.category(sign) in UNSEEN or sign in TURNERS else sign for sign in value
    )
    return " ".join(unicodedata.normalize("NFC", spaced).split())


# Control signs, surrogates, private ones, line separators. Unassigned ones stay: they are
# the emoji of phones younger than this Python.
UNSEEN = {"Cc", "Cs", "Co", "Zl", "Zp"}
TURNERS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn the lines of others


def as_uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


LONGEST_FIELD = 200_000  # bytes as they come: nine for each letter of Vietnamese


async def anybodys_form(request: Request) -> Typed:
    # read on the loop of everybody: half a second for a megabyte of one field is too long
    form = await request.form(max_files=0, max_fields=400, max_part_size=LONGEST_FIELD)
    return Typed(form)


async def staffs_form(request: Request, who: StaffDep) -> Typed:
    """A form whose sender saw our page: its token is the session's."""
    typed = await anybodys_form(request)
    if not secrets.compare_digest(typed.text("csrf_token").encode(), who.csrf.encode()):
        raise StalePage
    return typed


AnyFormDep = Annotated[Typed, Depends(anybodys_form)]
FormDep = Annotated[Typed, Depends(staffs_form)]


@dataclass(frozen=True)
class Page:
    """How an endpoint answers with a page; `now` is one moment for the whole request."""

    templates: Environment
    who: SignedIn
    now: datetime

    @property
    def today(self) -> date:
        return school_day(self.now)

    def show(self, name: str, *, status: int = 200, **context: object) -> HTMLResponse:
        me = {"name": self.who.full_name}
        return HTMLResponse(
            self.templates.get_template(name).render(
                language=language(), csrf_token=self.who.csrf, me=me, flash=None, **context
            ),
            status_code=status,
        )


def page_of(request: Request, who: StaffDep, parts: PartsDep) -> Page:
    return Page(request.app.state.templates, who, parts.now())


PageDep = Annotated[Page, Depends(page_of)]


def sign_in_address(back: str, *, ended: bool) -> str:
    told = {"next": back if own_path(back) else "", "ended": "yes" if ended else ""}
    asked = {name: value for name, value in told.items() if value}
    return f"/?{urlencode(asked, safe='/', quote_via=quote)}" if asked else "/"


def own_path(path: str) -> bool:
    """Whether `path` leads into this site: two slashes, or a backslash, lead elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return plain and path.startswith("/") and not path.startswith("//")
