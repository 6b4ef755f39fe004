"""Accounts of several makes in one book: receipts on a line that we keep, a school's own keys."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select

from channels.settings import ChannelSettings
from channels.simulator.server import Config, Simulator, running
from contactbook import assembly
from contactbook.db import Sessions, transaction
from contactbook.delivery import dispatch
from contactbook.delivery.accounts import Safe, of_environment
from contactbook.delivery.entering import NewAccount, enter
from contactbook.delivery.models import Delivery
from contactbook.delivery.release import release
from contactbook.delivery.status import Status
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from tests.contactbook.delivery.engine import Clock, a_class_told
from tests.journeys.live import SETTINGS, until

SMS = Channel.SMS


@pytest.fixture
def smsc() -> Iterator[Simulator]:
    with running(Config(receipt_delay=0.05)) as simulator:
        yield simulator


@pytest.fixture
def parts(database_url: str, smsc: Simulator) -> Iterator[Parts]:
    keys = ChannelSettings.model_validate(
        {"smpp_url": smsc.smpp_url, "smpp_brandname": smsc.config.smpp_brandnames[0]}
    )
    clock = Clock()
    clock.moment += timedelta(minutes=1)
    parts = assembly.build(Settings(**SETTINGS), keys, database_url=database_url, now=clock)
    yield parts
    assembly.close(parts)


def sent(committed: Sessions) -> list[Delivery]:
    with transaction(committed) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def drained(parts: Parts, committed: Sessions) -> bool:
    dispatch.drain(parts, SMS)
    with transaction(parts.sessions) as session:
        release(session, parts, now=parts.now())
    return all(row.status == Status.DELIVERED for row in sent(committed))


def test_an_smsc_tells_of_arrival_on_the_line_that_we_keep(
    committed: Sessions, parts: Parts
) -> None:
    a_class_told(committed, 12, SMS)
    until(lambda: drained(parts, committed))
    rows = sent(committed)
    assert len(rows) == 12
    assert {row.account_id for row in rows} == {of_environment("smpp")}


def test_a_school_with_its_own_brandname_sends_under_it(committed: Sessions, parts: Parts) -> None:
    world, _ = a_class_told(committed, 3, SMS)
    other, _ = a_class_told(committed, 3, SMS)
    with running(Config(receipt_delay=0.05, smpp_brandnames=("LA",))) as theirs:
        where = urlsplit(theirs.smpp_url)
        own = {
            "host": where.hostname, "port": where.port, "brandname": "LA",
            "system_id": where.username, "password": where.password,
        }  # fmt: skip
        secret = Safe(parts.settings.secret_key.get_secret_value())
        with transaction(committed) as session:
            mine = enter(session, secret, NewAccount(SMS, "smpp", "own", own, [world.school.id])).id
        parts.accounts.refresh()
        until(lambda: drained(parts, committed))
    senders: dict[UUID, set[UUID | None]] = {}
    for row in sent(committed):
        senders.setdefault(row.school_id, set()).add(row.account_id)
    assert senders == {world.school.id: {mine}, other.school.id: {of_environment("smpp")}}
