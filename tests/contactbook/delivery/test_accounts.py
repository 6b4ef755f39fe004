"""Accounts as rows: by whose keys a message leaves, how fast, and who stands in for whom."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.fernet import InvalidToken
from sqlalchemy import select
from structlog.testing import capture_logs

from contactbook.db import Sessions, transaction
from contactbook.delivery.accounts import Keys, Safe, StoredAccounts, of_environment
from contactbook.delivery.buckets import LocalBuckets, RedisBuckets
from contactbook.delivery.entering import NewAccount, end, enter
from contactbook.delivery.lane_models import ChannelAccount
from contactbook.delivery.status import Status
from contactbook.delivery.vault import StoredVault
from contactbook.embedded import RedisAddress
from contactbook.loop import Loop
from contactbook.people.consent import ConsentState
from contactbook.people.models import ContactPoint
from contactbook.ports.account import Account
from contactbook.ports.channel import (
    Accepted,
    Channel,
    ChannelAdapter,
    Gone,
    Moved,
    OptedOut,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
    UsedUp,
    WindowClosed,
)
from tests.contactbook.delivery.engine import (
    Engine,
    a_class_told,
    a_family_told,
    deliveries,
    roads,
    statuses,
)
from tests.fakes import FakeAccounts, FakeChannel

ZALO, MAIL, SMS = Channel.ZALO, Channel.EMAIL, Channel.SMS
SECRET = "a secret for tests"
SAFE = Safe(SECRET)


def account(sessions: Sessions, channel: Channel, school: UUID | None = None) -> UUID:
    """An account with keys of its own: of a school, or one more in the default lane."""
    schools = [school] if school else []
    new = NewAccount(channel, channel, "one more", {"token": "t0p"}, schools)
    with transaction(sessions) as session:
        return enter(session, SAFE, new).id


class Several(FakeAccounts):
    """Accounts whose fakes are told apart."""

    by_account: dict[UUID, FakeChannel]

    def known(self) -> dict[UUID, Account]:
        found = super().known().items()
        return {key: replace(one, adapter=self.spoken(one)) for key, one in found}

    def spoken(self, one: Account) -> ChannelAdapter:
        return self.by_account.get(one.id, one.adapter)


def senders(committed: Sessions, school: UUID) -> set[UUID | None]:
    return {row.account_id for row in deliveries(committed) if row.school_id == school}


def test_a_schools_own_account_sends_its_messages_and_nobody_elses(committed: Sessions) -> None:
    first, _ = a_class_told(committed, 2, ZALO)  # promised before it has an account of its own
    other, _ = a_class_told(committed, 2, ZALO)
    mine = account(committed, ZALO, first.school.id)
    engine = Engine(committed, [FakeChannel(ZALO)])
    engine.drain()
    assert senders(committed, first.school.id) == {mine}
    assert senders(committed, other.school.id) == {of_environment("zalo")}


def test_when_its_own_account_ends_what_waits_leaves_by_ours(committed: Sessions) -> None:
    world, _ = a_class_told(committed, 2, ZALO)
    mine = account(committed, ZALO, world.school.id)
    engine = Engine(committed, [FakeChannel(ZALO)])
    with transaction(committed) as session:
        end(session, mine, now=engine.clock())
    engine.parts.accounts.refresh()
    engine.drain()
    assert senders(committed, world.school.id) == {of_environment("zalo")}
    with transaction(committed) as session:
        assert session.get_one(ChannelAccount, mine).sealed is None


def test_keys_are_sealed_and_read_under_our_secret_only(committed: Sessions) -> None:
    key = account(committed, ZALO)
    with transaction(committed) as session:
        sealed = session.get_one(ChannelAccount, key).sealed
    assert sealed is not None
    assert b"t0p" not in sealed
    assert SAFE.open(sealed) == {"token": "t0p"}
    with pytest.raises(InvalidToken):
        Safe("another secret, long enough as well").open(sealed)


def test_an_account_that_cannot_be_opened_is_left_out_and_said(committed: Sessions) -> None:
    account(committed, ZALO)
    built: list[Keys] = []
    accounts = StoredAccounts(
        committed, Loop(), Safe("another secret, long enough as well"), built.append, environment={}
    )
    with capture_logs() as lines:
        assert accounts.of_channel(ZALO) == []
    assert built == []
    assert [line["event"] for line in lines] == ["account unreadable"]


def test_a_changed_account_gets_a_new_adapter_and_an_ended_one_none(committed: Sessions) -> None:
    key = account(committed, ZALO)
    built: list[Keys] = []

    def build(keys: Keys) -> FakeChannel:
        built.append(keys)
        return FakeChannel(ZALO)

    accounts = StoredAccounts(committed, Loop(), SAFE, build, environment={})
    [one] = accounts.of_channel(ZALO)
    accounts.refresh()
    [same] = accounts.of_channel(ZALO)
    assert same.adapter is one.adapter
    with transaction(committed) as session:
        session.get_one(ChannelAccount, key).version += 1
    accounts.refresh()
    [other] = accounts.of_channel(ZALO)
    assert other.adapter is not one.adapter
    with transaction(committed) as session:
        session.get_one(ChannelAccount, key).ended_at = Engine(committed, []).clock()
    accounts.refresh()
    assert accounts.of_channel(ZALO) == []
    assert len(built) == 2
    accounts.close()


def two_sms(committed: Sessions, first: FakeChannel, second: FakeChannel) -> Engine:
    """One lane, two accounts."""
    more = account(committed, SMS)
    engine = Engine(committed, [FakeChannel(SMS)])
    several = Several(committed, engine.parts.loop, {SMS: first})
    several.by_account = {more: second}
    object.__setattr__(engine.parts, "accounts", several)
    return engine


def test_two_accounts_of_a_lane_share_its_messages(committed: Sessions) -> None:
    one, other = FakeChannel(SMS), FakeChannel(SMS)
    engine = two_sms(committed, one, other)
    a_class_told(committed, 60, SMS)
    engine.drain(SMS)
    assert len(one.sent) + len(other.sent) == 60
    assert one.sent
    assert other.sent


def test_an_account_that_errs_loses_its_share_and_earns_it_back(committed: Sessions) -> None:
    sick, healthy = FakeChannel(SMS, failure=TryAgain("502")), FakeChannel(SMS)
    engine = two_sms(committed, sick, healthy)
    for _ in range(4):
        a_class_told(committed, 20, SMS)
        engine.drain(SMS)
        engine.clock.forward(minutes=20)
    tried = len(sick.sent)
    assert tried < len(healthy.sent)
    shares = health(committed)
    assert min(shares) < 0.2
    sick.failure = None
    for _ in range(80):  # the smaller its share, the rarer its chance to show that it is well
        if min(health(committed)) > 0.5:
            break
        a_class_told(committed, 12, SMS)
        engine.drain(SMS)
        engine.clock.forward(minutes=20)
    assert min(health(committed)) > 0.5
    assert set(statuses(committed)) == {Status.SENT}  # what one did not take, the other did


def health(committed: Sessions) -> Sequence[float]:
    with transaction(committed) as session:
        return session.scalars(
            select(ChannelAccount.health).where(ChannelAccount.channel == SMS)
        ).all()


def test_a_doubtful_paid_message_is_not_sent_by_the_other_account(committed: Sessions) -> None:
    one, other = (FakeChannel(SMS, failure=OutcomeUnknown("hung up")) for _ in range(2))
    engine = two_sms(committed, one, other)
    a_class_told(committed, 10, SMS)
    for _ in range(5):
        engine.drain(SMS)
        engine.clock.forward(hours=1)
        engine.release()
    assert len(one.sent) + len(other.sent) == 10
    assert statuses(committed) == {Status.UNKNOWN: 10}


def test_a_throttled_account_waits_as_a_whole_and_nothing_wears_out(committed: Sessions) -> None:
    a_class_told(committed, 40, ZALO)
    zalo = FakeChannel(ZALO, failure=Throttled("-32", after=timedelta(seconds=40)))
    engine = Engine(committed, [zalo], settings={"window": 4, "attempts": 2})
    with capture_logs() as lines:
        for _ in range(5):
            engine.drain()
            assert len(zalo.sent) <= 4 * 5
            engine.clock.forward(seconds=41)
    assert not [line for line in lines if line["event"] == "account paused"]  # no alert: it passes
    zalo.failure = None
    engine.drain()
    assert statuses(committed) == {Status.SENT: 40}


def test_a_used_up_quota_is_an_alert_and_ends_at_its_time(committed: Sessions) -> None:
    a_class_told(committed, 5, ZALO)
    zalo = FakeChannel(ZALO, failure=UsedUp("-211", after=timedelta(hours=3)))
    engine = Engine(committed, [zalo], settings={"window": 1})
    with capture_logs() as lines:
        engine.drain()
        engine.drain()
    assert len(zalo.sent) == 1
    assert [line["event"] for line in lines] == ["account paused"]


def test_no_more_leave_in_a_day_than_the_quota_says(committed: Sessions) -> None:
    engine = Engine(committed, [FakeChannel(ZALO)], settings={"window": 4})
    with transaction(committed) as session:
        session.get_one(ChannelAccount, engine.accounts[ZALO]).daily_quota = 7
    engine.parts.accounts.refresh()
    a_class_told(committed, 10, ZALO)
    engine.drain()
    engine.drain()
    assert statuses(committed) == {Status.SENT: 7, Status.QUEUED: 3}
    engine.clock.forward(days=1)
    engine.drain()
    assert statuses(committed) == {Status.SENT: 10}


def test_a_rate_is_kept_by_several_workers_together(redis_address: RedisAddress) -> None:
    one, other = (RedisBuckets(redis_address.celery_url) for _ in range(2))
    key = UUID(int=7)
    given = [bucket.take(key, want=3, rate=10.0) for _ in range(5) for bucket in (one, other)]
    assert 10 <= sum(given) <= 12  # a second's worth at once, and what grew meanwhile


def test_without_redis_a_worker_keeps_to_a_quarter_of_the_rate() -> None:
    bucket = RedisBuckets("redis://127.0.0.1:1/0")
    assert bucket.take(UUID(int=7), want=100, rate=40.0) == 10


def test_a_bucket_fills_with_time() -> None:
    moments = iter([0.0, 0.0, 0.5, 100.0])
    bucket = LocalBuckets(clock=lambda: next(moments))
    key = UUID(int=1)
    assert [bucket.take(key, want=9, rate=4.0) for _ in range(4)] == [4, 0, 2, 4]


# What a refusal says of an address


def refused(committed: Sessions, said: SendFailed) -> tuple[ContactPoint, Engine]:
    a_family_told(committed, ZALO, MAIL)
    answers = [said]
    zalo = FakeChannel(ZALO, script=lambda _: answers.pop() if answers else Accepted("z"))
    engine = Engine(committed, [zalo, FakeChannel(MAIL)])
    engine.drain(ZALO)
    with transaction(committed) as session:
        [point] = session.scalars(select(ContactPoint).where(ContactPoint.channel == ZALO)).all()
    return point, engine


def test_a_dead_address_is_given_up(committed: Sessions) -> None:
    point, _ = refused(committed, Gone("-213"))
    assert point.ended_at is not None
    assert roads(committed)[-1][0] == MAIL


def test_who_refuses_us_has_withdrawn(committed: Sessions) -> None:
    point, _ = refused(committed, OptedOut("blocked"))
    assert point.ended_at is not None
    with transaction(committed) as session:
        left = session.execute(select(ConsentState.channel, ConsentState.purposes)).all()
    assert dict(iter(left)) == {"zalo": 0, "email": 63}


def test_a_closed_window_leaves_the_address_as_it_is(committed: Sessions) -> None:
    point, engine = refused(committed, WindowClosed("-230"))
    assert point.ended_at is None
    assert point.window_ends_at == engine.clock()


def test_who_moved_is_written_to_at_her_new_address(committed: Sessions) -> None:
    point, engine = refused(committed, Moved("migrated", to="-100777"))
    assert point.address == "-100777"
    engine.drain(ZALO)
    assert engine.fakes[0].sent[-1].address == "-100777"
    assert [row.status for row in deliveries(committed)] == [Status.SENT]


# Tokens that may be spent only once

RENEWER = """
import asyncio, json, sys
from contactbook.clock import now
from contactbook.db import connect, sessions
from contactbook.delivery.accounts import Safe
from contactbook.delivery.vault import StoredVault
from uuid import UUID

