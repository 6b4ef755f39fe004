"""A code to her own phone, or her PIN, before more than today is shown; and setting that PIN."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.responses import Response

from contactbook.delivery import sms_notes
from contactbook.errors import Invalid
from contactbook.family.door import (
    HOME,
    FamilyPage,
    FamilyPageDep,
    ParentDep,
    ParentsFormDep,
    ProvenDep,
    own_way,
)
from contactbook.parts import Parts
from contactbook.people import family_access
from contactbook.people.family_access import CODE_LIFE, Parent, Road
from contactbook.people.models import School
from contactbook.ports.channel import Channel, ChannelAdapter, OutcomeUnknown, Outgoing, SendFailed
from contactbook.web.deps import PartsDep, SessionDep
from contactbook.words import gettext as _

log = structlog.get_logger()
router = APIRouter(prefix="/family")
MINUTES = int(CODE_LIFE.total_seconds() // 60)


def secret_of(parts: Parts) -> bytes:
    return parts.settings.secret_key.get_secret_value().encode()


@router.get("/code")
def ask(
    session: SessionDep,
    parent: ParentDep,
    page: FamilyPageDep,
    next: str = "",  # noqa: A002 the field's name in the address
    sent: str = "",
) -> Response:
    return shown(session, parent, page, next, sent=bool(sent))


def shown(
    session: Session,
    parent: Parent,
    page: FamilyPage,
    back: str,
    *,
    sent: bool = False,
    errors: dict[str, str] | None = None,
) -> Response:
    roads = family_access.roads(session, parent.guardian_id)
    return page.show(
        "code.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        back=own_way(back),
        sent=sent,
        channel=roads[0].channel.value if roads else None,
        has_pin=family_access.has_pin(session, parent.guardian_id),
        minutes=MINUTES,
        errors=errors or {},
    )


@router.post("/code/send")
def send(
    form: ParentsFormDep,
    session: SessionDep,
    parent: ParentDep,
    page: FamilyPageDep,
    parts: PartsDep,
) -> Response:
    back = own_way(form.text("next"))
    roads = family_access.roads(session, parent.guardian_id)
    if not roads:
        return shown(session, parent, page, back)
    try:
        code = family_access.new_code(session, parent, secret_of(parts), page.now)
    except Invalid as refused:
        return shown(session, parent, page, back, errors=refused.faults)
    page.written(session, "family.code_sent", parent.guardian_id)
    letters = [letter(page.school, road, code) for road in roads]
    after = BackgroundTask(leave, parts, parent.school_id, letters)  # no transaction is open then
    there = f"/family/code?sent=yes&next={back}"
    return RedirectResponse(there, HTTPStatus.SEE_OTHER, background=after)


def letter(school: School, road: Road, code: str) -> tuple[Channel, Outgoing]:
    """A registered text by SMS; elsewhere the same in good Vietnamese. It names no child."""
    if road.channel is Channel.SMS:
        body = sms_notes.code(school=school.sms_name, code=code, minutes=MINUTES)
    else:
        text = _("{school}: the code for the family's page is {code}, for {minutes} minutes. "
                 "Please give it to nobody, the school never asks for it.")  # fmt: skip
        body = text.format(school=school.name, code=code, minutes=MINUTES)
    return road.channel, Outgoing(
        reference=uuid4(),
        address=road.address,
        body=body,
        subject=_("A code for your page"),
        sender_name=school.name,
        urgent=True,  # she is waiting for it
        template="code" if road.channel is Channel.SMS else "",
    )


def leave(parts: Parts, school_id: UUID, letters: Sequence[tuple[Channel, Outgoing]]) -> None:
    tries = [
        (account.adapter, message)
        for channel, message in letters
        for account in parts.accounts.of_school(school_id, channel)
    ]
    parts.loop.start(first_that_takes(tries))


async def first_that_takes(tries: Sequence[tuple[ChannelAdapter, Outgoing]]) -> None:
    """Her first road that takes it. Best effort: a code that does not come is asked for again."""
    for adapter, message in tries:
        try:
            await adapter.send(message)
        except OutcomeUnknown:  # it may have arrived: two codes in two places help nobody
            return
        except SendFailed as why:
            kind = type(why).__name__
            log.warning("a family's code did not leave", channel=adapter.channel, why=kind)
        else:
            return


@router.post("/code")
def prove(
    form: ParentsFormDep,
    session: SessionDep,
    parent: ParentDep,
    page: FamilyPageDep,
    parts: PartsDep,
) -> Response:
    back = own_way(form.text("next"))
    typed = "".join(form.text("code").split())[:12]
    try:
        right = family_access.prove(session, parent, typed, secret_of(parts), page.now)
    except Invalid as refused:
        return shown(session, parent, page, back, sent=True, errors=refused.faults)
    if not right:
        wrong = {"code": _("That code is not right, or it is too old.")}
        return shown(session, parent, page, back, sent=True, errors=wrong)
    page.written(session, "family.proven", parent.guardian_id)
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)


@router.get("/pin")
def pin(session: SessionDep, parent: ProvenDep, page: FamilyPageDep) -> Response:
    return pin_page(session, parent, page)


def pin_page(
    session: Session, parent: Parent, page: FamilyPage, errors: dict[str, str] | None = None
) -> Response:
    return page.show(
        "pin.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        has_pin=family_access.has_pin(session, parent.guardian_id),
        errors=errors or {},
    )


@router.post("/pin")
def set_pin(
    form: ParentsFormDep, session: SessionDep, parent: ProvenDep, page: FamilyPageDep
) -> Response:
    if form.text("deed") == "drop":
        family_access.drop_pin(session, parent)
        page.written(session, "family.pin_dropped", parent.guardian_id)
        return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
    try:
        family_access.set_pin(session, parent, form.text("pin"), page.now)
    except Invalid as refused:
        return pin_page(session, parent, page, refused.faults)
    page.written(session, "family.pin_set", parent.guardian_id)
    return RedirectResponse(HOME, HTTPStatus.SEE_OTHER)
