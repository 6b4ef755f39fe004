"""What was told counts, whoever asks and whenever: in another class, late, urgent, taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.classes.models import Enrollment
from contactbook.conversation import reading_back
from contactbook.db import Sessions, transaction
from contactbook.delivery.message import compose, words_of
from contactbook.delivery.models import Wording
from contactbook.errors import Conflict, Invalid
from contactbook.people.audit import Audit
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.ports.channel import Channel
from contactbook.updates import day, told
from contactbook.updates.facts import Facts
from contactbook.updates.models import Attendance, Entry, Meal, Update
from contactbook.updates.publish import Draft, publish
from contactbook.updates.recall import recall
from tests.builders import TODAY, Class, class_of
from tests.conftest import NOON
from tests.contactbook.delivery.engine import (
    A_MINUTE,
    AT_ONCE,
    PRESENT,
    SAFETY,
    Engine,
    mark,
    tell,
)
from tests.fakes import FakeChannel, PaidFor

CHILDREN = ("Nguyễn Gia An", "Trần Bảo Châu", "Lê Minh Dũng")


def move(session: Session, world: Class, other: Class) -> None:
    """The first child of `world` goes over to `other`, today."""
    place = session.scalars(
        select(Enrollment).where(Enrollment.student_id == world.students[0].id)
    ).one()
    place.classroom_id = other.classroom.id
    session.flush()


def test_a_child_that_changes_class_is_not_told_its_day_again(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    other = class_of(session, school=world.school, name="Lá 2")
    mark(session, world)
    tell(session, world)
    move(session, world, other)
    with pytest.raises(Invalid):
        tell(session, other)
    other.students.append(world.students[0])
    mark(session, other, Facts(attendance=Attendance.EXCUSED))
    update = tell(session, other)
    assert "tin lúc 12h00 báo bé An đã đến lớp là nhầm" in zalo(session, update)


def zalo(session: Session, update: Update) -> str:
    words = session.scalars(
        select(Wording).where(Wording.update_id == update.id, Wording.channel == Channel.ZALO)
    ).one()
    return compose(words_of(vars(words)), ALL_PURPOSES)


def test_the_last_word_is_the_one_that_was_written_last_not_the_one_of_the_slower_page(
    session: Session,
) -> None:
    """The second teacher's page is older than the first's update: she had waited for the class."""
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    tell(session, world)
    mark(session, world, Facts(attendance=Attendance.EXCUSED))
    tell(session, world, now=NOON - timedelta(seconds=5))
    with pytest.raises(Invalid):
        tell(session, world, now=NOON + timedelta(minutes=1))


def test_what_waits_for_the_morning_names_its_day(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world, replace(PRESENT, lunch=Meal.LITTLE), only=world.students)
    update = tell(session, world, A_MINUTE, now=NOON + timedelta(hours=8, minutes=59, seconds=30))
    assert "Thứ Ba 24/11 bé đến lớp lúc 7h20, ăn trưa được ít." in zalo(session, update)
    assert "nay" not in zalo(session, update)


def test_what_leaves_in_the_evening_says_today(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    update = tell(session, world, A_MINUTE, now=NOON + timedelta(hours=8, minutes=58))
    assert "Hôm nay bé đến lớp lúc 7h20." in zalo(session, update)


def test_urgent_words_reach_the_law_and_no_day(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    update = tell(session, world, urgent=True)
    entries = session.scalars(select(Entry).where(Entry.update_id == update.id)).all()
    assert [(one.told, one.purposes) for one in entries] == [
        ({"safety": SAFETY}, Purpose.SAFETY)
    ] * 3
    assert set(session.scalars(select(Wording.purposes))) == {Purpose.SAFETY}
    day_of = day.class_day(session, world.classroom.id, TODAY)
    assert [child.told for child in day_of] == [{}] * 3
    assert [child.told_at for child in day_of] == [None] * 3


@pytest.mark.parametrize("safety", ["", " ", "x" * 301])
def test_urgent_without_one_sentence_is_refused(session: Session, safety: str) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    draft = Draft(world.classroom.id, world.teacher.id, "k", safety=safety)
    with pytest.raises(Invalid) as wrong:
        publish(session, PaidFor(), draft, AT_ONCE, now=NOON)
    assert set(wrong.value.faults) == {"safety"}


def test_a_key_is_good_for_one_class_one_day_and_one_kind(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    other = class_of(session, "Vũ Yến Nhi", school=world.school, name="Lá 2")
    mark(session, world)
    mark(session, other)
    update = tell(session, world, key="k")
    assert tell(session, world, key="k").id == update.id
    with pytest.raises(Conflict):
        tell(session, other, key="k", author_id=world.teacher.id)
    with pytest.raises(Conflict):
        tell(session, world, key="k", urgent=True)
    with pytest.raises(Conflict):
        tell(session, world, key="k", now=NOON + timedelta(days=1))


def test_the_key_of_what_was_taken_back_is_no_success(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    update = tell(session, world, A_MINUTE, key="k")
    recall(session, update_id=update.id, staff_id=world.teacher.id, now=NOON)
    with pytest.raises(Conflict):
        tell(session, world, A_MINUTE, key="k")


def test_nothing_is_taken_back_once_one_message_has_left(committed: Sessions) -> None:
    """A worker's clock is a little ahead of the page's: its word counts."""
    with transaction(committed) as session:
        world = class_of(session, *CHILDREN)
        mark(session, world)
        update = tell(session, world, A_MINUTE)
    engine = Engine(committed, [FakeChannel(Channel.ZALO)], settings={"window": 1, "chunk": 1})
    engine.clock.forward(seconds=60.1)
    assert engine.drain() == 3
    with transaction(committed) as session, pytest.raises(Conflict):
        recall(
            session,
            update_id=update.id,
            staff_id=world.teacher.id,
            now=NOON + timedelta(seconds=59.9),
        )
    with transaction(committed) as session:
        assert session.get_one(Update, update.id).recalled_at is None
        noted = select(Audit).where(Audit.action == "update.recalled")
        assert session.scalars(noted).all() == []


def test_each_correction_names_the_message_that_said_it(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    tell(session, world, now=NOON - timedelta(hours=4))
    mark(session, world, replace(PRESENT, lunch=Meal.ALL))
    tell(session, world, now=NOON - timedelta(minutes=30))
    mark(session, world, replace(PRESENT, lunch=Meal.ALL, health="Ho nhẹ"))
    tell(session, world, now=NOON)
    mark(session, world, replace(PRESENT, lunch=Meal.NONE))
    update = tell(session, world, now=NOON + timedelta(minutes=5))
    text = zalo(session, update)
    assert "tin lúc 11h30 về bữa trưa là nhầm. Hôm nay bé không ăn trưa." in text
    assert "rút lại tin sức khỏe lúc 12h00 của bé An" in text
    with pytest.raises(Invalid):
        tell(session, world, now=NOON + timedelta(minutes=10))


def test_what_was_withdrawn_and_is_said_again_is_plain_news(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world, replace(PRESENT, remark="Bé vui."))
    tell(session, world)
    mark(session, world)
    taken = tell(session, world, now=NOON + timedelta(minutes=5))
    entry = session.scalars(select(Entry).where(Entry.update_id == taken.id)).one()
    assert (entry.told, entry.purposes) == ({"remark": None}, Purpose.LEARNING)
    mark(session, world, replace(PRESENT, remark="Bé vui."))
    again = zalo(session, tell(session, world, now=NOON + timedelta(minutes=10)))
    assert "Cô Hạnh: Bé vui." in again
    assert "đính chính" not in again
    assert "xin lỗi" not in again


def test_a_word_on_the_wrong_child_is_taken_back_there_alone(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    mark(session, world, replace(PRESENT, health="Sốt 38 độ"), only=world.students[:1])
    tell(session, world)
    mark(session, world)
    mark(session, world, replace(PRESENT, health="Sốt 38 độ"), only=world.students[1:2])
    update = tell(session, world, now=NOON + timedelta(minutes=5))
    told = select(Entry.student_id, Entry.told).where(Entry.update_id == update.id)
    assert dict(iter(session.execute(told))) == {
        world.students[0].id: {"health": None},
        world.students[1].id: {"health": "Sốt 38 độ"},
    }


def note_of_the_class(session: Session, world: Class, activity: str) -> None:
    day.say(
        session,
        school_id=world.school.id,
        classroom_id=world.classroom.id,
        on=TODAY,
        activity=activity,
        learning="",
        staff_id=world.teacher.id,
        now=NOON,
    )


def test_words_to_the_wrong_class_are_taken_back(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    note_of_the_class(session, world, "Cả lớp đi sở thú.")
    tell(session, world)
    note_of_the_class(session, world, "")
    update = tell(session, world, now=NOON + timedelta(minutes=5))
    entries = session.scalars(select(Entry.told).where(Entry.update_id == update.id)).all()
    assert entries == [{"activity": None}] * 3


def test_what_another_class_did_is_no_mistake_of_this_one(session: Session) -> None:
    """The child went over at noon; what its first class did it did."""
    world = class_of(session, "Nguyễn Gia An")
    other = class_of(session, school=world.school, name="Lá 2")
    mark(session, world)
    note_of_the_class(session, world, "Vẽ lá.")
    tell(session, world)
    move(session, world, other)
    with pytest.raises(Invalid):
        tell(session, other)
    note_of_the_class(session, other, "Nặn đất.")
    text = zalo(session, tell(session, other))
    assert "Hôm nay cả lớp: Nặn đất." in text
    assert "đính chính" not in text


def test_what_was_withdrawn_is_not_read_back(session: Session) -> None:
    """Neither on the family's page nor by chat: the last word counts there as well."""
    world = class_of(session, "Nguyễn Gia An")
    child = world.students[0].id
    mark(session, world, replace(PRESENT, health="Sốt 38 độ", remark="Bé vui."))
    tell(session, world)
    mark(session, world, replace(PRESENT, remark="Bé vui."))
    later = NOON + timedelta(minutes=5)
    tell(session, world, now=later)
    [read] = told.days(session, child, ALL_PURPOSES, since=TODAY, until=TODAY, now=later)
    assert [name for name, _words in told.spoken(read)] == ["attendance", "remark"]
    assert read.corrected
    [facts] = reading_back.told(session, child, since=TODAY).values()
    assert set(facts) == {"attendance", "arrived_at", "remark"}
