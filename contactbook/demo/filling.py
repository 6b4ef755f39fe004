"""Filling the city in, once: one transaction, one statement a table."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.db import Base
from contactbook.demo.city import Agreement, City, draw
from contactbook.demo.plan import PASSWORD, SCHOOLS
from contactbook.machine.errors import Refused
from contactbook.people.accounts import hashed
from contactbook.people.consent import TEXT, TEXT_VERSION, Consent, Method
from contactbook.people.models import School

ALREADY = 530_2017  # an advisory lock: two demos on one database fill it once


def fill(session: Session, now: datetime) -> bool:
    """Write the city; False when it is there. Raises `Refused` where real schools live."""
    session.execute(select(func.pg_advisory_xact_lock(ALREADY)))
    if not empty(session):
        return False
    # One password, hashed once: a demo has no secrets, and argon2 is slow on purpose.
    write(session, draw(school_day(now), hashed(PASSWORD)))
    return True


def empty(session: Session) -> bool:
    """Whether there is no school yet; raises `Refused` if there is one that is not the demo's."""
    there = set(session.scalars(select(School.code)))
    if strange := there - {plan.code for plan in SCHOOLS}:
        raise Refused(
            f"This database holds a school that is not the demo's ({min(strange)}): the demo "
            "wants a data directory or a database of its own."
        )
    return not there


def write(session: Session, city: City) -> None:
    place = {table: number for number, table in enumerate(Base.metadata.sorted_tables)}
    for model in sorted(city.rows, key=lambda model: place[Base.metadata.tables[name_of(model)]]):
        session.execute(insert(model), city.rows[model])
    session.execute(insert(Consent), [line for one in city.agreements for line in lines(one)])


def name_of(model: type[Base]) -> str:
    return str(model.__tablename__)


def lines(agreed: Agreement) -> Iterator[dict[str, Any]]:
    """What `consent.record` writes of an agreement; its call a guardian would take seconds."""
    for student in agreed.student_ids:
        for channel in agreed.channels:
            for purpose in agreed.purposes:
                yield {
                    "school_id": agreed.school_id,
                    "guardian_id": agreed.guardian_id,
                    "student_id": student,
                    "channel": channel.value,
                    "purpose": int(purpose),
                    "granted": True,
                    "text_version": TEXT_VERSION,
                    "text_sha256": sha256(TEXT.encode()).digest(),
                    "method": Method.PAPER,
                    "at": agreed.at,
                }
