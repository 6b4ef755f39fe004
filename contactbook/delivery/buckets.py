"""How fast each account may be used: a bucket of tokens in Redis that all workers take from.

Without Redis every process keeps to a quarter of the rate by itself: slower, and never too fast
for four workers.
"""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from uuid import UUID

import redis
import structlog

log = structlog.get_logger()
ALONE = 0.25
BURST = 1.0  # seconds' worth that a bucket holds
# Redis's own clock: the workers' may differ. Tokens are fractions; a script runs undisturbed.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local rate, want, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local since = now - (tonumber(kept[2]) or now)
local tokens = math.min(most, (tonumber(kept[1]) or most) + since * rate)
local given = math.max(0, math.min(want, math.floor(tokens)))
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - given), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(most / rate * 1000) + 1000)
return given
"""


def room(rate: float) -> float:
    """What a bucket holds: a second's worth, and never less than one message."""
    return max(1.0, rate * BURST)


class LocalBuckets:
    """The same for one process."""

    def __init__(self, share: float = 1.0, clock: Callable[[], float] = monotonic) -> None:
        self.share, self.clock, self.lock = share, clock, Lock()
        self.kept: dict[UUID, tuple[float, float]] = {}

    def take(self, account_id: UUID, *, want: int, rate: float) -> int:
        rate *= self.share
        with self.lock:
            now, most = self.clock(), room(rate)
            tokens, at = self.kept.get(account_id, (most, now))
            tokens = min(most, tokens + (now - at) * rate)
            given = max(0, min(want, int(tokens)))
            self.kept[account_id] = (tokens - given, now)
            return given


class RedisBuckets:
    def __init__(self, url: str) -> None:
        """`url` as Celery reads it, which calls a unix socket redis+socket://."""
        spelled = url.replace("redis+socket://", "unix://", 1)
        self.client = redis.Redis.from_url(spelled, socket_timeout=1, socket_connect_timeout=1)
        self.script = self.client.register_script(TAKE)
        self.alone = LocalBuckets(ALONE)

    def take(self, account_id: UUID, *, want: int, rate: float) -> int:
        try:
            given = self.script([f"contactbook:rate:{account_id}"], [rate, want, room(rate)])
        except redis.RedisError as away:
            log.warning("rate kept without Redis", why=type(away).__name__)
            return self.alone.take(account_id, want=want, rate=rate)
        return int(given)
