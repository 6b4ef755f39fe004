"""The network side of a drain: messages in flight, and their answers as they come."""

import asyncio
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic

import structlog

from contactbook.delivery.consequence import Answer
from contactbook.delivery.message import compose, lines
from contactbook.delivery.outbox import Leaving
from contactbook.letters import letter
from contactbook.ports.channel import (
    Accepted,
    Channel,
    ChannelAdapter,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
)

log = structlog.get_logger()
GROUP = 0.010  # seconds: answers that come this close together are written in one commit


async def send_all(
    adapter: ChannelAdapter, leaving: Sequence[Leaving], done: Callable[[Answer], None]
) -> None:
    """Send each message at once; `done` is told of every one, whatever happens."""
    async with asyncio.TaskGroup() as group:
        for one in leaving:
            group.create_task(attempt(adapter, one, done))


async def attempt(adapter: ChannelAdapter, one: Leaving, done: Callable[[Answer], None]) -> None:
    said: Accepted | SendFailed
    try:
        said = await adapter.send(outgoing(one))
    except SendFailed as failure:
        said = failure
    except Exception as fault:
        log.exception("adapter fault", channel=one.words.channel.value, delivery=str(one.id))
        said = OutcomeUnknown(type(fault).__name__)
    done(Answer(one.id, one.attempt, one.urgent, said))


def outgoing(one: Leaving) -> Outgoing:
    """The message in the words of its channel, with only what its guardian agreed to."""
    body = compose(one.words, one.allowed)
    if one.words.channel is not Channel.EMAIL:
        return Outgoing(reference=one.id, address=one.address, body=body)
    said = lines(one.words, one.allowed)
    page = letter("update", head=one.words.head, lines=said, foot=one.words.foot, school=one.school)
    return Outgoing(
        reference=one.id,
        address=one.address,
        body=body,
        subject=one.words.subject,
        html=page,
        sender_name=one.school,
    )


def arrived(answers: SimpleQueue[Answer], patience: float) -> list[Answer]:
    """The next answer, and all that come within `GROUP` of it; none after `patience` seconds."""
    try:
        group = [answers.get(timeout=patience)]
    except Empty:
        return []
    until = monotonic() + GROUP
    while (left := until - monotonic()) > 0:
        try:
            group.append(answers.get(timeout=left))
        except Empty:
            break
    return group
