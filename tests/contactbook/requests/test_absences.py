"""A family's word wins until a person resolves it, and is taken from those who may give it."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.errors import Conflict, Invalid, NotAllowed, NotFound
from contactbook.people.audit import Audit
from contactbook.ports.channel import Channel
from contactbook.requests import absences
from contactbook.requests.models import NoteStatus
from tests.builders import TODAY, bond, family, guardian
from tests.conftest import NOON
from tests.contactbook.requests.asking import Home, home

DAYS = st.integers(-5, 70).map(lambda n: TODAY + timedelta(days=n))
PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def away(home: Home, day: date) -> bool:
    return bool(absences.on(home.session, home.world.classroom.id, day))


@PROPERTY
@given(since=DAYS, until=DAYS, asked=DAYS)
def test_a_note_holds_on_its_days_and_on_no_other(
    session: Session, since: date, until: date, asked: date
) -> None:
    mine = home(session)
    allowed = TODAY <= since <= until < TODAY + timedelta(days=absences.MOST_DAYS)
    if not allowed:
        with pytest.raises(Invalid) as wrong:
            mine.note(since, until)
        assert wrong.value.faults.keys() <= {"since", "until"}
        assert not away(mine, asked)
        return
    mine.note(since, until)
    assert away(mine, asked) is (since <= asked <= until)


@PROPERTY
@given(
    reads=st.booleans(), restricted=st.booleans(), begins=st.integers(-3, 3),
    ends=st.none() | st.integers(4, 8), days=st.integers(0, 9),
)  # fmt: skip
def test_only_who_reads_the_child_through_all_these_days_may_write_a_note(
    session: Session, *, reads: bool, restricted: bool, begins: int, ends: int | None, days: int
) -> None:
    mine = home(session)
    tie = mine.tie()
    tie.reads, tie.restricted = reads, restricted
    tie.valid_from = TODAY + timedelta(days=begins)
    tie.valid_to = None if ends is None else TODAY + timedelta(days=ends)
    session.flush()
    known = reads and not restricted and begins <= 0
    if known and (ends is None or days < ends):
        assert mine.note(until=TODAY + timedelta(days=days)).status is NoteStatus.NOTED
        return
    with pytest.raises(NotAllowed if known else NotFound):
        mine.note(until=TODAY + timedelta(days=days))


def test_a_stranger_and_the_mother_of_another_child_are_told_nothing(session: Session) -> None:
    mine = home(session)
    [_other], neighbour = family(session, mine.world, Channel.ZALO, child="Lê Bảo Châu")
    with pytest.raises(NotFound):
        mine.note(by=neighbour.id)
    with pytest.raises(NotFound):
        mine.note(by=home(session).mother)


def test_who_left_the_school_is_not_reported_absent(session: Session) -> None:
    mine = home(session)
    session.execute(
        text("UPDATE enrollment SET valid_to = :day WHERE student_id = :id"),
        {"day": TODAY, "id": mine.child},
    )
    with pytest.raises(NotFound):
        mine.note()


def test_the_same_note_twice_is_one(session: Session) -> None:
    mine = home(session)
    assert mine.note().id == mine.note(reason="").id
    assert mine.note(reason="Bé sốt").reason == "Bé sốt"
    assert len(absences.on(session, mine.world.classroom.id, TODAY)) == 1


def test_each_parent_takes_back_her_own_word_only(session: Session) -> None:
    mine = home(session)
    father = guardian(session, mine.world, "Lê Văn Ba")
    bond(session, mine.world, session.get_one(type(mine.world.students[0]), mine.child), father)
    hers, his = mine.note(), mine.note(by=father.id)
    with pytest.raises(NotFound):
        absences.withdraw(session, note_id=hers.id, guardian_id=father.id, now=NOON)
    absences.withdraw(session, note_id=hers.id, guardian_id=mine.mother, now=NOON)
    assert absences.on(session, mine.world.classroom.id, TODAY) == [his]
    absences.withdraw(session, note_id=his.id, guardian_id=father.id, now=NOON)
    assert not away(mine, TODAY)


def test_days_that_were_are_not_taken_back(session: Session) -> None:
    mine = home(session)
    note = mine.note(TODAY, TODAY + timedelta(days=2))
    tomorrow = NOON + timedelta(days=1)
    absences.withdraw(session, note_id=note.id, guardian_id=mine.mother, now=tomorrow)
    held = [away(mine, TODAY + timedelta(days=n)) for n in range(4)]
    assert held == [True, False, False, False]
    over = mine.note()
    with pytest.raises(Conflict):
        absences.withdraw(session, note_id=over.id, guardian_id=mine.mother, now=tomorrow)


def test_a_person_who_sees_the_child_ends_every_note_of_today(session: Session) -> None:
    mine = home(session)
    mine.note(TODAY, TODAY + timedelta(days=3))
    mine.note()
    teacher = mine.world.teacher.id
    assert absences.resolve(session, student_id=mine.child, staff_id=teacher, now=NOON) == 2
    assert not away(mine, TODAY)
    assert absences.resolve(session, student_id=mine.child, staff_id=teacher, now=NOON) == 0


def test_the_reason_is_not_in_the_audit(session: Session) -> None:
    mine = home(session)
    mine.note(reason="Bé bị thủy đậu")
    [line] = session.scalars(select(Audit).where(Audit.action == "absence.noted"))
    assert line.subject_id == mine.child
    assert "đậu" not in str(line.facts)


def test_a_reason_has_a_length(session: Session) -> None:
    with pytest.raises(Invalid) as wrong:
        home(session).note(reason="ho " * 200)
    assert list(wrong.value.faults) == ["reason"]
