"""A guardian reads a notice on her own page and confirms it; the office sees who has not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contactbook.delivery import reading
from contactbook.delivery.reading import Attachment, ReadingLink
from contactbook.errors import NotFound
from contactbook.people.models import School
from contactbook.updates.models import Update
from contactbook.updates.notice_models import Notice


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice before one of its readers."""

    link: ReadingLink
    update: Update
    notice: Notice
    school: School
    file: Attachment | None


def read(session: Session, token: str, now: datetime) -> Reading:
    """What this address opens; raises `NotFound`, also for a notice that was taken back."""
    link = reading.opened(session, token, now)
    made, notice = session.get(Update, link.update_id), session.get(Notice, link.update_id)
    if made is None or notice is None or made.recalled_at is not None:
        raise NotFound
    if link.opened_at is None:
        link.opened_at = now
    file = session.scalars(select(Attachment).where(Attachment.update_id == made.id)).one_or_none()
    return Reading(link, made, notice, session.get_one(School, made.school_id), file)


def confirm(session: Session, token: str, now: datetime) -> Reading:
    """She has read it; a second time changes nothing."""
    found = read(session, token, now)
    session.execute(
        update(ReadingLink)
        .where(
            ReadingLink.update_id == found.update.id,
            ReadingLink.guardian_id == found.link.guardian_id,
            ReadingLink.confirmed_at.is_(None),
        )
        .values(confirmed_at=now)
    )
    session.refresh(found.link)
    return found


def confirmed(session: Session, update_id: UUID) -> dict[UUID, datetime]:
    """Who has confirmed, and when."""
    rows = session.execute(
        select(ReadingLink.guardian_id, ReadingLink.confirmed_at).where(
            ReadingLink.update_id == update_id, ReadingLink.confirmed_at.is_not(None)
        )
    )
    return {row.guardian_id: row.confirmed_at for row in rows}
