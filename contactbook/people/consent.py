"""Who agreed to what, for which child, on which channel, and how we know: a ledger, never changed.

The ledger is append-only (a trigger refuses UPDATE and DELETE). What is true now is projected by a
trigger into `consent_state`, one row per guardian, child and channel: the fan-out and the last look
before a message leaves join that row and need not read the ledger.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import IntFlag, StrEnum
from hashlib import sha256
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from contactbook.db import Base, Keyed, of_one_school
from contactbook.ports.channel import Channel


class Purpose(IntFlag):
    """What a part of a message is for; sets of purposes are stored as one integer."""

    ATTENDANCE = 1
    DAILY_LIFE = 2
    LEARNING = 4
    HEALTH = 8
    PICTURES = 16
    NOTICES = 32
    # A child's immediate safety: asked of nobody, refused by nobody, and only in urgent messages
    # (the emergency ground of Law 91/2025, Art. 19). Everything else of them needs its consent.
    SAFETY = 64


ALL_PURPOSES = Purpose(63)  # that can be agreed to


class Method(StrEnum):
    PAPER = "paper"
    WEB = "web"
    CHAT = "chat"
    STAFF = "staff"


class Consent(Keyed, Base):
    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN (1, 2, 4, 8, 16, 32)", "one_purpose"),
        CheckConstraint("channel IN ('zalo', 'telegram', 'email', 'sms')", "channel"),
        Index("ix_consent_of", "guardian_id", "student_id", "channel", "purpose"),
        of_one_school("guardian_id", "guardian"),
        of_one_school("student_id", "student"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    student_id: Mapped[UUID]
    channel: Mapped[str]
    purpose: Mapped[int]
    granted: Mapped[bool]
    text_version: Mapped[str]
    text_sha256: Mapped[bytes]
    method: Mapped[Method]
    evidence: Mapped[bytes | None]  # what she wrote, sealed under her key
    actor_id: Mapped[UUID | None]  # staff who recorded it; none: herself
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class ConsentState(Base):
    """What the ledger says now; written by the ledger's trigger only."""

    __tablename__ = "consent_state"
    __table_args__ = (
        of_one_school("guardian_id", "guardian"),
        of_one_school("student_id", "student"),
    )
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    purposes: Mapped[int]


TEXT_VERSION = "2026-11"
TEXT = (  # what is signed; a change makes a new version, old lines keep theirs
    "Gia đình đồng ý nhận tin của bé qua kênh này cho các mục đích đã chọn. "
    "Việc này hoàn toàn tự nguyện và dừng được bất cứ lúc nào."
)


def record(  # noqa: PLR0913 one line of the ledger has this many facts
    session: Session,
    *,
    school_id: UUID,
    guardian_id: UUID,
    student_ids: Iterable[UUID],
    channels: Iterable[Channel],
    purposes: Purpose,
    granted: bool,
    method: Method,
    now: datetime,
    actor_id: UUID | None = None,
    evidence: bytes | None = None,
    text: str = TEXT,
    version: str = TEXT_VERSION,
) -> None:
    """Write one line per child, channel and purpose; effective when the transaction commits.

    `text` is what she agreed to, word by word, and `version` by what name it is kept.
    """
    channels = list(channels)
    lines = [
        {
            "school_id": school_id,
            "guardian_id": guardian_id,
            "student_id": student,
            "channel": channel,
            "purpose": int(purpose),
            "granted": granted,
            "text_version": version,
            "text_sha256": sha256(text.encode()).digest(),
            "method": method,
            "evidence": evidence,
            "actor_id": actor_id,
            "at": now,
        }
        for student in student_ids
        for channel in channels
        for purpose in purposes
    ]
    if lines:
        session.execute(insert(Consent), lines)
