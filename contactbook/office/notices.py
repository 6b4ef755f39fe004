"""The school's notices: written, looked at as they arrive, sent; the letter's first function."""

import re
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Classroom, Enrollment
from contactbook.clock import VIETNAM, local
from contactbook.delivery.message import Words, compose
from contactbook.delivery.plan import leaves_at
from contactbook.delivery.reading import Attachment, example
from contactbook.errors import Conflict, Invalid
from contactbook.office import files
from contactbook.office.door import Office, OfficeDep
from contactbook.office.files import FileFormDep
from contactbook.office.speakers import manners, speakers
from contactbook.parts import Parts
from contactbook.people.models import Student
from contactbook.ports.channel import Channel
from contactbook.updates import notices
from contactbook.updates.notice_models import Notice, Whom
from contactbook.updates.notice_words import notice_words
from contactbook.updates.notices import NoticeDraft
from contactbook.updates.progress import Line, progress
from contactbook.web.deps import Page, PageDep, PartsDep, SessionDep, Typed, as_uuid
from contactbook.web.states import reason
from contactbook.words import gettext as _

router = APIRouter(prefix="/office/notices")
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
SHOWN = 50
EMPTY = FormData()


@dataclass(frozen=True)
class NoticeForm:
    """As it was typed; whom it is for is not chosen in advance: nobody is woken by mistake."""

    subject: str
    body: str
    whom: str
    classes: frozenset[UUID]
    children: frozenset[UUID]
    urgent: bool
    confirm: bool
    later: str  # "2026-11-25T07:30" on the school's wall clock; "" now
    attachment_id: UUID | None
    key: str

    def draft(self, office: Office) -> NoticeDraft:
        whom = Whom(self.whom) if self.whom in list(Whom) else None
        chosen = {Whom.CLASSES: self.classes, Whom.FAMILIES: self.children}
        return NoticeDraft(
            school_id=office.school.id,
            author_id=office.staff_id,
            key=self.key,
            subject=self.subject,
            body=self.body,
            whom=whom,
            chosen=chosen.get(whom, frozenset()) if whom else frozenset(),
            urgent=self.urgent,
            wants_confirmation=self.confirm,
            leave_at=moment(self.later),
            attachment_id=self.attachment_id,
        )

    def faults(self) -> dict[str, str]:
        faults = {}
        if self.later and moment(self.later) is None:
            faults["leave_at"] = _("This is no date and time. Please choose it once more.")
        if not KEY.fullmatch(self.key):
            faults["publish"] = _("This form is not whole. Please open it again and send.")
        return faults


def moment(typed: str) -> datetime | None:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=VIETNAM) if typed else None
    except ValueError:
        return None


def read_form(form: Typed, attachment_id: UUID | None) -> NoticeForm:
    return NoticeForm(
        subject=form.text("subject"),
        body=form.lines("body"),
        whom=form.text("whom"),
        classes=frozenset(form.ids("classroom")),
        children=frozenset(form.ids("child")),
        urgent=form.text("urgency") == "urgent",
        confirm=form.text("confirm") == "yes",
        later=form.text("leave_at"),
        attachment_id=attachment_id,
        key=form.text("idempotency_key"),
    )


@router.get("")
def everything(office: OfficeDep, session: SessionDep, page: PageDep) -> Response:
    rows = notices.latest(session, office.school.id, most=SHOWN)
    return page.show("office/notices.html", rows=[card(*row, page.now) for row in rows])


def card(made: Any, notice: Notice, now: datetime) -> dict[str, Any]:  # noqa: ANN401 an Update
    later = made.due_at > now and not made.recalled_at
    return {
        "id": made.id,
        "subject": notice.subject,
        "at": local(made.due_at if later else made.published_at),
        "urgent": made.urgent,
        "state": "recalled" if made.recalled_at else "waiting" if later else "sent",
        "wants_confirmation": notice.wants_confirmation,
    }


@router.get("/new")
def blank(office: OfficeDep, session: SessionDep, page: PageDep) -> Response:
    typed = read_form(Typed(fields=EMPTY), None)
    return sheet(session, office, page, typed)


@router.post("/new")
def write(
    form: FileFormDep, office: OfficeDep, session: SessionDep, parts: PartsDep, page: PageDep
) -> Response:
    """Three steps by one form: written, looked at, sent."""
    kept, faults = as_uuid(form.text("attachment")), dict[str, str]()
    try:
        kept = files.keep(session, office, form, page) or kept
    except Invalid as not_taken:
        faults |= not_taken.faults
    if form.text("remove_file"):
        kept = None
    typed, step = read_form(form, own_file(session, office, kept)), form.text("step")
    if step == "edit":
        return sheet(session, office, page, typed)
    draft = typed.draft(office)
    faults |= notices.check(session, draft, page.now) | typed.faults()
    if faults:
        return sheet(session, office, page, typed, faults)
    if step != "send":
        return look_again(session, office, page, parts, typed)
    usual = manners(parts, office.school.id)
    try:
        with session.begin_nested():  # what was begun for nothing is undone, the page still shown
            made = notices.publish(session, parts.entitlements, draft, usual, now=page.now)
    except Invalid as other:
        return sheet(session, office, page, typed, other.faults)
    except Conflict as other:
        return sheet(session, office, page, typed, {"publish": str(other)})
    return RedirectResponse(f"/office/notices/{made.id}", HTTPStatus.SEE_OTHER)


