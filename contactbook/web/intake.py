"""What providers tell us, written down: the same for their callbacks and for what we fetch."""

from collections.abc import Sequence

import structlog

from contactbook.db import transaction
from contactbook.delivery import receipts
from contactbook.errors import NotFound
from contactbook.parts import Parts
from contactbook.ports.channel import (
    Acknowledges,
    Callback,
    Channel,
    ChannelAdapter,
    Incoming,
    Receipt,
)

log = structlog.get_logger()


def take(parts: Parts, channel: Channel, callback: Callback) -> None:
    """Write what a callback says; raises `Forged`, and `NotFound` for a channel we do not run."""
    adapter = parts.adapters.get(channel)
    if adapter is None:
        raise NotFound
    said = adapter.read(callback)
    write_down(parts, said)
    acknowledge(parts, adapter, said)


def write_down(parts: Parts, said: Sequence[Receipt | Incoming]) -> None:
    """One commit for all of it; a parent's words are counted here and kept by the next step."""
    with transaction(parts.sessions) as session:
        for one in said:
            match one:
                case Receipt():
                    receipts.apply(session, parts.entitlements, one, now=parts.now())
                case Incoming():
                    log.info("a parent wrote", channel=one.channel.value)


def acknowledge(parts: Parts, adapter: ChannelAdapter, said: Sequence[Receipt | Incoming]) -> None:
    """Let the buttons that were tapped stop spinning: only now is it true that we have heard."""
    if not isinstance(adapter, Acknowledges):
        return
    for one in said:
        if isinstance(one, Incoming) and one.handle:
            parts.loop.start(adapter.acknowledge(one))
