"""Celery as the bearer of wake-ups: a queue per channel, and a timetable that drains anyway.

No message lives in Redis and no time does (an ETA would be delivered again after an hour): losing
Redis loses nothing but a second.
"""

from typing import Any

from celery import Task, shared_task
from celery.signals import worker_shutting_down
from sqlalchemy import func, select

from contactbook.clock import school_day
from contactbook.conversation import sending
from contactbook.conversation import tasks as replies
from contactbook.db import transaction
from contactbook.delivery import tasks
from contactbook.delivery.tasks import Worker, parts_of
from contactbook.parts import Parts
from contactbook.ports.channel import Channel

CHORES = "chores"  # the queue of everything that is not a drain
HOURLY = 3600.0


def create_worker(parts: Parts, redis_url: str) -> Worker:
    """The Celery application of this process; web processes use it to send wake-ups only."""
    app = Worker("contactbook", broker=redis_url, set_as_current=False)
    app.parts = parts
    sweep = parts.settings.sweep.total_seconds()
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=CHORES,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        # A dead Redis must not hold up a teacher's click: see style.md, traps.
        broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 2},
        beat_schedule={
            "release": {
                "task": "delivery.release",
                "schedule": sweep,
                "options": {"expires": sweep},
            },
            "make room": {"task": "delivery.make_room", "schedule": HOURLY},
            **{
                f"drain {channel}": {
                    "task": "delivery.drain",
                    "args": [channel.value],
                    "schedule": sweep,
                    "options": {"queue": channel.value, "expires": sweep},
                }
                for channel in Channel
            },
            **{
                f"reply {channel}": {
                    "task": replies.REPLY,
                    "args": [channel.value],
                    "schedule": sweep,
                    "options": {"queue": channel.value, "expires": sweep},
                }
                for channel in sending.CHANNELS
            },
        },
    )
    tasks.wake_after_commit(parts.sessions, lambda channel: send(app, channel))
    replies.wake_after_commit(parts.sessions, lambda channel: send(app, channel, replies.REPLY))

    def stop(**_: Any) -> None:  # noqa: ANN401 Celery's own words
        """A warm shutdown waits for its tasks, and a drain ends when nothing is due: say it."""
        parts.stopping.set()

    worker_shutting_down.connect(stop, weak=False, dispatch_uid=f"stop {id(parts)}")
    return app


@shared_task(bind=True, name="delivery.make_room", ignore_result=True)
def make_room(self: Task[Any, Any]) -> None:
    """Partitions for the coming months: `migrate` makes them as well, but only at a start."""
    parts = parts_of(self)
    with transaction(parts.sessions) as session:
        session.execute(select(func.delivery_partitions(school_day(parts.now()))))


def send(app: Worker, channel: str, task: str = "delivery.drain") -> None:
    """Wake the drains of `channel`; raises OperationalError when there is no Redis."""
    app.send_task(
        task,
        [channel],
        queue=channel,
        expires=30,
        retry=True,
        retry_policy={"max_retries": 0},
    )


def arguments(channels: list[Channel], *, chores: bool) -> list[str]:
    """How `celery worker` is called for these channels: threads, for they only wait for wires."""
    queues = [channel.value for channel in channels] + ([CHORES] if chores else [])
    threads = len(channels) * 2 + 2
    return [
        "worker", "--pool", "threads", "--concurrency", str(threads), "--queues", ",".join(queues),
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING",
    ]  # fmt: skip


BEAT = ["beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"]
