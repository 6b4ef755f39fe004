"""How a guardian opens her private page: a link of hers, then a code or her PIN for all of it.

The link holds 72 random bits, lives for hours, and opens one visit on one browser. The visit shows
today; a code sent to her own verified address, or her PIN, widens it (design.md §4.9).
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from contactbook.errors import ContactbookError, Invalid
from contactbook.people.accounts import PASSWORDS
from contactbook.people.family_models import (
    FamilyCode,
    FamilyLink,
    FamilyPin,
    FamilyTry,
    FamilyVisit,
)
from contactbook.people.models import ContactPoint, Guardian
from contactbook.ports.channel import Channel
from contactbook.words import gettext as _

LINK_BYTES = 9  # 72 bits, twelve letters: short enough for an SMS
LINK_LIFE = timedelta(hours=12)
VISIT_LIFE = timedelta(hours=2)
CODE_LIFE = timedelta(minutes=10)
MOST_CODES, CODES_WITHIN = 4, timedelta(hours=1)
# Wrong codes and PINs together: 20 guesses a day at a million.
MOST_WRONG = ((5, timedelta(minutes=15)), (20, timedelta(days=1)))
PIN = re.compile(r"\d{6}", re.ASCII)


class LinkOver(ContactbookError):
    """The link was used, is too old, or never was: nobody is told which."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Whose visit it is; `csrf` goes into every form."""

    visit_id: UUID
    guardian_id: UUID
    school_id: UUID
    full_name: str
    csrf: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Road:
    """Where a code can be sent to her."""

    channel: Channel
    address: str


def family_link(session: Session, guardian_id: UUID, *, home: str, now: datetime) -> str:
    """A new address that opens this guardian's page once; `home` is the site's own."""
    guardian, token = session.get_one(Guardian, guardian_id), secrets.token_urlsafe(LINK_BYTES)
    session.execute(
        insert(FamilyLink).values(
            school_id=guardian.school_id,
            guardian_id=guardian.id,
            token_sha256=hashed(token),
            created_at=now,
            expires_at=now + LINK_LIFE,
        )
    )
    return f"{home.rstrip('/')}/family/o/{token}"


def hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()


