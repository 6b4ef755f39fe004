"""What a message points to: a page of the reader's own, and a file that came with it.

Words hold `message.PAGE` where her address belongs. It is put in when they leave: an address holds
72 bits that only our secret can make from update and guardian, and is kept by its hash alone.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from contactbook.db import Base, Keyed, of_one_school
from contactbook.delivery.message import Words, mentions_page, with_page
from contactbook.delivery.models import Delivery
from contactbook.delivery.outbox import Leaving
from contactbook.errors import NotFound
from contactbook.ports.channel import Channel, Picture
from contactbook.settings import Settings

BYTES = 9
LIFE = timedelta(days=30)  # afterwards the address opens nothing
PICTURES = ("image/jpeg", "image/png")
MOST_PICTURE = 1_000_000  # bytes: Zalo takes no more; a larger one is seen on the page
SHOWS_PICTURES = frozenset({Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL})


class Attachment(Keyed, Base):
    """A file that goes with an update; until it is published it belongs to nobody's message."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("update_id"),
        of_one_school("update_id", "published_update"),
        of_one_school("staff_id", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    staff_id: Mapped[UUID]
    update_id: Mapped[UUID | None]
    name: Mapped[str]
    media_type: Mapped[str]
    data: Mapped[bytes] = mapped_column(deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReadingLink(Base):
    """A guardian's address for one update: when she first opened it, and when she confirmed."""

    __tablename__ = "reading_link"
    __table_args__ = (
        Index("ix_reading_link_update", "update_id", "guardian_id"),
        of_one_school("update_id", "published_update"),
        of_one_school("guardian_id", "guardian"),
    )
    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    update_id: Mapped[UUID]
    guardian_id: Mapped[UUID]
    created_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


def token_of(secret: SecretStr, update_id: UUID, guardian_id: UUID) -> str:
    key = f"reading:{secret.get_secret_value()}".encode()
    seal = hmac.new(key, update_id.bytes + guardian_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(seal[:BYTES]).decode()


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def address(settings: Settings, token: str) -> str:
    return f"{settings.public_url.rstrip('/')}/n/{token}"


def addressed(
    session: Session, settings: Settings, leaving: Sequence[Leaving], *, now: datetime
) -> list[Leaving]:
    """Give every message that mentions its reader's page her address, and its picture."""
    mentioning = {one.id: one.month for one in leaving if mentions_page(one.words)}
    if not mentioning:
        return list(leaving)
    rows = session.execute(
        select(Delivery.id, Delivery.school_id, Delivery.update_id, Delivery.guardian_id).where(
            Delivery.id.in_(mentioning), Delivery.month.in_(set(mentioning.values()))
        )
    ).all()
    shown = pictures(session, {row.update_id for row in rows})
    ready: dict[UUID, tuple[str, Picture | None]] = {}
    for row in rows:
        token = token_of(settings.secret_key, row.update_id, row.guardian_id)
        ready[row.id] = address(settings, token), shown.get(row.update_id)
        remember(session, row.school_id, row.update_id, row.guardian_id, token, now)
    return [dressed(one, *ready[one.id]) if one.id in ready else one for one in leaving]


def dressed(one: Leaving, url: str, picture: Picture | None) -> Leaving:
    shows = picture if one.words.channel in SHOWS_PICTURES else None
    return replace(one, words=with_page(one.words, url), picture=shows)


def remember(
    session: Session,
    school_id: UUID,
    update_id: UUID,
    guardian_id: UUID,
    token: str,
    now: datetime,
) -> None:
    row = {
        "token_sha256": hashed(token),
        "school_id": school_id,
        "update_id": update_id,
        "guardian_id": guardian_id,
        "created_at": now,
    }
    session.execute(insert(ReadingLink).values(row).on_conflict_do_nothing())


def pictures(session: Session, updates: set[UUID]) -> dict[UUID, Picture]:
    """Those small enough to be sent as they are."""
    rows = session.execute(
        select(Attachment.update_id, Attachment.id, Attachment.media_type, Attachment.data).where(
            Attachment.update_id.in_(updates),
            Attachment.media_type.in_(PICTURES),
            func.octet_length(Attachment.data) <= MOST_PICTURE,
        )
    )
    return {row.update_id: as_picture(row.id, row.media_type, row.data) for row in rows}


def as_picture(attachment_id: UUID, media_type: str, data: bytes) -> Picture:
    ending = "png" if media_type == "image/png" else "jpg"
    return Picture(name=f"{attachment_id.hex}.{ending}", media_type=media_type, data=data)


def opened(session: Session, token: str, now: datetime) -> ReadingLink:
    """Whose page of which update this is; raises `NotFound`, also once it is too old."""
    link = session.get(ReadingLink, hashed(token))
    if link is None or link.created_at < now - LIFE:
        raise NotFound
    return link


def example(settings: Settings, words: Words) -> Words:
    """The words as they leave, with an address as long as every reader's."""
    return with_page(words, address(settings, "x" * 12))
