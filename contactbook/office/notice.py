"""One notice after it was sent: who has it, who has confirmed, and once more to whom it failed."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.models import Classroom
from contactbook.clock import local
from contactbook.delivery import lanes, outbox
from contactbook.delivery.reading import Attachment
from contactbook.delivery.status import Status
from contactbook.errors import Conflict, NotFound
from contactbook.office.door import OfficeDep, Sent, SentDep
from contactbook.people.models import Student
from contactbook.updates.confirming import confirmed
from contactbook.updates.notice_models import Whom
from contactbook.updates.progress import Line, progress
from contactbook.updates.recall import recall
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, as_uuid
from contactbook.web.states import counts, oddness, row
from contactbook.words import gettext as _
from contactbook.words import ngettext

router = APIRouter(prefix="/office/notices/{update_id}")
OPEN, DONE = "open", "done"  # who has not confirmed, who has


@router.get("")
def whole(
    sent: SentDep, office: OfficeDep, session: SessionDep, page: PageDep, show: str = ""
) -> Response:
    office.note(session, "notice.read", sent.update.id, page)
    return page.show("office/notice.html", **shown(session, sent, page, show))


@router.post("/undo")
def undo(
    _form: FormDep, sent: SentDep, session: SessionDep, office: OfficeDep, page: PageDep
) -> Response:
    recall(session, update_id=sent.update.id, staff_id=office.staff_id, now=page.now)
    return RedirectResponse(sent.address, HTTPStatus.SEE_OTHER)


@router.post("/again")
def again(
    form: FormDep, sent: SentDep, session: SessionDep, office: OfficeDep, page: PageDep
) -> Response:
    """A person's word: once more to one, or to all for whom it failed.

    One that may have arrived goes again only by itself, and after a second word.
    """
    lines = progress(session, sent.update)
    for line in named(lines, form.text("delivery"), sure=form.text("sure") == "yes"):
        if outbox.send_again(
            session, delivery_id=line.delivery_id, update_id=sent.update.id, now=page.now
        ):
            office.note(session, "delivery.sent_again", line.delivery_id, page)
    return RedirectResponse(sent.address, HTTPStatus.SEE_OTHER)


def named(lines: Sequence[Line], wanted: str, *, sure: bool) -> list[Line]:
    if wanted == "failed":
        return [line for line in lines if line.status is Status.FAILED]
    one = next((line for line in lines if line.delivery_id == as_uuid(wanted)), None)
    if one is None:
        raise NotFound
    if one.status is Status.UNKNOWN and not sure:
        raise Conflict(_("The family may have it already and would read it twice."))
    return [one]


@router.get("/file")
def file(sent: SentDep, session: SessionDep) -> Response:
    found = session.scalars(
        select(Attachment).where(Attachment.update_id == sent.update.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return Response(found.data, media_type=found.media_type)


def shown(session: Session, sent: Sent, page: Page, show: str) -> dict[str, Any]:
    made, lines = sent.update, progress(session, sent.update)
    said = confirmed(session, made.id)
    tally = counts(lines)
    attached = session.scalars(
        select(Attachment.name).where(Attachment.update_id == made.id)
    ).one_or_none()
    return {
        "notice": {
            "id": made.id,
            "subject": sent.notice.subject,
            "body": sent.notice.body,
            "urgent": made.urgent,
            "whom": whom(session, sent),
            "at": local(made.published_at),
            "wants_confirmation": sent.notice.wants_confirmation,
            "file": attached or "",
        },
        **waits(made.due_at, page.now, recalled=made.recalled_at is not None),
        "nothing_leaves": lanes.worker_absent(session, page.now),
        "done": all(line.ended for line in lines),
        "counts": tally,
        "confirmed": sum(one.guardian_id in said for one in lines),
        "show": show if show in (OPEN, DONE) else "",
        "rows": [
            {**row(one), "confirmed": when(said.get(one.guardian_id))}
            for one in sorted(lines, key=lambda one: oddness(row(one)))
            if (show == OPEN) <= (one.guardian_id not in said)
            and (show == DONE) <= (one.guardian_id in said)
        ],
    }


def when(moment: datetime | None) -> datetime | None:
    return local(moment) if moment else None


def waits(due: datetime, now: datetime, *, recalled: bool) -> dict[str, Any]:
    """Until it leaves it can be taken back: for a minute, or until the day it was put off to."""
    left = 0 if recalled else max(0, int((due - now).total_seconds()))
    return {
        "recalled": recalled,
        "undo_seconds": left if left <= SOON else 0,
        "leaves_at": local(due) if left > SOON else None,
    }


SOON = 600  # seconds that are counted down; what leaves later names its day


def whom(session: Session, sent: Sent) -> str:
    """To whom it was written, in words."""
    ids = [UUID(one) for one in sent.notice.chosen]
    if sent.notice.whom is Whom.SCHOOL:
        return _("The whole school")
    if sent.notice.whom is Whom.CLASSES:
        names = session.scalars(
            select(Classroom.name).where(Classroom.id.in_(ids)).order_by(Classroom.name)
        )
        return ", ".join(names)
    if len(ids) > MOST_NAMES:
        said = ngettext("The families of %(n)s child", "The families of %(n)s children", len(ids))
        return said % {"n": len(ids)}
    names = session.scalars(
        select(Student.full_name).where(Student.id.in_(ids)).order_by(Student.sort_key)
    )
    return ", ".join(names)


MOST_NAMES = 3
