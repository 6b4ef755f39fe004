"""Who has it: the state of every family's message, asked for again while something moves."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.delivery import outbox
from contactbook.delivery.status import Ailment, Skip, Status
from contactbook.errors import Conflict, NotFound
from contactbook.people import audit
from contactbook.people.accounts import SignedIn
from contactbook.people.audit import Audit
from contactbook.teacher.classes import trouble, undo_seconds
from contactbook.teacher.door import Told, ToldDep
from contactbook.teacher.people import relation
from contactbook.updates.models import Entry, Update
from contactbook.updates.progress import Line, progress
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep, Typed, as_uuid
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/updates/{update_id}")
STATES = {
    Status.QUEUED: "waiting",
    Status.HELD: "waiting",
    Status.CLAIMED: "sending",
    Status.SENDING: "sending",
}
COUNTED = (
    "waiting", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped", "recalled",
)  # fmt: skip
ODD_FIRST = ("failed", "unknown", "skipped")


@router.get("")
def whole(told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    noted(session, "update.read", told, who, page, told.update.id)
    return page.show("teacher/progress.html", **shown(session, told, page))


@router.get("/progress")
def moving(told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep) -> HTMLResponse:
    if not lately_read(session, told, who, page):
        noted(session, "update.read", told, who, page, told.update.id)
    return page.show("teacher/_progress.html", **shown(session, told, page))


def lately_read(session: Session, told: Told, who: SignedIn, page: Page) -> bool:
    """A page that asks every two seconds is one look, once an hour."""
    line = exists().where(
        Audit.subject_id == told.update.id,
        Audit.at > page.now - timedelta(hours=1),
        Audit.actor_id == who.staff_id,
        Audit.action == "update.read",
    )
    return bool(session.scalar(select(line)))


@router.post("/again")
def again(
    form: FormDep, told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    """A person's word: send one message once more that failed, or of which nobody knows."""
    line = asked_for(session, told, form)
    if outbox.send_again(
        session, delivery_id=line.delivery_id, update_id=told.update.id, now=page.now
    ):
        noted(session, "delivery.sent_again", told, who, page, line.delivery_id)
    return RedirectResponse(f"/teacher/updates/{told.update.id}", HTTPStatus.SEE_OTHER)


def asked_for(session: Session, told: Told, form: Typed) -> Line:
    """The message the form names. One in doubt leaves only after a second word."""
    wanted = as_uuid(form.text("delivery"))
    line = next((one for one in progress(session, told.update) if one.delivery_id == wanted), None)
    if line is None:
        raise NotFound
    if line.status is Status.UNKNOWN and form.text("sure") != "yes":
        raise Conflict(_("The family may have it already and would read it twice."))
    return line


def noted(
    session: Session, action: str, told: Told, who: SignedIn, page: Page, subject_id: UUID
) -> None:
    audit.note(
        session,
        action,
        actor_id=who.staff_id,
        school_id=told.room.school.id,
        subject_id=subject_id,
        now=page.now,
    )


def shown(session: Session, told: Told, page: Page) -> dict[str, Any]:
    update, lines = told.update, progress(session, told.update)
    at = local(update.published_at)
    return {
        "update": {
            "id": update.id,
            "classroom": told.room.shown,
            "at": at,
            "day": update.on_date,
            "urgent": update.urgent,
            "safety": safety(session, update) if update.urgent else "",
        },
        "done": all(line.ended for line in lines),
        "undo_seconds": 0 if update.recalled_at else undo_seconds(update, page.now),
        "nothing_leaves": trouble(session, page.now)["nothing_leaves"],
        "counts": counts(lines),
        "rows": sorted((row(line) for line in lines), key=oddness),
    }


def safety(session: Session, update: Update) -> str:
    """The sentence of an urgent update, the same for every child of it."""
    told = select(Entry.told).where(Entry.update_id == update.id).limit(1)
    return str((session.scalar(told) or {}).get("safety", ""))


def counts(lines: Sequence[Line]) -> dict[str, int]:
    tally = dict.fromkeys(COUNTED, 0)
    for line in lines:
        tally[state(line)] += 1
    return tally


def oddness(shown_row: dict[str, Any]) -> int:
    """Those that want a look come first; within them, by child, as they came."""
    state_ = shown_row["state"]
    return ODD_FIRST.index(state_) if state_ in ODD_FIRST else len(ODD_FIRST)


def state(line: Line) -> str:
    return STATES.get(line.status, line.status.value)


def row(line: Line) -> dict[str, Any]:
    return {
        "id": line.delivery_id,
        "child": line.child,
        "guardian": line.guardian,
        "relation": relation(line.relation),
        "channel": line.channel.value if line.channel else "",
        "state": state(line),
        "reason": reason(line),
        "code": code(line),
        "at": None,
        "again": line.status in (Status.FAILED, Status.UNKNOWN),
    }


def reason(line: Line) -> str:
    """Why it is not simply well, in words."""
    said = REASONS[line.reason]() if line.reason in REASONS else ""
    if line.status in (Status.SENT, Status.DELIVERED, Status.READ):
        return (
            _("It went on by this channel because another did not reach.") if line.fell_back else ""
        )
    if line.call:
        said = " ".join(filter(None, (said, _("This is urgent: please call the family."))))
    return said


def code(line: Line) -> str:
    """The provider's own word, for whoever calls the office; teachers read the sentence before."""
    return line.detail[:60] if line.status in (Status.FAILED, Status.UNKNOWN) else ""


REASONS: dict[str, Callable[[], str]] = {
    Skip.RESTRICTED: lambda: _("This person is not to receive news of the child."),
    Skip.NO_CONTACT: lambda: _(
        "There is no confirmed address yet. The office can invite the family."
    ),
    Skip.NO_CONSENT: lambda: _("The family has not agreed to receive this."),
    Skip.WINDOW: lambda: _("Only Zalo would reach her, and she has not written there for a week."),
    Skip.NOT_ENTITLED: lambda: _("Only SMS would reach her, and this child has no plan for it."),
    Skip.NO_WORDS: lambda: _("Nothing of this may be said on her channel."),
    Skip.ARRIVED: lambda: _("The message before it arrived after all."),
    Ailment.UNREACHABLE: lambda: _("She cannot be reached on this channel."),
    Ailment.REFUSED: lambda: _("The provider refuses this text."),
    Ailment.WORN_OUT: lambda: _("It was tried many times without an answer."),
    Ailment.NO_RECEIPT: lambda: _("It was taken, and nobody said that it arrived."),
    Ailment.UNANSWERED: lambda: _("The provider did not answer: she may have it already."),
    Ailment.ACCOUNT: lambda: _("The school's account on this channel is paused."),
    Ailment.BUSY: lambda: _("The provider is busy: it is tried again by itself."),
    Ailment.QUIET: lambda: _("Families are asleep: it leaves in the morning."),
}
