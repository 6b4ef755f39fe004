"""Chooses the parts a process is made of. The only place that knows which class answers a port."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from billing.entitlements import SubscriptionEntitlements
from channels import adapters
from channels.accounts import Surroundings, of_environment
from channels.settings import ChannelSettings
from contactbook import clock
from contactbook.db import connect, sessions
from contactbook.delivery.accounts import Build, Keys, Safe, StoredAccounts
from contactbook.delivery.buckets import LocalBuckets, RedisBuckets
from contactbook.delivery.vault import StoredVault
from contactbook.loop import Loop
from contactbook.parts import Parts
from contactbook.ports.account import Hear
from contactbook.ports.channel import ChannelAdapter, Incoming, Receipt
from contactbook.settings import Settings
from contactbook.web.intake import write_down

SHARED = {"zbs": "zalo"}  # providers whose accounts have no keys of their own, and whose they use


def build(
    settings: Settings,
    channels: ChannelSettings,
    *,
    database_url: str,
    redis_url: str = "",
    now: Callable[[], datetime] = clock.now,
) -> Parts:
    """The real parts. Nothing is opened yet: connections and clients wake at first use."""
    of, loop = sessions(connect(database_url)), Loop()
    safe = Safe(settings.secret_key.get_secret_value())
    environment = {name: adapters.PROVIDERS[name].channel for name in of_environment(channels)}

    def hear(account_id: UUID) -> Hear:
        async def written(said: Sequence[Receipt | Incoming]) -> None:
            await asyncio.to_thread(write_down, parts, said, account_id)

        return written

    def around(keys: Keys) -> Surroundings:
        return Surroundings(now, hear(keys.id), StoredVault(of, safe, keys.id, now), keys.door)

    parts = Parts(
        settings=settings,
        sessions=of,
        accounts=StoredAccounts(
            of, loop, safe, builder(channels, around), environment=environment, shares=SHARED
        ),
        buckets=RedisBuckets(redis_url) if redis_url else LocalBuckets(),
        entitlements=SubscriptionEntitlements(),
        loop=loop,
        now=now,
    )
    return parts


def builder(channels: ChannelSettings, around: Callable[[Keys], Surroundings]) -> Build:
    """What makes an adapter of an account's keys, or of those in the environment."""
    environment = of_environment(channels)

    def one(keys: Keys) -> ChannelAdapter | None:
        if keys.keys is None:
            account = environment.get(keys.provider)
        else:
            account = adapters.PROVIDERS[keys.provider].account(**keys.keys)
        if account is None:
            return None
        return adapters.build(keys.provider, account, channels, around(keys))

    return one


def close(parts: Parts) -> None:
    """Hang up everywhere. The parts are not used afterwards."""
    parts.accounts.close()
    parts.sessions.kw["bind"].dispose()
