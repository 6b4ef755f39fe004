"""Whose phone is whose: the names on the parents' phones page."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

Card = dict[str, str]  # channel, address, name, about: as the simulators' door takes it

POINTS = text("""
    SELECT DISTINCT ON (p.id) p.channel, p.address, g.id AS guardian, g.full_name, h.relation,
           s.given_name AS child, s.full_name AS whole, c.name AS room, o.name AS school
    FROM contact_point p
    JOIN guardian g ON g.id = p.guardian_id
    JOIN guardianship h ON h.guardian_id = g.id
    JOIN student s ON s.id = h.student_id
    JOIN enrollment e ON e.student_id = s.id AND e.valid_to IS NULL
    JOIN classroom c ON c.id = e.classroom_id
    JOIN school o ON o.id = s.school_id
    WHERE p.ended_at IS NULL
    ORDER BY p.id, s.born_on, s.id
""")
SPOKEN = {"mother": ("Chị", "mẹ"), "father": ("Anh", "ba")}


def cards(session: Session) -> list[Card]:
    """One per address: "Chị Mai", "mẹ bé An (Lá 1, Hoa Mai)"."""
    rows = session.execute(POINTS).all()
    people = {row.guardian: spoken(row, row.child) for row in rows}
    twice = Counter(people.values())
    for row in rows:  # two Mai of two An in one class: then by the child's whole name
        if twice[people[row.guardian]] > 1:
            people[row.guardian] = spoken(row, row.whole)
    return [
        {"channel": row.channel, "address": row.address, "name": name, "about": about}
        for row in rows
        for name, about in [people[row.guardian]]
    ]


def spoken(row: Row[Any], child: str) -> tuple[str, str]:
    """How a neighbour names a person, and whose she is."""
    words = row.full_name.split()
    old = ("Bà", "bà") if "Thị" in words else ("Ông", "ông")
    title, who = SPOKEN.get(row.relation, old)
    school = row.school.removeprefix("Trường Mầm non ")
    return f"{title} {words[-1]}", f"{who} bé {child} ({row.room}, {school})"


def greeting(base: str, told: list[Card]) -> Callable[[], bool]:
    """Tells the simulators the names; False while there are none, or nobody is up to hear them."""

    def greet() -> bool:
        try:
            return (
                bool(told)
                and httpx.post(f"{base}/_simulator/contacts", json=told, timeout=5).is_success
            )
        except httpx.TransportError:
            return False

    return greet
