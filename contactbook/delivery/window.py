"""The network side of a drain: messages in flight, and their answers as they come."""

import asyncio
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from uuid import UUID

import structlog

from contactbook.delivery.consequence import Answer
from contactbook.delivery.message import Words, compose, lines
from contactbook.delivery.outbox import Leaving
from contactbook.letters import Frame, Letter, letter
from contactbook.ports.channel import (
    Accepted,
    Channel,
    ChannelAdapter,
    GiveUp,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
)

log = structlog.get_logger()
GROUP = 0.010  # seconds: answers that come this close together are written in one commit


class Answers:
    """Answers on their way from the loop to the drain: in groups of up to `most`.

    A drain that took them one by one would want the interpreter for each, while others are sent.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.groups: SimpleQueue[list[Answer]] = SimpleQueue()
        self.open: list[Answer] = []
        self.closing: asyncio.TimerHandle | None = None

    def put(self, answer: Answer) -> None:
        """On the loop only."""
        self.open.append(answer)
        if len(self.open) >= self.most:
            self.close()
        elif self.closing is None:
            self.closing = asyncio.get_running_loop().call_later(GROUP, self.close)

    def close(self) -> None:
        if self.closing is not None:
            self.closing.cancel()
        self.groups.put(self.open)
        self.open, self.closing = [], None

    def get(self, patience: float) -> list[Answer]:
        """Every group that is ready; nothing after `patience` seconds.

        Where a commit takes longer than the provider, both halves of the window wait for it.
        """
        try:
            ready = self.groups.get(timeout=patience)
        except Empty:
            return []
        while not self.groups.empty():  # nobody else takes from it
            ready += self.groups.get()
        return ready


AdapterOf = Callable[[UUID], ChannelAdapter]  # an account's


async def send_all(
    adapter_of: AdapterOf,
    leaving: Sequence[Leaving],
    done: Callable[[Answer], None],
    patience: float | None = None,
) -> None:
    """Send each message at once; `done` is told of every one, after `patience` seconds at most."""
    async with asyncio.TaskGroup() as group:
        for one in leaving:
            group.create_task(attempt(adapter_of(one.account_id), one, done, patience))


async def attempt(
    adapter: ChannelAdapter,
    one: Leaving,
    done: Callable[[Answer], None],
    patience: float | None = None,
) -> None:
    began = monotonic()
    said = await tried(adapter, one, patience)
    seconds = monotonic() - began
    done(Answer(one.id, one.month, one.attempt, one.urgent, said, one.account_id, seconds))


async def tried(
    adapter: ChannelAdapter, one: Leaving, patience: float | None
) -> Accepted | SendFailed:
    try:
        message = outgoing(one)
    except Exception:  # a fault of our words: nothing has left, and no later try will be better
        log.exception("message cannot be composed", **about(one))
        return GiveUp("cannot be composed")
    try:
        async with asyncio.timeout(patience):
            return await adapter.send(message)
    except SendFailed as failure:
        return failure
    except TimeoutError:  # an adapter has shorter ones of its own: this one never came back
        return OutcomeUnknown("no answer in time")
    except Exception as fault:
        log.exception("adapter fault", **about(one))
        return OutcomeUnknown(type(fault).__name__)


def about(one: Leaving) -> dict[str, str]:
    return {"channel": one.words.channel.value, "delivery": str(one.id)}


def outgoing(one: Leaving) -> Outgoing:
    """The message in the words of its channel, with only what its guardian agreed to."""
    if one.words.channel is not Channel.EMAIL:
        return Outgoing(
            reference=one.id,
            address=one.address,
            body=compose(one.words, one.allowed),
            round=one.round,
            urgent=one.urgent,
            picture=one.picture,
        )
    frame = Frame(one.school, one.school_phone, one.words.foot, one.unsubscribe_url)
    written = in_frame(one.words, one.allowed, frame, picture=one.picture is not None)
    return Outgoing(
        reference=one.id,
        address=one.address,
        body=written.text,
        round=one.round,
        urgent=one.urgent,
        subject=one.words.subject,
        html=written.html,
        sender_name=one.school,
        unsubscribe_url=one.unsubscribe_url,
        picture=one.picture,
    )


def in_frame(words: Words, allowed: int, frame: Frame, *, picture: bool = False) -> Letter:
    """An update as a letter; a preview shows it without the address that ends e-mail."""
    said = lines(words, allowed)
    return letter("update", frame, picture=picture, head=words.head, lines=said)
