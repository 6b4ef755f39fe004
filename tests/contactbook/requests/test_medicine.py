"""Medicine is given on an accepted slip only, each dose is logged once, and nobody guesses."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.clock import at
from contactbook.errors import Conflict, Invalid, NotAllowed, NotFound
from contactbook.people.audit import Audit
from contactbook.people.seal import Sealer, destroy
from contactbook.requests import medicine
from contactbook.requests.models import MedicationDose, MedicationSlip, SlipStatus
from tests.builders import TODAY, bond, guardian
from tests.conftest import NOON
from tests.contactbook.people.wall import refused
from tests.contactbook.requests.asking import Home, home

SEALER = Sealer("a secret of thirty-two characters")
TOMORROW = TODAY + timedelta(days=1)
LUNCH = at(TODAY, time(12))


def give(
    mine: Home, slip: MedicationSlip, due_at: datetime = LUNCH, *, now: datetime = LUNCH,
    given: bool = True, note: str = "",
) -> MedicationDose:  # fmt: skip
    return medicine.give(
        mine.session, SEALER, slip_id=slip.id, due_at=due_at, staff_id=mine.world.teacher.id,
        now=now, given=given, note=note,
    )  # fmt: skip


def accepted(mine: Home, *times: time, until: date = TODAY) -> MedicationSlip:
    slip = mine.ask(*times, now=at(TODAY, time(7)), until=until)
    return medicine.accept(
        mine.session, slip_id=slip.id, staff_id=mine.world.teacher.id, now=slip.asked_at
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    reads=st.booleans(), decides=st.booleans(), restricted=st.booleans(),
    left=st.none() | st.integers(0, 3),
)  # fmt: skip
def test_only_who_decides_for_the_child_may_ask(
    session: Session, *, reads: bool, decides: bool, restricted: bool, left: int | None
) -> None:
    mine = home(session)
    tie = mine.tie()
    tie.reads, tie.decides, tie.restricted = reads, decides, restricted
    tie.valid_to = None if left is None else TODAY + timedelta(days=left)
    session.flush()
    known = reads and not restricted and left != 0
    if known and decides and left != 1:
        assert mine.ask(until=TOMORROW).status is SlipStatus.ASKED
        return
    with pytest.raises(NotAllowed if known else NotFound):
        mine.ask(until=TOMORROW)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("drug", {"drug": " "}),
        ("drug", {"drug": "x" * 121}),
        ("dose", {"dose": ""}),
        ("note", {"note": "x" * 301}),
        ("since", {"since": TODAY - timedelta(days=1)}),
        ("until", {"until": TODAY - timedelta(days=1)}),
        ("until", {"until": TODAY + timedelta(days=60)}),
    ],
)
def test_a_slip_that_is_not_whole_is_told_so_beside_the_field(
    session: Session, field: str, typed: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as wrong:
        home(session).ask(**typed)
    assert list(wrong.value.faults) == [field]


@pytest.mark.parametrize(
    "times",
    [[time(5)], [time(19)], [time(7, minute) for minute in range(7)]],
    ids=["before school", "after school", "too many"],
)
def test_medicine_is_given_while_the_school_is_open(session: Session, times: list[time]) -> None:
    with pytest.raises(Invalid) as wrong:
        home(session).ask(*times, until=TOMORROW)
    assert list(wrong.value.faults) == ["times"]


def test_no_times_and_times_that_are_over_are_no_slip(session: Session) -> None:
    mine = home(session)
    with pytest.raises(Invalid, match="mấy giờ"):
        medicine.ask(
            session, **mine.who(), drug="Siro", dose="5 ml", times=[], since=TODAY, until=TODAY,
            channel="zalo", now=NOON,
        )  # fmt: skip
    with pytest.raises(Invalid):
        mine.ask(time(7), now=at(TODAY, time(8)))


def test_nothing_is_given_before_the_school_has_accepted_or_after_it_is_taken_back(
    session: Session,
) -> None:
    mine = home(session)
    slip = mine.ask(until=TOMORROW)
    with pytest.raises(Conflict):
        give(mine, slip)
    medicine.accept(session, slip_id=slip.id, staff_id=mine.world.teacher.id, now=NOON)
    medicine.withdraw(session, slip_id=slip.id, guardian_id=mine.mother, now=NOON)
    with pytest.raises(Conflict):
        give(mine, slip)
    with pytest.raises(Conflict):
        medicine.accept(session, slip_id=slip.id, staff_id=mine.world.teacher.id, now=NOON)
    assert medicine.today(session, mine.world.classroom.id, TODAY) == []


def test_a_refusal_has_a_reason_and_is_the_last_word(session: Session) -> None:
    mine = home(session)
    slip, teacher = mine.ask(), mine.world.teacher.id
    with pytest.raises(Invalid):
        medicine.refuse(session, slip_id=slip.id, staff_id=teacher, reason=" ", now=NOON)
    medicine.refuse(session, slip_id=slip.id, staff_id=teacher, reason="Không có toa", now=NOON)
    with pytest.raises(Conflict):
        medicine.accept(session, slip_id=slip.id, staff_id=teacher, now=NOON)


def test_the_other_parent_cannot_take_a_slip_back(session: Session) -> None:
    mine = home(session)
    father = guardian(session, mine.world, "Lê Văn Ba")
    [child] = [one for one in mine.world.students if one.id == mine.child]
    bond(session, mine.world, child, father)
    slip = mine.ask()
    with pytest.raises(NotFound):
        medicine.withdraw(session, slip_id=slip.id, guardian_id=father.id, now=NOON)


def test_a_dose_is_logged_once_however_often_it_is_tapped(session: Session) -> None:
    mine = home(session)
    slip = accepted(mine, time(12), time(15))
    assert give(mine, slip).id == give(mine, slip, now=LUNCH + timedelta(minutes=3)).id
    assert len(session.scalars(select(MedicationDose)).all()) == 1
    [seen] = medicine.today(session, mine.world.classroom.id, TODAY)
    assert [due.done is not None for due in seen.doses] == [True, False]


def test_a_mistaken_line_stands_and_is_corrected_by_another(session: Session) -> None:
    mine = home(session)
    slip = accepted(mine, time(12))
    first = give(mine, slip)
    with pytest.raises(Invalid):
        give(mine, slip, given=False)
    second = give(mine, slip, given=False, note="Cô bấm nhầm bé")
    assert (first.corrects_id, second.corrects_id) == (None, first.id)
    [seen] = medicine.today(session, mine.world.classroom.id, TODAY)
    assert seen.doses[0].done == second
    give(mine, slip)
    assert len(session.scalars(select(MedicationDose)).all()) == 3


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(day=st.integers(-1, 3), hour=st.integers(6, 18), late=st.integers(-240, 240))
def test_only_doses_of_the_slip_are_logged_and_not_before_their_time(
    session: Session, day: int, hour: int, late: int
) -> None:
    mine = home(session)
    slip = accepted(mine, time(9), time(14), until=TOMORROW)
    due = at(TODAY + timedelta(days=day), time(hour))
    now = due + timedelta(minutes=late)
    on_the_slip = hour in (9, 14) and day in (0, 1)
    if on_the_slip and late >= -60:
        assert give(mine, slip, due, now=now).given_at == now
    else:
        with pytest.raises(Invalid):
            give(mine, slip, due, now=now)


def test_yesterdays_dose_is_not_logged_today(session: Session) -> None:
    mine = home(session)
    slip = accepted(mine, time(12), until=TOMORROW)
    with pytest.raises(Invalid):
        give(mine, slip, now=LUNCH + timedelta(days=1))


def test_why_a_dose_was_not_given_is_readable_until_the_childs_key_is_destroyed(
    session: Session,
) -> None:
    mine = home(session)
    dose = give(mine, accepted(mine), given=False, note="Bé đã ngủ")
    assert dose.sealed is not None
    assert "ngủ".encode() not in dose.sealed
    assert SEALER.read(session, mine.child, dose.sealed) == "Bé đã ngủ"
    destroy(session, mine.child)
    session.expire_all()
    assert SEALER.read(session, mine.child, dose.sealed) is None
    assert "ngủ" not in str(session.scalars(select(Audit.facts)).all())


def test_a_dose_not_given_has_a_reason_in_the_database_too(session: Session) -> None:
    mine = home(session)
    slip = accepted(mine)
    with refused(session, "not_given_for_a_reason"):
        session.add(
            MedicationDose(
                school_id=slip.school_id, slip_id=slip.id, due_at=LUNCH, given=False,
                given_by=mine.world.teacher.id, given_at=LUNCH,
            )
        )  # fmt: skip
        session.flush()