def own_file(session: Session, office: Office, kept: UUID | None) -> UUID | None:
    """The file that this person has put aside herself."""
    file = session.get(Attachment, kept) if kept else None
    return file.id if file and file.staff_id == office.staff_id else None


def sheet(
    session: Session,
    office: Office,
    page: Page,
    typed: NoticeForm,
    errors: Mapping[str, str] | None = None,
) -> Response:
    file = session.get(Attachment, typed.attachment_id) if typed.attachment_id else None
    return page.show(
        "office/notice_form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        form=typed,
        rooms=rooms(session, office, page, typed),
        file={"id": file.id, "name": file.name} if file else None,
        idempotency_key=secrets.token_urlsafe(16) if errors or not typed.key else typed.key,
        errors=errors or {},
        most={"subject": notices.MOST_SUBJECT, "body": notices.MOST_BODY},
        soonest=f"{local(page.now):%Y-%m-%dT%H:%M}",
    )


def rooms(session: Session, office: Office, page: Page, typed: NoticeForm) -> list[dict[str, Any]]:
    """The classes that have children today, each with those children."""
    rows = session.execute(
        select(Classroom, Student)
        .join(Enrollment, Enrollment.classroom_id == Classroom.id)
        .join(Student, Student.id == Enrollment.student_id)
        .where(Classroom.school_id == office.school.id, holds(page.today))
        .order_by(Classroom.name, Classroom.id, Student.sort_key, Student.id)
    ).all()
    shown: dict[UUID, dict[str, Any]] = {}
    for room, child in rows:
        entry = shown.setdefault(
            room.id,
            {"id": room.id, "name": room.name, "ticked": room.id in typed.classes, "children": []},
        )
        ticked = child.id in typed.children
        entry["children"].append({"id": child.id, "name": child.full_name, "ticked": ticked})
    return list(shown.values())


def look_again(
    session: Session, office: Office, page: Page, parts: Parts, typed: NoticeForm
) -> Response:
    """The words as they leave, whom they reach by which channel, what it costs, who is left out."""
    draft = typed.draft(office)
    try:
        lines, due = tried(session, office, parts, draft, page)
    except Invalid as nobody:
        return sheet(session, office, page, typed, nobody.faults)
    going = Counter(one.channel for one in lines if one.channel)
    said = notices.said(session, draft)
    usual = parts.settings
    leaves = leaves_at(due, usual.quiet_from, usual.quiet_until, urgent=draft.urgent)
    return page.show(
        "office/notice_check.html",
        form=typed,
        people=len(lines),
        reached=going.total(),
        left_out=left_out(lines),
        messages=[
            bubble(words, parts, office, going[words.channel])
            for words in notice_words(said)
            if going[words.channel]
        ],
        leaves_at=local(leaves) if draft.leave_at or leaves > due else None,
        file_name=said.file_name,
        idempotency_key=typed.key,
    )


def tried(
    session: Session, office: Office, parts: Parts, draft: NoticeDraft, page: Page
) -> tuple[list[Line], datetime]:
    """What would become of it: it is published, looked at, and undone, so nothing can differ."""
    attempt = session.begin_nested()
    try:
        made = notices.publish(
            session, parts.entitlements, draft, manners(parts, office.school.id), now=page.now
        )
        return progress(session, made), made.due_at
    finally:
        attempt.rollback()
        session.info.pop("wake", None)


def left_out(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Who would not hear of it, by reason, the most first."""
    tally = Counter(reason(one) for one in lines if one.channel is None)
    return [{"words": words, "count": count} for words, count in tally.most_common()]


def bubble(words: Words, parts: Parts, office: Office, count: int) -> dict[str, Any]:
    """How it looks where it arrives, and what it costs for all whom it reaches there."""
    whole = compose(example(parts.settings, words), words.purposes)
    quote = speakers(parts, office.school.id)[words.channel].quote(whole)
    title, _line, rest = ("", "", quote.text) if words.channel.paid else whole.partition("\n")
    return {
        "channel": words.channel.value,
        "count": count,
        "sender": office.school.name,
        "subject": words.subject if words.channel is Channel.EMAIL else "",
        "title": title,
        "body": rest,
        "units": quote.segments,
        "price": quote.cost_vnd,
        "total": quote.cost_vnd * count,
    }
