"""The conversation's one task: send what is waiting of a channel. Safe to run twice."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError
from sqlalchemy import event
from sqlalchemy.orm import Session

from contactbook.conversation import sending
from contactbook.conversation.keeping import WAKE
from contactbook.db import Sessions
from contactbook.delivery.tasks import parts_of
from contactbook.ports.channel import Channel

REPLY = "conversation.reply"


@shared_task(bind=True, name=REPLY, ignore_result=True)
def reply(self: Task[Any, Any], channel: str) -> None:
    """Send until nothing of the conversation waits on `channel`."""
    sending.drain(parts_of(self), Channel(channel))


def wake_after_commit(sessions: Sessions, send: Callable[[str], None]) -> None:
    """After a commit that wrote replies, send them; if the wake-up is lost, beat does."""

    @event.listens_for(sessions, "after_commit")
    def wake(session: Session) -> None:
        if session.in_nested_transaction():
            return
        with suppress(OperationalError, OSError):
            for channel in session.info.pop(WAKE, ()):
                send(channel.value)
