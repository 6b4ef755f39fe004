"""Short ways to ask for something as the mother of a class's first child."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from contactbook.people.models import Guardianship
from contactbook.ports.channel import Channel
from contactbook.requests import absences, medicine
from contactbook.requests.models import AbsenceNote, MedicationSlip
from tests.builders import TODAY, Class, class_of, family
from tests.conftest import NOON


@dataclass
class Home:
    """A child, its mother, and the class it goes to."""

    session: Session
    world: Class
    child: UUID
    mother: UUID

    def who(self, guardian_id: UUID | None = None) -> dict[str, Any]:
        return {
            "school_id": self.world.school.id,
            "student_id": self.child,
            "guardian_id": guardian_id or self.mother,
        }

    def note(
        self, since: date = TODAY, until: date | None = None, *, by: UUID | None = None,
        reason: str = "Bé ho", now: datetime = NOON,
    ) -> AbsenceNote:  # fmt: skip
        return absences.note(
            self.session, **self.who(by), since=since, until=until or since, reason=reason,
            channel="zalo", now=now,
        )  # fmt: skip

    def ask(
        self,
        *times: time,
        by: UUID | None = None,
        now: datetime = NOON,
        **other: Any,  # noqa: ANN401 fields of a slip
    ) -> MedicationSlip:
        asked = {"drug": "Siro ho", "dose": "5 ml", "since": TODAY, "until": TODAY, **other}
        return medicine.ask(
            self.session, **self.who(by), times=times or [time(12)], channel="zalo", now=now,
            **asked,
        )  # fmt: skip

    def tie(self) -> Guardianship:
        return (
            self.session.query(Guardianship)
            .filter_by(student_id=self.child, guardian_id=self.mother)
            .one()
        )


def slip(session: Session, child: UUID, *times: time, **other: Any) -> UUID:  # noqa: ANN401 fields of a slip
    """The guardian of this child asks for a medicine today."""
    tie = session.query(Guardianship).filter_by(student_id=child).first()
    assert tie
    asked = {"drug": "Siro ho", "dose": "5 ml", "since": TODAY, "until": TODAY, **other}
    return medicine.ask(
        session, school_id=tie.school_id, student_id=child, guardian_id=tie.guardian_id,
        times=times or [time(12)], channel="zalo", now=NOON, **asked,
    ).id  # fmt: skip


def away(session: Session, child: UUID, days: int = 1, reason: str = "Bé ho") -> UUID:
    """The guardian of this child says that it stays away from today on."""
    tie = session.query(Guardianship).filter_by(student_id=child).first()
    assert tie
    return absences.note(
        session, school_id=tie.school_id, student_id=child, guardian_id=tie.guardian_id,
        since=TODAY, until=TODAY + timedelta(days=days - 1), reason=reason, channel="zalo",
        now=NOON,
    ).id  # fmt: skip


def home(session: Session) -> Home:
    world = class_of(session)
    [child], mother = family(session, world, Channel.ZALO)
    return Home(session, world, child.id, mother.id)
