"""Chooses the parts a process is made of. The only place that knows which class answers a port."""

from collections.abc import Callable
from datetime import datetime

from billing.entitlements import SubscriptionEntitlements
from channels.adapters import build_adapters
from channels.settings import ChannelSettings
from contactbook import clock
from contactbook.db import connect, sessions
from contactbook.loop import Loop
from contactbook.parts import Parts
from contactbook.settings import Settings


def build(
    settings: Settings,
    channels: ChannelSettings,
    *,
    database_url: str,
    now: Callable[[], datetime] = clock.now,
) -> Parts:
    """The real parts. Nothing is opened yet: connections and clients wake at first use."""
    return Parts(
        settings=settings,
        sessions=sessions(connect(database_url)),
        adapters=build_adapters(channels, now=now),
        entitlements=SubscriptionEntitlements(),
        loop=Loop(),
        now=now,
    )


def close(parts: Parts) -> None:
    """Hang up everywhere. The parts are not used afterwards."""
    for adapter in parts.adapters.values():
        parts.loop.run(adapter.close())
    parts.sessions.kw["bind"].dispose()
