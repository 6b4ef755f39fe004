"""Medicine of a class today: slips to answer, and each dose logged with one tap at its time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.enrollment import enrolled
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.parts import Parts
from contactbook.people.accounts import SignedIn
from contactbook.people.seal import Sealer
from contactbook.requests import medicine
from contactbook.requests.models import MedicationSlip
from contactbook.teacher import slips
from contactbook.teacher.classes import read
from contactbook.teacher.compose import manners
from contactbook.teacher.door import Room, RoomDep, pen_of
from contactbook.updates import day
from contactbook.updates import medicine as telling
from contactbook.updates.medicine import Teller
from contactbook.updates.models import Attendance
from contactbook.web.deps import (
    FormDep,
    Page,
    PageDep,
    PartsDep,
    SessionDep,
    StaffDep,
    staffs_form,
)
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/medicine")
AWAY = (Attendance.EXCUSED, Attendance.ABSENT)


def slip_of(slip_id: UUID, room: RoomDep, session: SessionDep, page: PageDep) -> MedicationSlip:
    """A slip of a child that is in the class today."""
    slip = session.get(MedicationSlip, slip_id)
    here = enrolled(room.classroom.id, page.today)
    if slip is None or slip.student_id not in set(session.scalars(here)):
        raise NotFound
    return slip


SlipDep = Annotated[MedicationSlip, Depends(slip_of)]


@dataclass(frozen=True)
class Station:
    """Where medicine is given: this class, by this person, now."""

    session: Session
    room: Room
    who: SignedIn
    parts: Parts
    page: Page

    @property
    def sealer(self) -> Sealer:
        return Sealer(self.parts.settings.secret_key.get_secret_value())

    @property
    def teller(self) -> Teller:
        rules, room = manners(self.parts, self.room.school.id), self.room.classroom
        return Teller(self.parts.entitlements, rules, room, self.who.staff_id, self.page.now)


def station(
    room: RoomDep, session: SessionDep, who: StaffDep, parts: PartsDep, page: PageDep
) -> Station:
    return Station(session, room, who, parts, page)


StationDep = Annotated[Station, Depends(station)]
ALONE = [Depends(staffs_form), Depends(pen_of)]  # a form of ours, and nobody else in the class


@router.get("")
def look(at: StationDep) -> Response:
    read(at.session, at.room, at.who, at.page)
    return whole(at)


@router.post("/{slip_id}/accept", dependencies=ALONE)
def accept(slip: SlipDep, at: StationDep) -> Response:
    def deed() -> None:
        asked = medicine.accept(
            at.session, slip_id=slip.id, staff_id=at.who.staff_id, now=at.page.now
        )
        telling.answered(at.session, at.teller, asked)

    return done(at, slip, deed)


@router.post("/{slip_id}/refuse", dependencies=ALONE)
def refuse(form: FormDep, slip: SlipDep, at: StationDep) -> Response:
    def deed() -> None:
        asked = medicine.refuse(
            at.session, slip_id=slip.id, staff_id=at.who.staff_id, reason=form.text("refusal"),
            now=at.page.now,
        )  # fmt: skip
        telling.answered(at.session, at.teller, asked)

    return done(at, slip, deed)


@router.post("/{slip_id}/give", dependencies=ALONE)
def give(form: FormDep, slip: SlipDep, at: StationDep) -> Response:
    """One dose: given now, or not given and why. The other answer later corrects this one."""
    given, why = form.text("given") == "yes", form.text("why")

    def deed() -> None:
        if given:
            check_here(at, slip)
        line = medicine.give(
            at.session, at.sealer, slip_id=slip.id, due_at=moment(form.text("due")),
            staff_id=at.who.staff_id, now=at.page.now, given=given, note=why,
        )  # fmt: skip
        telling.dose(at.session, at.teller, slip, line, why)

    return done(at, slip, deed)


def moment(typed: str) -> datetime:
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid({"dose": _("There is no such dose on this slip.")})
    return found


def check_here(at: Station, slip: MedicationSlip) -> None:
    """Who is marked as away takes nothing here: one of the two is a mistake."""
    child = day.child_day(at.session, at.room.classroom.id, slip.student_id, at.page.today)
    if child.facts.attendance in AWAY or child.disputed:
        sentence = _("This child is marked as away today. Please look at the roll call first.")
        raise Invalid({"dose": sentence})


def done(at: Station, slip: MedicationSlip, deed: Callable[[], None]) -> Response:
    """Back to the page; or the page with what could not be done, beside its slip."""
    slip_id = slip.id
    try:
        with at.session.begin_nested():
            deed()
    except (Conflict, Invalid) as wrong:
        return whole(at, {slip_id: str(wrong)})
    return RedirectResponse(f"{at.room.address}/medicine", HTTPStatus.SEE_OTHER)


def whole(at: Station, errors: dict[UUID, str] | None = None) -> Response:
    return at.page.show(
        "teacher/medicine.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        today=at.page.today,
        classroom=at.room.shown,
        slips=slips.shown(at.session, at.sealer, at.room, at.page, errors or {}),
    )
