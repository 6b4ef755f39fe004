"""What she agrees to, child by child, channel by channel, purpose by purpose; and leaving."""

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.errors import Conflict
from contactbook.family import book
from contactbook.family.door import ChildDep, FamilyPage, FamilyPageDep, ParentsFormDep, ProvenDep
from contactbook.family.phrases import METHODS, PURPOSES
from contactbook.people import authority, consent, family_access
from contactbook.people.authority import Right
from contactbook.people.consent import Consent, ConsentState, Method, Purpose
from contactbook.people.family_access import Parent
from contactbook.people.family_models import FamilyVisit
from contactbook.ports.channel import Channel
from contactbook.web.deps import SessionDep
from contactbook.words import gettext as _

router = APIRouter(prefix="/family")
UNDO_WITHIN = timedelta(minutes=15)
MOST_LINES = 200


def states(session: Session, guardian_id: UUID) -> dict[tuple[UUID, Channel], Purpose]:
    rows = session.execute(
        select(ConsentState.student_id, ConsentState.channel, ConsentState.purposes).where(
            ConsentState.guardian_id == guardian_id
        )
    )
    return {(child, Channel(channel)): Purpose(agreed) for child, channel, agreed in rows}


def channels(session: Session, guardian_id: UUID, known: Iterable[Channel]) -> list[Channel]:
    """The channels on which she can be reached, and those on which she agreed to something."""
    hers = {road.channel for road in family_access.roads(session, guardian_id)} | set(known)
    return [channel for channel in Channel if channel in hers]


@router.get("/consents")
def look(session: SessionDep, parent: ProvenDep, page: FamilyPageDep, saved: str = "") -> Response:
    now = states(session, parent.guardian_id)
    hers = channels(session, parent.guardian_id, {channel for (_c, channel), a in now.items() if a})
    kids = book.children(session, parent, page.today)
    for child, _room in kids:
        page.written(session, "consent.read", child.id)
    return page.show(
        "consents.html",
        flash=_("Saved. It holds from this moment on.") if saved else None,
        children=[
            {
                **book.named(child),
                "channels": [
                    (one.value, marked(now.get((child.id, one), Purpose(0)))) for one in hers
                ],
            }
            for child, _room in kids
        ],
        text={"version": consent.TEXT_VERSION, "words": consent.TEXT},
        ledger=lines(session, parent, {child.id: child.given_name for child, _room in kids}),
    )


def marked(agreed: Purpose) -> list[tuple[int, str, bool]]:
    return [(int(one), words(), bool(one & agreed)) for one, words in PURPOSES.items()]


def lines(session: Session, parent: Parent, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """What the ledger says of her and of these children, the newest first."""
    rows = session.scalars(
        select(Consent)
        .where(Consent.guardian_id == parent.guardian_id, Consent.student_id.in_(names))
        .order_by(Consent.id.desc())
        .limit(MOST_LINES)
    )
    return [
        {
            "at": local(line.at),
            "child": names[line.student_id],
            "channel": line.channel,
            "purpose": PURPOSES[Purpose(line.purpose)](),
            "granted": line.granted,
            "method": METHODS[line.method](),
            "version": line.text_version,
        }
        for line in rows
    ]


@router.post("/consents/{student_id}")
def choose(
    form: ParentsFormDep,
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    """What is ticked is agreed to, what is not is taken back: a line for each that changed."""
    family_access.one_at_a_time(session, parent)
    before = states(session, parent.guardian_id)
    known = {channel for (_child, channel), agreed in before.items() if agreed}
    ticked = set(form.many("agree"))
    for channel in channels(session, parent.guardian_id, known):
        old = before.get((child.id, channel), Purpose(0))
        new = Purpose(0)
        for purpose in PURPOSES:
            if f"{channel.value}:{int(purpose)}" in ticked:
                new |= purpose
        write(session, parent, page, child.id, channel, new & ~old, granted=True)
        write(session, parent, page, child.id, channel, old & ~new, granted=False)
    return RedirectResponse("/family/consents?saved=yes", HTTPStatus.SEE_OTHER)


def write(
    session: Session, parent: Parent, page: FamilyPage, child: UUID, channel: Channel,
    purposes: Purpose, *, granted: bool,
) -> None:  # fmt: skip
    consent.record(
        session,
        school_id=parent.school_id,
        guardian_id=parent.guardian_id,
        student_ids=[child],
        channels=[channel],
        purposes=purposes,
        granted=granted,
        method=Method.WEB,
        now=page.now,
    )


@router.get("/leave")
def ask(session: SessionDep, parent: ProvenDep, page: FamilyPageDep) -> Response:
    visit = session.get_one(FamilyVisit, parent.visit_id)
    return page.show(
        "leave.html",
        agrees=any(states(session, parent.guardian_id).values()),
        undo_until=local(visit.undo_until)
        if visit.undo and visit.undo_until and visit.undo_until > page.now
        else None,
    )


@router.post("/leave")
def leave(
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    """Take back all she agreed to, on every channel, also for children she has no rights to."""
    family_access.one_at_a_time(session, parent)
    agreed = {key: one for key, one in states(session, parent.guardian_id).items() if one}
    for (child, channel), purposes in agreed.items():
        write(session, parent, page, child, channel, purposes, granted=False)
    if agreed:
        visit = session.get_one(FamilyVisit, parent.visit_id)
        visit.undo = [
            {"child": str(child), "channel": channel.value, "purposes": int(purposes)}
            for (child, channel), purposes in agreed.items()
        ]
        visit.undo_until = page.now + UNDO_WITHIN
        page.written(session, "family.left", parent.guardian_id, states=len(agreed))
    return RedirectResponse("/family/leave", HTTPStatus.SEE_OTHER)


@router.post("/leave/undo")
def undo(
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    family_access.one_at_a_time(session, parent)
    visit = session.get_one(FamilyVisit, parent.visit_id, populate_existing=True)
    if not visit.undo or visit.undo_until is None or visit.undo_until <= page.now:
        raise Conflict(_("The time to undo is over. You can choose anew under “What we agree to”."))
    hers = set(session.scalars(authority.children_of(parent.guardian_id, Right.READS, page.today)))
    for line in visit.undo:
        if (child := UUID(line["child"])) in hers:
            purposes = Purpose(line["purposes"])
            write(session, parent, page, child, Channel(line["channel"]), purposes, granted=True)
    visit.undo = visit.undo_until = None
    page.written(session, "family.stayed", parent.guardian_id)
    return RedirectResponse("/family/consents?saved=yes", HTTPStatus.SEE_OTHER)