def open_visit(session: Session, token: str, now: datetime) -> str:
    """Use the link up; the new visit's own token. Raises LinkOver."""
    row = session.execute(
        update(FamilyLink)
        .where(
            FamilyLink.token_sha256 == hashed(token),
            FamilyLink.used_at.is_(None),
            FamilyLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(FamilyLink.guardian_id, FamilyLink.school_id)
    ).one_or_none()
    if row is None:
        raise LinkOver
    kept = secrets.token_urlsafe(32)
    session.execute(
        insert(FamilyVisit).values(
            school_id=row.school_id,
            guardian_id=row.guardian_id,
            token_sha256=hashed(kept),
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + VISIT_LIFE,
        )
    )
    return kept


def is_hers(session: Session, token: str, parent: Parent) -> bool:
    """Whether this link, used or not, is that of who is visiting."""
    owner = select(FamilyLink.guardian_id).where(FamilyLink.token_sha256 == hashed(token))
    return session.scalar(owner) == parent.guardian_id


def visiting(session: Session, token: str, now: datetime) -> Parent | None:
    """Whose visit this token is, while it lasts."""
    row = session.execute(
        select(
            FamilyVisit.id, Guardian.id, Guardian.school_id, Guardian.full_name, FamilyVisit.csrf,
            FamilyVisit.proven_at.is_not(None),
        )
        .join(Guardian, Guardian.id == FamilyVisit.guardian_id)
        .where(
            FamilyVisit.token_sha256 == hashed(token),
            FamilyVisit.revoked_at.is_(None),
            FamilyVisit.expires_at > now,
        )
    ).one_or_none()  # fmt: skip
    return Parent(*row) if row else None


def close(session: Session, visit_id: UUID, now: datetime) -> None:
    session.execute(update(FamilyVisit).where(FamilyVisit.id == visit_id).values(revoked_at=now))


def roads(session: Session, guardian_id: UUID) -> list[Road]:
    """Her verified addresses: free ones first, then in her own order."""
    points = session.execute(
        select(ContactPoint.channel, ContactPoint.address)
        .where(
            ContactPoint.guardian_id == guardian_id,
            ContactPoint.verified_at.is_not(None),
            ContactPoint.ended_at.is_(None),
            ContactPoint.channel != Channel.ZBS,  # its texts are the provider's forms
        )
        .order_by(ContactPoint.rank, ContactPoint.channel)
    )
    found = [Road(Channel(channel), address) for channel, address in points]
    return sorted(found, key=lambda road: road.channel.paid)


def new_code(session: Session, parent: Parent, secret: bytes, now: datetime) -> str:
    """A code for this visit; the one before it is void. Raises Invalid when it was asked too often.

    Kept under a keyed hash: a copy of the database alone does not tell six digits.
    """
    one_at_a_time(session, parent)
    asked = session.scalar(
        select(func.count())
        .select_from(FamilyCode)
        .where(
            FamilyCode.guardian_id == parent.guardian_id, FamilyCode.sent_at > now - CODES_WITHIN
        )
    )
    if (asked or 0) >= MOST_CODES:
        raise Invalid({"code": _("A code was sent several times. Please wait an hour.")})
    code = f"{secrets.randbelow(1_000_000):06}"
    session.execute(
        insert(FamilyCode).values(
            school_id=parent.school_id,
            guardian_id=parent.guardian_id,
            visit_id=parent.visit_id,
            code_hmac=sealed(secret, parent, code),
            sent_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    return code


def sealed(secret: bytes, parent: Parent, code: str) -> bytes:
    return digest(secret, f"family:{parent.visit_id}:{code}".encode(), "sha256")


def prove(session: Session, parent: Parent, typed: str, secret: bytes, now: datetime) -> bool:
    """Whether `typed` is the visit's last code, or her PIN; a wrong one is counted.

    Raises Invalid after too many wrong ones. The caller commits in both cases.
    """
    one_at_a_time(session, parent)
    be_patient(session, parent, now)
    if not (used(session, parent, typed, secret, now) or is_pin(session, parent, typed)):
        session.execute(
            insert(FamilyTry).values(
                school_id=parent.school_id, guardian_id=parent.guardian_id, at=now
            )
        )
        return False
    session.execute(
        update(FamilyVisit).where(FamilyVisit.id == parent.visit_id).values(proven_at=now)
    )
    return True


def one_at_a_time(session: Session, parent: Parent) -> None:
    """Tries at once would each be counted before the others are."""
    key = f"family:{parent.guardian_id}"
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def be_patient(session: Session, parent: Parent, now: datetime) -> None:
    for most, within in MOST_WRONG:
        wrong = session.scalar(
            select(func.count())
            .select_from(FamilyTry)
            .where(FamilyTry.guardian_id == parent.guardian_id, FamilyTry.at > now - within)
        )
        if (wrong or 0) >= most:
            raise Invalid({"code": _("Too many wrong codes. Please wait, or call the school.")})


def used(session: Session, parent: Parent, typed: str, secret: bytes, now: datetime) -> bool:
    last = session.execute(
        select(FamilyCode.id, FamilyCode.code_hmac)
        .where(
            FamilyCode.visit_id == parent.visit_id,
            FamilyCode.used_at.is_(None),
            FamilyCode.expires_at > now,
        )
        .order_by(FamilyCode.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or not compare_digest(last.code_hmac, sealed(secret, parent, typed)):
        return False
    session.execute(update(FamilyCode).where(FamilyCode.id == last.id).values(used_at=now))
    return True


def has_pin(session: Session, guardian_id: UUID) -> bool:
    return session.get(FamilyPin, guardian_id) is not None


def is_pin(session: Session, parent: Parent, typed: str) -> bool:
    kept = session.get(FamilyPin, parent.guardian_id)
    return kept is not None and PASSWORDS.verify(typed[:6], kept.pin_hash)


def set_pin(session: Session, parent: Parent, pin: str, now: datetime) -> None:
    """Six digits that are not the first a stranger would try; raises Invalid."""
    if not PIN.fullmatch(pin):
        raise Invalid({"pin": _("A PIN has six digits.")})
    if len(set(pin)) == 1 or pin in "01234567890" or pin in "09876543210":
        raise Invalid({"pin": _("That PIN is too easy to guess. Please choose another one.")})
    values = {"pin_hash": PASSWORDS.hash(pin), "set_at": now}
    session.execute(
        pg_insert(FamilyPin)
        .values(guardian_id=parent.guardian_id, school_id=parent.school_id, **values)
        .on_conflict_do_update(index_elements=["guardian_id"], set_=values)
    )


def drop_pin(session: Session, parent: Parent) -> None:
    session.execute(delete(FamilyPin).where(FamilyPin.guardian_id == parent.guardian_id))
