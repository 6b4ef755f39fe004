"""She tells the school of an absence, or asks it to give a medicine; and takes it back."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, time
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.errors import Invalid
from contactbook.family import book
from contactbook.family.door import ChildDep, FamilyPage, FamilyPageDep, ParentsFormDep, ProvenDep
from contactbook.people.family_access import Parent
from contactbook.people.models import Student
from contactbook.requests import absences, medicine
from contactbook.requests.models import AbsenceNote, MedicationSlip, NoteStatus, SlipStatus
from contactbook.web.deps import SessionDep, Typed
from contactbook.words import gettext as _

router = APIRouter(prefix="/family")
MOST_SHOWN = 30
TIMES = 3  # fields on the form


def day(form: Typed, name: str, faults: dict[str, str], otherwise: date | None = None) -> date:
    """A date field; what is none is a fault, and stands for a day nobody keeps."""
    typed = form.text(name)
    if not typed and otherwise:
        return otherwise
    with suppress(ValueError):
        return date.fromisoformat(typed)
    faults[name] = _("Please choose a day.")
    return date.min


def hours(form: Typed, faults: dict[str, str]) -> list[time]:
    found = []
    for typed in filter(None, form.many("times")):
        try:
            found.append(time.fromisoformat(typed))
        except ValueError:
            faults["times"] = _("Please write at what time it is given, for example 11:30.")
    return found


def whole(faults: dict[str, str]) -> None:
    if faults:
        raise Invalid(faults)


@router.get("/children/{student_id}/absences")
def away(
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
    saved: str = "",
) -> Response:
    form = {"since": page.today.isoformat(), "until": "", "reason": ""}
    return away_page(session, parent, page, child, form, saved=bool(saved))


def away_page(
    session: Session, parent: Parent, page: FamilyPage, child: Student, form: dict[str, str], *,
    errors: dict[str, str] | None = None, saved: bool = False,
) -> Response:  # fmt: skip
    notes = session.scalars(
        select(AbsenceNote)
        .where(AbsenceNote.student_id == child.id, AbsenceNote.guardian_id == parent.guardian_id)
        .order_by(AbsenceNote.since.desc(), AbsenceNote.id.desc())
        .limit(MOST_SHOWN)
    )
    page.written(session, "absence.read", child.id)
    return page.show(
        "absences.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        flash=_("The school has your word.") if saved else None,
        child=book.named(child),
        form=form,
        errors=errors or {},
        most=absences.MOST_REASON,
        notes=[
            {
                "id": note.id, "since": note.since, "until": note.until, "reason": note.reason,
                "status": note.status.value,
                "open": note.status is NoteStatus.NOTED and note.until >= page.today,
            }
            for note in notes
        ],
    )  # fmt: skip


@router.post("/children/{student_id}/absences")
def stay_away(
    form: ParentsFormDep,
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    faults: dict[str, str] = {}
    since = day(form, "since", faults)
    until = day(form, "until", faults, otherwise=since)
    try:
        whole(faults)
        absences.note(
            session, school_id=parent.school_id, student_id=child.id,
            guardian_id=parent.guardian_id, since=since, until=until, reason=form.text("reason"),
            channel="web", now=page.now,
        )  # fmt: skip
    except Invalid as wrong:
        typed = {name: form.text(name) for name in ("since", "until", "reason")}
        return away_page(session, parent, page, child, typed, errors=wrong.faults)
    return back_to(child.id, "absences")


def back_to(child: UUID, what: str) -> Response:
    return RedirectResponse(f"/family/children/{child}/{what}?saved=yes", HTTPStatus.SEE_OTHER)


@router.post("/absences/{note_id}/withdraw")
def come_after_all(
    note_id: UUID,
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    note = absences.withdraw(session, note_id=note_id, guardian_id=parent.guardian_id, now=page.now)
    return back_to(note.student_id, "absences")


@router.get("/children/{student_id}/medicine")
def medicines(
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
    saved: str = "",
) -> Response:
    today = page.today.isoformat()
    form = {"drug": "", "dose": "", "since": today, "until": "", "note": "", "times": [""] * TIMES}
    return slips_page(session, parent, page, child, form, saved=bool(saved))


def slips_page(
    session: Session, parent: Parent, page: FamilyPage, child: Student, form: dict[str, Any], *,
    errors: dict[str, str] | None = None, saved: bool = False,
) -> Response:  # fmt: skip
    slips = session.scalars(
        select(MedicationSlip)
        .where(
            MedicationSlip.student_id == child.id,
            MedicationSlip.guardian_id == parent.guardian_id,
        )
        .order_by(MedicationSlip.id.desc())
        .limit(MOST_SHOWN)
    )
    page.written(session, "medicine.read", child.id)
    return page.show(
        "medicine.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        flash=_("The school has your word.") if saved else None,
        child=book.named(child),
        form=form,
        errors=errors or {},
        slips=[slip(one, page.today) for one in slips],
    )


def slip(one: MedicationSlip, today: date) -> dict[str, Any]:
    waits = one.status in (SlipStatus.ASKED, SlipStatus.ACCEPTED)
    return {
        "id": one.id, "drug": one.drug, "dose": one.dose, "times": one.times, "since": one.since,
        "until": one.until, "note": one.note, "refusal": one.refusal, "status": one.status.value,
        "open": waits and one.until >= today,
    }  # fmt: skip


@router.post("/children/{student_id}/medicine")
def give(
    form: ParentsFormDep,
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    faults: dict[str, str] = {}
    since, times = day(form, "since", faults), hours(form, faults)
    until = day(form, "until", faults, otherwise=since)
    try:
        whole(faults)
        medicine.ask(
            session, school_id=parent.school_id, student_id=child.id,
            guardian_id=parent.guardian_id, drug=form.text("drug"), dose=form.text("dose"),
            times=times, since=since, until=until, channel="web", now=page.now,
            note=form.text("note"),
        )  # fmt: skip
    except Invalid as wrong:
        typed = typed_again(form, form.many("times"))
        return slips_page(session, parent, page, child, typed, errors=wrong.faults)
    return back_to(child.id, "medicine")


def typed_again(form: Typed, times: Sequence[str]) -> dict[str, Any]:
    fields = {name: form.text(name) for name in ("drug", "dose", "since", "until", "note")}
    return {**fields, "times": [*times, *([""] * TIMES)][:TIMES]}


@router.post("/medicine/{slip_id}/withdraw")
def take_back(
    slip_id: UUID,
    form: ParentsFormDep,  # noqa: ARG001 the form's token is what is asked
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
) -> Response:
    one = medicine.withdraw(session, slip_id=slip_id, guardian_id=parent.guardian_id, now=page.now)
    return back_to(one.student_id, "medicine")
