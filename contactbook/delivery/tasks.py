"""Wake-ups: Celery carries a channel's name, never a message. Each is safe to run twice."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from celery import Celery, Task, shared_task
from kombu.exceptions import OperationalError
from sqlalchemy import event
from sqlalchemy.orm import Session

from contactbook.db import Sessions, transaction
from contactbook.delivery import dispatch
from contactbook.delivery.release import release as release_due
from contactbook.parts import Parts
from contactbook.ports.channel import Channel


class Worker(Celery):
    """A Celery application that carries the process's parts to its tasks."""

    parts: Parts


def parts_of(task: Task[Any, Any]) -> Parts:
    return cast("Worker", task.app).parts


@shared_task(bind=True, name="delivery.drain", ignore_result=True)
def drain(self: Task[Any, Any], channel: str) -> None:
    """Drain every lane of `channel` that has something due, each in a task of its own.

    Safe to run on many workers at once; one lane is drained here, the others by whoever is free.
    """
    parts = parts_of(self)
    lanes = dispatch.due(parts, Channel(channel))
    with suppress(OperationalError, OSError):  # no broker: the timetable comes by again
        for lane in lanes[1:]:
            self.app.send_task(
                "delivery.drain_lane",
                [channel, str(lane)],
                queue=channel,
                expires=30,
                retry=True,
                retry_policy={"max_retries": 0},
            )
    for lane in lanes[:1]:
        dispatch.drain_lane(parts, Channel(channel), lane)


@shared_task(bind=True, name="delivery.drain_lane", ignore_result=True)
def drain_lane(self: Task[Any, Any], channel: str, lane_id: str) -> None:
    """Send until nothing of one lane is due. Safe to run on many workers at once."""
    dispatch.drain_lane(parts_of(self), Channel(channel), UUID(lane_id))


@shared_task(bind=True, name="delivery.release", ignore_result=True)
def release(self: Task[Any, Any]) -> None:
    """Put back what dead workers held, and let what waited too long go on."""
    parts = parts_of(self)
    with transaction(parts.sessions) as session:
        release_due(session, parts, now=parts.now())


def wake_after_commit(sessions: Sessions, send: Callable[[str], None]) -> None:
    """After a commit that wrote deliveries, wake the drains; if that is lost, beat does."""

    @event.listens_for(sessions, "after_commit")
    def wake(session: Session) -> None:
        if session.in_nested_transaction():  # a savepoint calls this as well
            return
        with suppress(OperationalError, OSError):  # the first that fails costs 2 s: no second one
            for channel in session.info.pop("wake", ()):
                send(channel.value)
