"""What is said in chat: whose conversation it is, each message either way, and codes that link.

What a person wrote, and what we wrote to her, is sealed under her guardian's key. Of somebody we do
not know nothing she wrote is kept.
"""

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school


class Kind(StrEnum):
    HEARD = "heard"  # hers
    REPLY = "reply"  # the book's own
    TEACHER = "teacher"  # what a member of staff wrote
    INVITATION = "invitation"  # the one message to an address that is not verified


class Desk(StrEnum):
    """Who has to read a message of hers."""

    CLASS = "class"
    OFFICE = "office"


class Sending(StrEnum):
    """queued ─▶ sending ─▶ sent | failed | unknown;  queued ◀─ again;  queued ─▶ skipped."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Conversation(Keyed, Base):
    """One guardian at one address of one account; without a guardian: somebody not linked yet.

    Two guardians who share a phone have one each. What is open is kept at the first of them.
    """

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint(
            "account_id", "address", "guardian_id", postgresql_nulls_not_distinct=True
        ),
        UniqueConstraint("id", "school_id"),
        of_one_school("guardian_id", "guardian"),
        of_one_school("student_id", "student"),
        CheckConstraint("(guardian_id IS NULL) = (school_id IS NULL)", "guardian_of_a_school"),
        CheckConstraint("language IN ('vi', 'en')", "language"),
    )
    account_id: Mapped[UUID] = mapped_column(ForeignKey("channel_account.id"))
    channel: Mapped[str]
    address: Mapped[str]
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID | None]
    student_id: Mapped[UUID | None]  # the child she chose to speak of
    language: Mapped[str] = mapped_column(server_default="vi")
    hours_from: Mapped[time | None]  # when she likes to hear from us, on the wall clock
    hours_until: Mapped[time | None]
    dialogue: Mapped[bytes | None]  # what was asked and is not answered, sealed
    dialogue_until: Mapped[datetime | None]
    undo: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSONB(none_as_null=True)
    )  # what her last stop took away
    undo_until: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]  # her last word
    stopped_at: Mapped[datetime | None]  # she said stop, and has not taken it back
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ChatMessage(Keyed, Base):
    """A message of hers, or one to her with its way out; sealed, or plain where nobody is known."""

    __tablename__ = "chat_message"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        ForeignKeyConstraint(
            ["conversation_id", "school_id"], ["conversation.id", "conversation.school_id"]
        ),
        of_one_school("student_id", "student"),
        of_one_school("classroom_id", "classroom"),
        of_one_school("staff_id", "staff"),
        CheckConstraint("kind IN ('heard', 'reply', 'teacher', 'invitation')", "kind"),
        CheckConstraint("desk IN ('class', 'office')", "desk"),
        CheckConstraint(
            "CASE WHEN kind = 'heard' THEN status IS NULL ELSE coalesce(status, '') IN "
            "('queued', 'sending', 'sent', 'failed', 'unknown', 'skipped') END",
            "status",
        ),
        CheckConstraint("sealed IS NULL OR plain IS NULL", "sealed_or_plain"),
        CheckConstraint("desk <> 'class' OR classroom_id IS NOT NULL", "class_of_a_desk"),
        Index(
            "uq_chat_message_heard",
            "account_id",
            "provider_id",
            unique=True,
            postgresql_where=text("kind = 'heard' AND provider_id <> ''"),
        ),
        Index(
            "ix_chat_message_due",
            "channel",
            "due_at",
            postgresql_where=text("status IN ('queued', 'sending')"),
        ),
        Index("ix_chat_message_thread", "conversation_id", "id"),
        Index(
            "ix_chat_message_desk",
            "classroom_id",
            postgresql_where=text("desk IS NOT NULL AND seen_at IS NULL"),
        ),
    )
    conversation_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("channel_account.id"))
    channel: Mapped[str]
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("school.id"))
    kind: Mapped[str]
    said: Mapped[str] = mapped_column(server_default="text")  # hers: contactbook.ports.channel.Said
    sealed: Mapped[bytes | None]
    plain: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    provider_id: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime]
    student_id: Mapped[UUID | None]  # whom it is about
    classroom_id: Mapped[UUID | None]  # that child's class at the time
    desk: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))  # the office is rung
    seen_at: Mapped[datetime | None]  # by whoever has the desk
    staff_id: Mapped[UUID | None]  # who wrote it, of a teacher's
    status: Mapped[str | None]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    reason: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]


class LinkCode(Keyed, Base):
    """A code that links one guardian's chat, once; only its hash is kept."""

    __tablename__ = "link_code"
    __table_args__ = (of_one_school("guardian_id", "guardian"),)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    code_sha256: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    staff_id: Mapped[UUID | None]
