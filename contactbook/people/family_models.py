"""The keys to a guardian's private page: a link, the visit it opens, a code, a PIN; only hashes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed, of_one_school


class FamilyLink(Keyed, Base):
    """An address that opens her page once, on one browser."""

    __tablename__ = "family_link"
    __table_args__ = (of_one_school("guardian_id", "guardian"),)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    token_sha256: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FamilyVisit(Keyed, Base):
    """A browser that opened a link; until `proven_at` it is shown no more than today."""

    __tablename__ = "family_visit"
    __table_args__ = (
        UniqueConstraint("id", "school_id"),
        of_one_school("guardian_id", "guardian"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    token_sha256: Mapped[bytes] = mapped_column(unique=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    undo: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    undo_until: Mapped[datetime | None]  # until then what `undo` lists can be agreed to again


class FamilyCode(Keyed, Base):
    """Six digits sent to her own address, good for the visit that asked, once."""

    __tablename__ = "family_code"
    __table_args__ = (
        of_one_school("guardian_id", "guardian"),
        of_one_school("visit_id", "family_visit"),
        Index("ix_family_code_guardian", "guardian_id", "sent_at"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    code_hmac: Mapped[bytes]
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FamilyTry(Keyed, Base):
    """A wrong code or PIN: they are counted per guardian, over all her visits."""

    __tablename__ = "family_try"
    __table_args__ = (
        of_one_school("guardian_id", "guardian"),
        Index("ix_family_try_guardian", "guardian_id", "at"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    guardian_id: Mapped[UUID]
    at: Mapped[datetime]


class FamilyPin(Base):
    """What she may type instead of a code; set by herself, never shown."""

    __tablename__ = "family_pin"
    __table_args__ = (of_one_school("guardian_id", "guardian"),)
    guardian_id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    pin_hash: Mapped[str]
    set_at: Mapped[datetime]
