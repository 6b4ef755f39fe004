"""Who is writing: whose addresses these are, and which children she may speak of today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from contactbook.conversation.children import KnownChild
from contactbook.people.names import given_name
from contactbook.ports.account import Account


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the person who writes, with what an answer about it names."""

    id: UUID
    name: str  # as it is called: "An"
    full_name: str
    guardian_id: UUID
    decides: bool
    classroom_id: UUID
    classroom: str
    school_id: UUID
    school: str
    school_sms: str
    phone: str
    teacher: str = ""  # "Hạnh"; nobody: ""


@dataclass(frozen=True, slots=True)
class Point:
    """One guardian who is reached at this address."""

    id: UUID
    guardian_id: UUID
    school_id: UUID
    verified: bool


@dataclass(frozen=True)
class Speaker:
    points: Sequence[Point] = ()
    children: Sequence[Child] = field(default_factory=list)

    @property
    def verified(self) -> list[Point]:
        return [point for point in self.points if point.verified]

    def child(self, student_id: UUID | None) -> Child | None:
        return next((one for one in self.children if one.id == student_id), None)

    def called(self, name: str) -> Child | None:
        """The child that is named; nobody when two are called so."""
        found = [one for one in self.children if one.name == name]
        return found[0] if len(found) == 1 else None

    @property
    def names(self) -> list[KnownChild]:
        return [KnownChild(one.full_name) for one in self.children]


# The schools that an account speaks for: those of its lane, and of the default lane all others.
SCHOOLS = """
    SELECT o.id FROM school o
    LEFT JOIN school_lane l ON l.school_id = o.id AND l.channel = :channel
    WHERE coalesce(l.lane_id, (SELECT d.id FROM lane d WHERE d.channel = :channel AND d.is_default))
          = :lane
"""
POINTS = text(
    "SELECT id, guardian_id, school_id, verified_at IS NOT NULL AS verified "
    "FROM contact_point "
    "WHERE channel = :channel AND address = :address AND ended_at IS NULL AND school_id IN ("
    + SCHOOLS
    + ") ORDER BY guardian_id"
)
CHILDREN = text("""
    SELECT DISTINCT ON (s.sort_key, s.id)
           s.id, s.given_name, s.full_name, g.guardian_id, g.decides, c.id AS classroom_id,
           c.name AS classroom, o.id AS school_id, o.name AS school, o.sms_name, o.phone,
           (SELECT t.full_name FROM staff_role r JOIN staff t ON t.id = r.staff_id
            WHERE r.classroom_id = c.id AND r.duty = 'teacher' AND t.retired_at IS NULL
              AND r.valid_from <= :today AND (r.valid_to IS NULL OR r.valid_to > :today)
            ORDER BY r.valid_from, r.id LIMIT 1) AS teacher
    FROM guardianship g
    JOIN student s ON s.id = g.student_id
    JOIN enrollment e ON e.student_id = s.id AND e.valid_from <= :today
                     AND (e.valid_to IS NULL OR e.valid_to > :today)
    JOIN classroom c ON c.id = e.classroom_id
    JOIN school o ON o.id = s.school_id
    WHERE g.guardian_id = ANY(:guardians) AND g.reads AND NOT g.restricted
      AND g.valid_from <= :today AND (g.valid_to IS NULL OR g.valid_to > :today)
    ORDER BY s.sort_key, s.id, g.priority, g.guardian_id
""")


def schools(session: Session, account: Account) -> list[UUID]:
    values = {"channel": account.channel, "lane": account.lane_id}
    return list(session.scalars(text(SCHOOLS), values))


def speaker(session: Session, account: Account, address: str, today: date) -> Speaker:
    """Everybody who is reached at `address` of this account's channel; nobody: an empty one."""
    values = {"channel": account.channel, "lane": account.lane_id, "address": address}
    points = [Point(*row) for row in session.execute(POINTS, values)]
    verified = [point.guardian_id for point in points if point.verified]
    return Speaker(points, children_of(session, verified, today))


def children_of(session: Session, guardians: Iterable[UUID], today: date) -> list[Child]:
    """By given name; a child of two guardians at one address is the first one's."""
    rows = session.execute(CHILDREN, {"guardians": list(guardians), "today": today})
    return [
        Child(
            id=row.id, name=row.given_name, full_name=row.full_name, guardian_id=row.guardian_id,
            decides=row.decides, classroom_id=row.classroom_id, classroom=row.classroom,
            school_id=row.school_id, school=row.school, school_sms=row.sms_name, phone=row.phone,
            teacher=given_name(row.teacher) if row.teacher else "",
        )
        for row in rows
    ]  # fmt: skip
