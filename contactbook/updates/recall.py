"""A teacher takes an update back, as long as nothing of it has left."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from contactbook.delivery import outbox
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.errors import Conflict, NotFound
from contactbook.people import audit
from contactbook.updates.models import Update
from contactbook.words import gettext as _


def recall(session: Session, *, update_id: UUID, staff_id: UUID, now: datetime) -> Update:
    """Take an update back while nothing of it has left; afterwards only a correction can help.

    Raises Conflict, and takes nothing back, once the undo time is over or a message has left: a
    worker's clock decides that, not the page's. Twice is once.
    """
    alone = {"key_share": True}  # not FOR UPDATE: a worker that follows up a message refers to it
    with session.begin_nested():
        update = session.get(Update, update_id, with_for_update=alone, populate_existing=True)
        if update is None:
            raise NotFound
        if update.recalled_at is not None:
            return update
        update.recalled_at = now
        rows = outbox.recall(session, update_id=update.id, month=update.month, now=now)
        if now >= update.due_at or begun(session, update):
            raise Conflict(_("It is too late to take this back: the messages are on their way."))
        audit.note(
            session,
            "update.recalled",
            actor_id=staff_id,
            school_id=update.school_id,
            subject_id=update.id,
            now=now,
            rows=rows,
        )
    return update


def begun(session: Session, update: Update) -> bool:
    """Whether a worker has taken up any message of it: sent it, or looked and left it out.

    Who was left out from the start has no channel; one that was looked at may have a follower.
    """
    looked_at = and_(Delivery.status == Status.SKIPPED, Delivery.channel.is_not(None))
    taken = exists().where(
        Delivery.update_id == update.id,
        Delivery.month == update.month,
        or_(Delivery.attempts > 0, looked_at),
    )
    return bool(session.scalar(select(taken)))
