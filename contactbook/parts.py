"""What a process is made of, described by what it can do; `assembly` chooses the real ones."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock
from uuid import UUID

from contactbook.db import Sessions
from contactbook.loop import Loop
from contactbook.ports.account import Accounts, Buckets
from contactbook.ports.entitlement import Entitlements
from contactbook.settings import Settings


@dataclass(frozen=True)
class Parts:
    settings: Settings
    sessions: Sessions
    accounts: Accounts
    buckets: Buckets
    entitlements: Entitlements
    loop: Loop
    now: Callable[[], datetime]
    # One drain per lane and process: a hanging provider must not fill every worker thread.
    draining: MutableMapping[UUID, Lock] = field(default_factory=dict)
    listening: set[int] = field(default_factory=set)  # adapters that were told to
    stopping: Event = field(default_factory=Event)  # set: hear what is out, claim no more
