"""What a process is made of, described by what it can do; `assembly` chooses the real ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock

from contactbook.db import Sessions
from contactbook.loop import Loop
from contactbook.ports.channel import Channel, ChannelAdapter
from contactbook.ports.entitlement import Entitlements
from contactbook.settings import Settings


@dataclass(frozen=True)
class Parts:
    settings: Settings
    sessions: Sessions
    adapters: Mapping[Channel, ChannelAdapter]
    entitlements: Entitlements
    loop: Loop
    now: Callable[[], datetime]
    # One drain per channel and process: a hanging provider must not fill every worker thread.
    draining: Mapping[Channel, Lock] = field(default_factory=lambda: {c: Lock() for c in Channel})
    stopping: Event = field(default_factory=Event)  # set: hear what is out, claim no more
