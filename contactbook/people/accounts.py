"""Sign-in for staff: a password under argon2, a session that can be revoked, and patience.

The cookie holds a random token, the table its hash. Wrong tries are counted per name and per
network address, under keyed hashes: the table of tries tells nobody who tried.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from contactbook.errors import Invalid
from contactbook.people.staff import SignInAttempt, Staff, StaffSession
from contactbook.words import gettext as _

PASSWORDS = PasswordHash.recommended()
# What an unknown name is checked against: the answer takes as long as for a known one.
NOBODY = PASSWORDS.hash(secrets.token_urlsafe(16))
PATIENCE = timedelta(minutes=15)
TRIES_PER_NAME = 8
TRIES_PER_ADDRESS = 60  # a whole school sits behind one address
SHORTEST_PASSWORD = 10


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who holds the cookie; `csrf` goes into every form."""

    session_id: UUID
    staff_id: UUID
    school_id: UUID | None
    full_name: str
    csrf: str


def sign_in(
    session: Session,
    username: str,
    password: str,
    *,
    address: str,
    secret: bytes,
    life: timedelta,
    now: datetime,
) -> str | None:
    """A new session's token; None for a wrong name or password, which is counted.

    Raises Invalid when there were too many wrong tries: the same sentence whether or not the name
    exists. The caller commits in both cases.
    """
    name = username.strip().lower()[:100]
    whos = {
        who(secret, "name", name): TRIES_PER_NAME,
        who(secret, "from", address): TRIES_PER_ADDRESS,
    }
    if any(tries(session, one, now) >= most for one, most in whos.items()):
        raise Invalid({"password": _("Too many wrong tries. Please wait 15 minutes.")})
    staff = session.scalars(
        select(Staff).where(Staff.username == name, Staff.retired_at.is_(None))
    ).one_or_none()
    if not PASSWORDS.verify(password[:200], staff.password_hash if staff else NOBODY) or not staff:
        session.execute(insert(SignInAttempt), [{"who": one, "at": now} for one in whos])
        return None
    return open_session(session, staff, life=life, now=now)


def open_session(session: Session, staff: Staff, *, life: timedelta, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(StaffSession).values(
            token_hash=sha256(token.encode()).digest(),
            staff_id=staff.id,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            expires_at=now + life,
        )
    )
    return token


def signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Whose token this is, while its session lasts and its owner works here."""
    row = session.execute(
        select(StaffSession.id, StaffSession.csrf, Staff.id, Staff.school_id, Staff.full_name)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == sha256(token.encode()).digest(),
            StaffSession.revoked_at.is_(None),
            StaffSession.expires_at > now,
            Staff.retired_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        return None
    session_id, csrf, staff_id, school_id, full_name = row
    return SignedIn(session_id, staff_id, school_id, full_name, csrf)


def sign_out(session: Session, session_id: UUID, now: datetime) -> None:
    session.execute(
        update(StaffSession).where(StaffSession.id == session_id).values(revoked_at=now)
    )


def revoke_all(session: Session, staff_id: UUID, now: datetime) -> None:
    """End every session of a person: a lost phone, a changed password."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def forget_tries(session: Session, now: datetime) -> None:
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - PATIENCE))


def who(secret: bytes, kind: str, value: str) -> bytes:
    return digest(secret, f"{kind}:{value}".encode(), "sha256")


def tries(session: Session, one: bytes, now: datetime) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(SignInAttempt.who == one, SignInAttempt.at > now - PATIENCE)
        )
        or 0
    )


def hashed(password: str) -> str:
    """The hash to keep. Raises Invalid for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        sentence = _("A password has at least {n} characters.").format(n=SHORTEST_PASSWORD)
        raise Invalid({"password": sentence})
    return PASSWORDS.hash(password[:200])
