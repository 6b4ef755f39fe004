"""Consent is a ledger: what is true now is its replay, whoever wrote last."""

from dataclasses import dataclass
from threading import Barrier, Thread
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.db import Sessions, transaction
from contactbook.people.consent import ALL_PURPOSES, TEXT_VERSION, Consent, ConsentState, Purpose
from contactbook.people.models import Guardian, Student
from contactbook.ports.channel import Channel
from tests.builders import Class, agree, class_of, guardian, pupil


@dataclass(frozen=True)
class Word:
    """One signature: for one of two children, on some channels, for some purposes."""

    child: int
    channels: frozenset[Channel]
    purposes: int
    granted: bool


words = st.lists(
    st.builds(
        Word,
        child=st.integers(0, 1),
        channels=st.frozensets(st.sampled_from(Channel), max_size=3),
        purposes=st.integers(0, 63),
        granted=st.booleans(),
    ),
    max_size=12,
)


def replayed(session: Session, person: UUID) -> dict[tuple[UUID, str], int]:
    state: dict[tuple[UUID, str], int] = {}
    lines = select(Consent).where(Consent.guardian_id == person).order_by(Consent.id)
    for line in session.scalars(lines):
        key, before = (line.student_id, line.channel), state.get((line.student_id, line.channel), 0)
        state[key] = before | line.purpose if line.granted else before & ~line.purpose
    return state


def projected(session: Session, person: UUID) -> dict[tuple[UUID, str], int]:
    rows = session.scalars(select(ConsentState).where(ConsentState.guardian_id == person))
    return {(row.student_id, row.channel): row.purposes for row in rows}


def a_mother(session: Session) -> tuple[Class, Guardian, list[Student]]:
    world = class_of(session)
    return world, guardian(session, world), [pupil(session, world), pupil(session, world)]


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words)
def test_what_is_true_now_is_the_replay_of_the_ledger(session: Session, said: list[Word]) -> None:
    world, mother, children = a_mother(session)
    expected: dict[tuple[UUID, str], int] = {}
    for word in said:
        child = children[word.child]
        agree(
            session, world, mother, [child], list(word.channels), Purpose(word.purposes),
            granted=word.granted,
        )  # fmt: skip
        for channel in {one.agreed_as for one in word.channels} if word.purposes else ():
            before = expected.get((child.id, channel.value), 0)
            after = before | word.purposes if word.granted else before & ~word.purposes
            expected[child.id, channel.value] = after
    assert projected(session, mother.id) == replayed(session, mother.id) == expected


def test_withdrawing_for_one_child_and_channel_leaves_the_others(session: Session) -> None:
    world, mother, (an, binh) = a_mother(session)
    agree(session, world, mother, [an, binh], [Channel.ZALO, Channel.EMAIL])
    agree(session, world, mother, [an], [Channel.ZALO], Purpose.HEALTH, granted=False)
    assert projected(session, mother.id) == {
        (an.id, "zalo"): ALL_PURPOSES & ~Purpose.HEALTH,
        (an.id, "email"): ALL_PURPOSES,
        (binh.id, "zalo"): ALL_PURPOSES,
        (binh.id, "email"): ALL_PURPOSES,
    }


def test_a_line_says_what_was_signed_and_how_we_know(session: Session) -> None:
    world, mother, (child, _) = a_mother(session)
    agree(session, world, mother, [child], [Channel.SMS], Purpose.ATTENDANCE)
    [line] = session.scalars(select(Consent).where(Consent.guardian_id == mother.id))
    assert (line.text_version, line.method, len(line.text_sha256)) == (TEXT_VERSION, "paper", 32)


def test_two_hands_on_one_ledger_lose_no_word(committed: Sessions) -> None:
    """Father grants, mother's phone withdraws another purpose: both at once, both kept."""
    with transaction(committed) as session:
        world, mother, (child, _) = a_mother(session)
        agree(session, world, mother, [child], [Channel.ZALO], Purpose.HEALTH)
    start = Barrier(2)

    def write(purpose: Purpose, *, granted: bool) -> None:
        start.wait()
        for _ in range(10):
            with transaction(committed) as session:
                agree(session, world, mother, [child], [Channel.ZALO], purpose, granted=granted)

    hands = [
        Thread(target=write, args=[Purpose.LEARNING], kwargs={"granted": True}),
        Thread(target=write, args=[Purpose.HEALTH], kwargs={"granted": False}),
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    with transaction(committed) as session:
        assert projected(session, mother.id) == {(child.id, "zalo"): Purpose.LEARNING}
