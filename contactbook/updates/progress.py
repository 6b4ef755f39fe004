"""What became of an update: one line per child and guardian, and sums."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.delivery.status import Status
from contactbook.ports.channel import Channel
from contactbook.updates.models import Update, UpdateKind

# The road that arrived tells a person's state, else the last one; the others are ways it was tried.
LINES = text("""
    SELECT DISTINCT ON (s.sort_key, d.student_id, g.full_name, d.guardian_id)
           d.id, d.student_id, d.guardian_id, coalesce(s.full_name, hers.names) AS child,
           g.full_name AS guardian, h.relation,
           d.channel, d.status, d.reason, d.detail, d.attempts, d.due_at, d.ended_at, d.urgent,
           d.follows_id IS NOT NULL AS fell_back
    FROM delivery d
    JOIN guardian g ON g.id = d.guardian_id
    LEFT JOIN student s ON s.id = d.student_id
    LEFT JOIN LATERAL (  -- news about no child in particular: all of hers tell who she is
        SELECT string_agg(k.full_name, ', ' ORDER BY k.sort_key) AS names
        FROM (SELECT DISTINCT student_id FROM guardianship WHERE guardian_id = d.guardian_id) t
        JOIN student k ON k.id = t.student_id WHERE d.student_id IS NULL) hers ON true
    LEFT JOIN LATERAL (
        SELECT relation FROM guardianship h
        WHERE h.guardian_id = d.guardian_id
          AND (d.student_id IS NULL OR h.student_id = d.student_id)
        ORDER BY valid_from DESC LIMIT 1) h ON true
    WHERE d.update_id = :update_id AND d.month = :month
    ORDER BY s.sort_key, d.student_id, g.full_name, d.guardian_id,
             d.status IN ('delivered', 'read') DESC, d.id DESC
""")


# A doubt is an end, too: time alone does not settle it, a receipt or a person does.
OVER = frozenset({Status.FAILED, Status.SKIPPED, Status.RECALLED, Status.UNKNOWN})
CALL = frozenset({Status.FAILED, Status.SKIPPED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Line:
    """How one guardian stands with one update about one child."""

    delivery_id: UUID
    student_id: UUID | None
    guardian_id: UUID
    child: str  # of news about no child in particular: all of hers
    guardian: str
    relation: str
    channel: Channel | None
    status: Status
    reason: str
    detail: str
    attempts: int
    fell_back: bool
    urgent: bool
    no_more_to_come: bool  # nobody will tell whether it arrived

    @property
    def told(self) -> bool:
        """Whether the message ended well, as far as its channel can know."""
        if self.status in (Status.DELIVERED, Status.READ):
            return True
        return self.status is Status.SENT and self.no_more_to_come

    @property
    def ended(self) -> bool:
        return self.told or self.status in OVER

    @property
    def call(self) -> bool:
        """Urgent, and no road is left or nobody knows: the school picks up the telephone."""
        return self.urgent and self.status in CALL


def progress(session: Session, update: Update) -> list[Line]:
    rows = session.execute(LINES, {"update_id": update.id, "month": update.month})
    return [
        Line(
            delivery_id=row.id,
            student_id=row.student_id,
            guardian_id=row.guardian_id,
            child=row.child or "",
            guardian=row.guardian,
            relation=row.relation or "",
            channel=Channel(row.channel) if row.channel else None,
            status=Status(row.status),
            reason=row.reason,
            detail=row.detail,
            attempts=row.attempts,
            fell_back=row.fell_back,
            urgent=row.urgent,
            no_more_to_come=row.ended_at is not None,
        )
        for row in rows
    ]


def sums(lines: Sequence[Line]) -> Counter[Status]:
    return Counter(line.status for line in lines)


def latest(
    session: Session, classroom_id: UUID, on: date, *, urgent: bool = False
) -> Update | None:
    """The class's last update of a day: its undo strip and its progress are what is looked for."""
    return session.scalars(
        select(Update)
        .where(Update.classroom_id == classroom_id, Update.on_date == on, Update.urgent.is_(urgent))
        .where(Update.kind == UpdateKind.DAILY)  # a receipt for a medicine is no day's update
        .order_by(Update.id.desc())
        .limit(1)
    ).one_or_none()
