"""A guardian's own address that ends e-mail to her in one click (RFC 8058), and what that does.

The address holds 128 bits that only our secret can make from who she is: it stays the same for all
her letters and is kept by its hash alone. A new secret makes new ones; the old ones still work.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from contactbook.db import Base
from contactbook.delivery.fanout import fall_back
from contactbook.delivery.outbox import Leaving
from contactbook.errors import NotFound
from contactbook.people import consent
from contactbook.people.consent import ConsentState, Method, Purpose
from contactbook.people.models import Guardian, School
from contactbook.ports.channel import Channel
from contactbook.ports.entitlement import Entitlements
from contactbook.settings import Settings

BYTES = 16


class UnsubscribeLink(Base):
    __tablename__ = "unsubscribe_link"
    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardian.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def token_of(secret: SecretStr, guardian_id: UUID) -> str:
    key = f"unsubscribe:{secret.get_secret_value()}".encode()
    seal = hmac.new(key, guardian_id.bytes, hashlib.sha256).digest()[:BYTES]
    return urlsafe_b64encode(seal).decode().rstrip("=")


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def remember(session: Session, secret: SecretStr, guardians: Iterable[UUID]) -> None:
    """Let the addresses in letters that are about to leave be known when they are opened."""
    rows = [
        {"token_sha256": hashed(token_of(secret, one)), "guardian_id": one}
        for one in sorted(set(guardians))
    ]
    if rows:
        session.execute(insert(UnsubscribeLink).on_conflict_do_nothing(), rows)


def addressed(session: Session, settings: Settings, leaving: Sequence[Leaving]) -> list[Leaving]:
    """Give every e-mail among those about to leave its guardian's address."""
    letters = [one.guardian_id for one in leaving if one.words.channel is Channel.EMAIL]
    if not letters:
        return list(leaving)
    remember(session, settings.secret_key, letters)
    home = settings.public_url.rstrip("/")
    urls = {one: f"{home}/u/{token_of(settings.secret_key, one)}" for one in letters}
    return [replace(one, unsubscribe_url=urls.get(one.guardian_id, "")) for one in leaving]


def whose(session: Session, token: str) -> Guardian:
    """Whose address it is; raises `NotFound`."""
    found = session.scalar(
        select(Guardian)
        .join(UnsubscribeLink, UnsubscribeLink.guardian_id == Guardian.id)
        .where(UnsubscribeLink.token_sha256 == hashed(token))
    )
    if found is None:
        raise NotFound
    return found


def school_of(session: Session, guardian: Guardian) -> str:
    return session.get_one(School, guardian.school_id).name


# Not the urgent ones: a child's immediate safety does not depend on consent.
CANCEL = text("""
    UPDATE delivery SET status = 'skipped', reason = 'no_consent', ended_at = :now
    WHERE guardian_id = :guardian_id AND channel = 'email' AND NOT urgent
      AND status IN ('queued', 'held', 'claimed')
    RETURNING id
""")


def withdraw(
    session: Session, entitlements: Entitlements, guardian: Guardian, *, now: datetime
) -> None:
    """Take back all she agreed to on e-mail; what waits goes by her next channel, or not at all.

    Once more is nothing more: the ledger gets a line for what was still agreed to.
    """
    states = session.scalars(
        select(ConsentState).where(
            ConsentState.guardian_id == guardian.id,
            ConsentState.channel == Channel.EMAIL.value,
            ConsentState.purposes != 0,
        )
    ).all()
    for state in states:
        consent.record(
            session,
            school_id=state.school_id,
            guardian_id=guardian.id,
            student_ids=[state.student_id],
            channels=[Channel.EMAIL],
            purposes=Purpose(state.purposes),
            granted=False,
            method=Method.WEB,
            now=now,
        )
    waiting = session.scalars(CANCEL, {"guardian_id": guardian.id, "now": now}).all()
    fall_back(session, entitlements, waiting, now=now)
