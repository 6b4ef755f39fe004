"""The SQL of the fan-out says what `plan` says in Python, for any family."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contactbook.delivery import fanout
from contactbook.delivery.message import Part, Words
from contactbook.delivery.models import Delivery
from contactbook.delivery.plan import Plan, Road, plan
from contactbook.delivery.status import Skip, Status
from contactbook.people.consent import Purpose
from contactbook.people.models import ContactPoint, Guardian, School, Student
from contactbook.ports.channel import Channel
from contactbook.updates.models import Update
from tests.builders import (
    LONG_AGO,
    TODAY,
    Class,
    agree,
    bond,
    class_of,
    family,
    guardian,
    pupil,
    subscribe,
)
from tests.conftest import NOON
from tests.contactbook.delivery.engine import AT_ONCE, a_notice, keys, mark, tell
from tests.fakes import PaidFor

ONE_SESSION = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MASKS = st.integers(0, 7)  # of three purposes: enough for every combination
masks = st.fixed_dictionaries(dict.fromkeys(Channel, MASKS))


@dataclass(frozen=True)
class Address:
    channel: Channel
    rank: int
    verified: bool
    ended: bool
    closed: bool  # she has not written for a week


@dataclass(frozen=True)
class Child:
    consents: dict[Channel, int]
    restricted: bool
    paid: bool


@dataclass(frozen=True)
class Family:
    addresses: tuple[Address, ...]
    children: tuple[Child, ...]


addresses = st.builds(
    Address,
    channel=st.sampled_from(Channel),
    rank=st.integers(1, 4),
    verified=st.sampled_from([True, True, True, False]),
    ended=st.sampled_from([False, False, False, True]),
    closed=st.sampled_from([False, False, False, True]),
)
children = st.builds(
    Child, consents=masks, restricted=st.sampled_from([False, False, True]), paid=st.booleans()
)
families = st.builds(
    Family,
    addresses=st.lists(addresses, max_size=6).map(tuple),
    children=st.lists(children, min_size=1, max_size=3).map(tuple),
)


def settle_in(session: Session, world: Class, one: Family) -> tuple[Guardian, list[Student]]:
    """Write a family down as it is described."""
    person = guardian(session, world)
    session.add_all(
        ContactPoint(
            school_id=world.school.id,
            guardian_id=person.id,
            channel=address.channel,
            address=f"address {next(keys)}",
            rank=address.rank,
            verified_at=LONG_AGO if address.verified else None,
            ended_at=LONG_AGO if address.ended else None,
            window_ends_at=LONG_AGO if address.closed else None,
        )
        for address in one.addresses
    )
    kids = []
    for child in one.children:
        kid = pupil(session, world)
        bond(session, world, kid, person, restricted=child.restricted)
        for channel, mask in child.consents.items():
            if channel.agreed_as is not channel:
                continue
            agree(session, world, person, [kid], [channel], Purpose(mask))
        if child.paid:
            subscribe(session, world, kid, person)
        kids.append(kid)
    return person, kids


def words_for(worded: dict[Channel, int]) -> list[Words]:
    return [
        Words(channel, "Bé An", tuple(Part(int(one), "…") for one in Purpose(mask)), "")
        for channel, mask in worded.items()
    ]


def promise(session: Session, update: Update, audience: object, paid: Sequence[UUID]) -> int:
    what = fanout.Promise(update.id, update.month, update.urgent, NOON, held=False)
    return fanout.promise(session, PaidFor(paid), audience, what, NOON)  # type: ignore[arg-type]


def planned(one: Family, of: Sequence[Child], worded: dict[Channel, int], *, urgent: bool) -> Plan:
    """What `plan` says about these children of the family, taken together."""

    def agreed(channel: Channel) -> int:
        mask = 0
        for child in of:
            mask |= child.consents[channel.agreed_as]
        return mask

    roads = [
        Road(
            a.channel,
            a.rank,
            a.verified and not a.ended,
            worded[a.channel],
            agreed(a.channel),
            a.closed,
        )
        for a in one.addresses
    ]
    return plan(
        roads,
        restricted=all(child.restricted for child in of),
        urgent=urgent,
        may_pay=any(child.paid for child in of),
    )


def followed_to_the_end(session: Session, first: Delivery, paid: Sequence[UUID]) -> list[Delivery]:
    """What becomes of a message when every channel fails."""
    rows = [first]
    while rows[-1].status == Status.QUEUED:
        lost = rows[-1].id
        session.execute(update(Delivery).where(Delivery.id == lost).values(status=Status.FAILED))
        made = fanout.fall_back(session, PaidFor(paid), [lost], now=NOON)
        assert fanout.fall_back(session, PaidFor(paid), [lost], now=NOON) == 0  # twice is once
        if not made:
            break
        rows += session.scalars(select(Delivery).where(Delivery.follows_id == lost))
    return rows


def same(rows: Sequence[Delivery], expected: Plan) -> bool:
    if expected.skip:
        [row] = rows
        return (row.status, row.reason, row.channel) == (Status.SKIPPED, expected.skip, None)
    return [row.channel for row in rows] == [*expected.channels]


@ONE_SESSION
@given(homes=st.lists(families, min_size=1, max_size=3), worded=masks, urgent=st.booleans())
def test_the_fan_out_follows_the_plan_about_each_child(
    session: Session, homes: list[Family], worded: dict[Channel, int], urgent: bool
) -> None:
    world = class_of(session)
    known = [(one, *settle_in(session, world, one)) for one in homes]
    kids = [kid.id for _, _, children in known for kid in children]
    paid = [
        kid.id
        for one, _, children in known
        for child, kid in zip(one.children, children, strict=True)
        if child.paid
    ]
    told = a_notice(session, world, urgent=urgent)
    words: dict[UUID | None, list[Words]] = {kid: words_for(worded) for kid in kids}
    fanout.write_words(session, school_id=world.school.id, update_id=told.id, words=words)
    audience = fanout.receivers(select(Student.id).where(Student.id.in_(kids)), TODAY)

    assert promise(session, told, audience, paid) == len(kids)
    assert promise(session, told, audience, paid) == 0  # twice is once

    for one, _, children in known:
        for child, kid in zip(one.children, children, strict=True):
            [first] = session.scalars(select(Delivery).where(Delivery.student_id == kid.id))
            rows = followed_to_the_end(session, first, paid)
            assert same(rows, planned(one, [child], worded, urgent=urgent))


@ONE_SESSION
@given(homes=st.lists(families, min_size=1, max_size=3), worded=masks, urgent=st.booleans())
def test_a_notice_about_no_child_reaches_each_guardian_once(
    session: Session, homes: list[Family], worded: dict[Channel, int], urgent: bool
) -> None:
    world = class_of(session)
    known = [(one, *settle_in(session, world, one)) for one in homes]
    paid = [
        kid.id
        for one, _, children in known
        for child, kid in zip(one.children, children, strict=True)
        if child.paid
    ]
    told = a_notice(session, world, urgent=urgent)
    fanout.write_words(
        session,
        school_id=world.school.id,
        update_id=told.id,
        words={None: words_for(worded)},
    )
    audience = fanout.everybody(select(School.id).where(School.id == world.school.id), TODAY)

    assert promise(session, told, audience, paid) == len(homes)

    for one, person, _ in known:
        [first] = session.scalars(select(Delivery).where(Delivery.guardian_id == person.id))
        rows = followed_to_the_end(session, first, paid)
        assert same(rows, planned(one, one.children, worded, urgent=urgent))


def test_a_notice_costs_money_only_where_a_child_of_hers_has_a_plan(session: Session) -> None:
    world = class_of(session)
    (with_plan,), payer = family(session, world, Channel.SMS, paid=True)
    _, other = family(session, world, Channel.SMS)
    told = a_notice(session, world)
    words: dict[UUID | None, list[Words]] = {None: words_for({Channel.SMS: 32})}
    fanout.write_words(session, school_id=world.school.id, update_id=told.id, words=words)
    audience = fanout.everybody(select(School.id).where(School.id == world.school.id), TODAY)
    promise(session, told, audience, [with_plan.id])
    rows = session.scalars(select(Delivery).where(Delivery.update_id == told.id))
    assert {row.guardian_id: (row.status, row.reason) for row in rows} == {
        payer.id: (Status.QUEUED, ""),
        other.id: (Status.SKIPPED, Skip.NOT_ENTITLED),
    }


def test_who_receives_nothing_or_no_longer_is_not_in_the_audience(session: Session) -> None:
    world = class_of(session)
    [child], _ = family(session, world, Channel.ZALO)
    strangers = [guardian(session, world, name) for name in ("Lê Văn Ba", "Lê Thị Bốn", "Lê Năm")]
    not_receiving, gone_today, not_yet = (bond(session, world, child, who) for who in strangers)
    not_receiving.receives = False
    gone_today.valid_to = TODAY
    not_yet.valid_from = TODAY + timedelta(days=1)
    mark(session, world)
    told = tell(session, world)
    rows = session.scalars(select(Delivery).where(Delivery.update_id == told.id)).all()
    assert [row.guardian_id in {who.id for who in strangers} for row in rows] == [False]


def test_a_channel_without_keys_is_never_planned(session: Session) -> None:
    world = class_of(session)
    family(session, world, Channel.ZALO, Channel.EMAIL)
    family(session, world, Channel.TELEGRAM)
    mark(session, world)
    only_mail = replace(AT_ONCE, channels=(Channel.EMAIL,))
    told = tell(session, world, only_mail)
    rows = session.execute(
        select(Delivery.channel, Delivery.reason).where(Delivery.update_id == told.id)
    )
    assert sorted(map(tuple, rows), key=str) == [("email", ""), (None, Skip.NO_WORDS)]
