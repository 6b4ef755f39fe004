"""What families hear of a medicine: the school's answer to a slip, and each dose as it was given.

An ordinary update with one part of purpose HEALTH (docs/decisions/0009): a guardian who has not
agreed to health news gets none, an SMS never says it, and it can be taken back for a minute.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom
from contactbook.clock import local, school_day
from contactbook.delivery import fanout
from contactbook.delivery.message import Part
from contactbook.errors import Conflict
from contactbook.people.consent import Purpose
from contactbook.people.models import School, Student
from contactbook.people.names import given_name
from contactbook.people.staff import Staff
from contactbook.ports.entitlement import Entitlements
from contactbook.requests.models import MedicationDose, MedicationSlip, SlipStatus
from contactbook.updates.models import Entry, Update, UpdateKind
from contactbook.updates.phrases import Scene, clock
from contactbook.updates.publish import Manners, audience, promised
from contactbook.updates.recall import recall
from contactbook.updates.wording import chat_head, chats
from contactbook.words import gettext as _


@dataclass(frozen=True)
class Teller:
    """Who tells it, from which class, by which rules, when."""

    entitlements: Entitlements
    manners: Manners
    classroom: Classroom
    staff_id: UUID
    now: datetime


def answered(session: Session, by: Teller, slip: MedicationSlip) -> Update | None:
    """The guardian who asked hears whether the school gives it; nobody else."""
    child = called(session, slip)
    if slip.status is SlipStatus.ACCEPTED:
        sentence = _("The school has accepted the slip of {child}: {drug}, {dose}, at {times}.")
        said = sentence.format(child=child, drug=slip.drug, dose=slip.dose, times=times(slip))
    else:
        sentence = _("The school cannot give {drug} to {child}: {reason}")
        said = sentence.format(child=child, drug=slip.drug, reason=ended(slip.refusal))
    key = f"slip:{slip.id}:{slip.status.value}"
    return tell(session, by, slip, key, said, only=slip.guardian_id)


def dose(
    session: Session, by: Teller, slip: MedicationSlip, line: MedicationDose, why: str
) -> Update | None:
    """Everybody who gets health news of the child: who fetches it must know what it has had."""
    mistake = line.corrects_id and not taken_back(session, by, line.corrects_id)
    names = {
        "teacher": given_name(session.get_one(Staff, line.given_by).full_name),
        "child": called(session, slip),
        "drug": slip.drug,
        "dose": slip.dose,
        "time": spoken(line.given_at if line.given else line.due_at),
        "reason": ended(why),
    }
    if line.given:
        sentence = _("Teacher {teacher} gave {child} the medicine at {time}: {drug}, {dose}.")
    else:
        sentence = _("{child} has not had the medicine of {time} ({drug}): {reason}")
    said = sentence.format(**names)
    if mistake:
        said = _("A correction of the message about the medicine, we are sorry: {text}").format(
            text=said
        )
    return tell(session, by, slip, f"dose:{line.id}", said)


def taken_back(session: Session, by: Teller, dose_id: UUID) -> bool:
    """Whether the wrong receipt has reached nobody, and will not."""
    wrong = known(session, by, f"dose:{dose_id}")
    if wrong is None:
        return True
    try:
        recall(session, update_id=wrong.id, staff_id=by.staff_id, now=by.now)
    except Conflict:
        return False
    return True


def tell(
    session: Session,
    by: Teller,
    slip: MedicationSlip,
    key: str,
    said: str,
    only: UUID | None = None,
) -> Update | None:
    """Write the update, its entry, its words and its deliveries; None when it was told before."""
    if known(session, by, key) is not None:
        return None  # whoever of the class tapped first has told it
    update = begun(session, by, key)
    scene = scene_of(session, by, slip)
    words = [
        one
        for one in chats(scene, chat_head(scene), (Part(Purpose.HEALTH, said),))
        if one.channel in by.manners.channels
    ]
    session.execute(
        insert(Entry).values(
            school_id=slip.school_id, update_id=update.id, student_id=slip.student_id,
            told={"medicine": key}, purposes=int(Purpose.HEALTH),
        )
    )  # fmt: skip
    fanout.write_words(
        session, school_id=slip.school_id, update_id=update.id, words={slip.student_id: words}
    )
    people = audience(update)
    if only is not None:
        people = people.where(people.selected_columns.guardian_id == only)
    fanout.promise(session, by.entitlements, people, promised(update, by.manners), by.now)
    return update


def known(session: Session, by: Teller, key: str) -> Update | None:
    return session.scalars(
        select(Update).where(Update.classroom_id == by.classroom.id, Update.idempotency_key == key)
    ).first()


def begun(session: Session, by: Teller, key: str) -> Update:
    today = school_day(by.now)
    update = Update(
        school_id=by.classroom.school_id, classroom_id=by.classroom.id, author_id=by.staff_id,
        idempotency_key=key, kind=UpdateKind.NOTICE, urgent=False, on_date=today,
        published_at=by.now, due_at=by.now + by.manners.undo, month=today.replace(day=1),
    )  # fmt: skip
    session.add(update)
    session.flush()
    return update


def scene_of(session: Session, by: Teller, slip: MedicationSlip) -> Scene:
    school = session.get_one(School, slip.school_id)
    return Scene(
        child=called(session, slip),
        classroom=by.classroom.name,
        school=school.name,
        school_sms=school.sms_name,
        school_phone=school.phone,
        teacher=given_name(session.get_one(Staff, by.staff_id).full_name),
        day=school_day(by.now),
    )


def called(session: Session, slip: MedicationSlip) -> str:
    return session.get_one(Student, slip.student_id).given_name


def times(slip: MedicationSlip) -> str:
    return ", ".join(clock(f"{one:%H:%M}") for one in slip.times)


def spoken(moment: datetime) -> str:
    return clock(f"{local(moment):%H:%M}")


def ended(sentence: str) -> str:
    """With a full stop, unless it has its own end."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