url, key, secret, ledger = sys.argv[1:]

async def main():
    vault = StoredVault(sessions(connect(url, pool=1)), Safe(secret), UUID(key), now)
    async def renewal(held):
        with open(ledger, "a") as spent:
            spent.write(held["refresh_token"] + "\\n")
        await asyncio.sleep(0.5)
        return {"access_token": "new", "refresh_token": "second"}
    print(json.dumps(dict(await vault.renew("old", renewal))))

sys.stdin.read()
asyncio.run(main())
"""


def test_fifty_processes_spend_one_refresh_token_once(
    committed: Sessions, database_url: str, tmp_path: Path
) -> None:
    key = account(committed, ZALO)
    with transaction(committed) as session:
        session.get_one(ChannelAccount, key).secrets = SAFE.seal(
            {"access_token": "old", "refresh_token": "first"}
        )
    ledger = tmp_path / "spent"
    command = [sys.executable, "-c", RENEWER, database_url, str(key), SECRET, str(ledger)]
    workers = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(50)
    ]
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("go")
        worker.stdin.close()  # all at once
        worker.stdin = None
    told = [worker.communicate() for worker in workers]
    assert [fault for _, fault in told if fault] == []
    assert Counter(worker.returncode for worker in workers) == {0: 50}
    got = {json.loads(said)["access_token"] for said, _ in told}
    assert got == {"new"}
    assert ledger.read_text().split() == ["first"]


def test_a_renewal_that_fails_changes_nothing(committed: Sessions) -> None:
    key = account(committed, ZALO)
    vault = StoredVault(committed, SAFE, key, Engine(committed, []).clock)

    async def refused(_held: object) -> dict[str, str]:
        raise OutcomeUnknown("lost")

    async def story() -> None:
        with pytest.raises(OutcomeUnknown):
            await vault.renew("", refused)
        assert await vault.read() == {}

        async def good(_held: object) -> dict[str, str]:
            return {"access_token": "a", "refresh_token": "b"}

        assert await vault.renew("", good) == {"access_token": "a", "refresh_token": "b"}
        assert (await vault.renew("older", refused))["access_token"] == "a"  # somebody was quicker

    asyncio.run(story())
