"""Everything a person reads, exports or changes about a child, as ids and facts; never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from contactbook.db import Base, Keyed


class Audit(Keyed, Base):
    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject_id", "at"),)
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    school_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]  # staff; none: the system
    action: Mapped[str]  # "class.read", "update.published", "roster.imported"
    subject_id: Mapped[UUID | None]  # a classroom, child, update …
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")  # ids and counts only
    sealed: Mapped[bytes | None]  # readable personal text, under the person's key


def note(
    session: Session,
    action: str,
    *,
    actor_id: UUID | None,
    school_id: UUID | None,
    subject_id: UUID | None,
    now: datetime,
    sealed: bytes | None = None,
    **facts: object,
) -> None:
    session.execute(
        insert(Audit).values(
            at=now,
            school_id=school_id,
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            facts=facts,
            sealed=sealed,
        )
    )
