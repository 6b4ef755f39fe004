"""A teacher publishes once: whatever her phone, her colleague and the network do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.db import Sessions, connect, sessions, transaction
from contactbook.delivery.message import compose, words_of
from contactbook.delivery.models import Delivery, Wording
from contactbook.errors import Invalid, NotFound
from contactbook.people.audit import Audit
from contactbook.people.consent import ALL_PURPOSES
from contactbook.ports.channel import Channel
from contactbook.updates import day
from contactbook.updates.facts import Facts
from contactbook.updates.models import Attendance, Entry, Meal, Update
from contactbook.updates.publish import Draft, publish, telling, words_of_class
from contactbook.updates.recall import recall
from tests.builders import TODAY, Class, class_of, family
from tests.conftest import NOON
from tests.contactbook.delivery.engine import (
    A_MINUTE,
    AT_ONCE,
    PRESENT,
    deliveries,
    mark,
    tell,
)
from tests.fakes import PaidFor

CHILDREN = ("Nguyễn Gia An", "Trần Bảo Châu", "Lê Minh Dũng")


def a_marked_class(of: Sessions) -> Class:
    with transaction(of) as session:
        world = class_of(session, *CHILDREN)
        mark(session, world)
        return world


def at_once(works: list[Callable[[], UUID | None]]) -> list[UUID | None]:
    """Everybody at the same moment, each on a connection of its own."""
    start = Barrier(len(works))

    def work(one: Callable[[], UUID | None]) -> UUID | None:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works))


def publishing(of: Sessions, world: Class, author_id: UUID, key: str) -> UUID | None:
    try:
        with transaction(of) as session:
            return tell(session, world, key=key, author_id=author_id).id
    except Invalid:  # nothing new to tell
        return None


def test_fifty_identical_posts_at_once_make_one_update(database_url: str) -> None:
    engine = connect(database_url, pool=25)  # and as many more when all come at once
    committed = sessions(engine)
    world = a_marked_class(committed)
    author = world.teacher.id
    made = at_once([lambda: publishing(committed, world, author, "the key")] * 50)
    assert len(made) == 50
    assert len(set(made)) == 1
    assert None not in made
    assert len(deliveries(committed)) == len(CHILDREN)
    with transaction(committed) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 1
    engine.dispose()


def test_two_teachers_of_one_class_at_once_tell_no_child_twice(committed: Sessions) -> None:
    world = a_marked_class(committed)
    with transaction(committed) as session:
        colleague = class_of(session, school=world.school, name="Lá 2").teacher.id
    made = at_once(
        [
            lambda author=author, n=n: publishing(committed, world, author, f"key {n}")  # type: ignore[misc]
            for n, author in enumerate([world.teacher.id, colleague] * 4)
        ]
    )
    assert len([one for one in made if one]) == 1
    rows = deliveries(committed)
    assert len(rows) == len({(row.student_id, row.guardian_id) for row in rows}) == len(CHILDREN)


def test_what_is_published_is_there_as_a_whole(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    update = tell(session, world, A_MINUTE)

    def count(table: type[Entry | Wording | Delivery]) -> int:
        rows = select(func.count()).select_from(table).where(table.update_id == update.id)
        return session.scalar(rows) or 0

    assert [count(Entry), count(Wording), count(Delivery)] == [3, 3 * 4, 3]
    assert update.due_at == NOON + timedelta(minutes=1)
    noted = session.scalars(select(Audit).where(Audit.subject_id == update.id)).one()
    assert (noted.action, noted.actor_id) == ("update.published", world.teacher.id)
    assert (noted.facts["children"], noted.facts["rows"]) == (3, 3)


def test_a_preview_shows_the_words_that_are_sent(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world, replace(PRESENT, lunch=Meal.ALL, remark="Bé vui."))
    draft = Draft(world.classroom.id, world.teacher.id, key="k")
    children = telling(session, draft, TODAY)
    [preview] = words_of_class(
        session, draft, world.classroom, children, TODAY, leaves_on=TODAY
    ).values()
    update = publish(session, PaidFor(), draft, AT_ONCE, now=NOON)
    kept = session.scalars(select(Wording).where(Wording.update_id == update.id)).all()
    sent = {one.channel: compose(words_of(vars(one)), ALL_PURPOSES) for one in kept}
    assert sent == {one.channel.value: compose(one, ALL_PURPOSES) for one in preview}


def test_only_what_is_new_is_told(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    tell(session, world)
    first = world.students[0]
    mark(session, world, replace(PRESENT, lunch=Meal.LITTLE), only=[first])
    second = tell(session, world)
    [entry] = session.scalars(select(Entry).where(Entry.update_id == second.id))
    assert (entry.student_id, entry.told) == (first.id, {"lunch": "little"})
    with pytest.raises(Invalid):
        tell(session, world)


def test_what_was_taken_back_is_news_again(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    update = tell(session, world, A_MINUTE)
    recall(session, update_id=update.id, staff_id=world.teacher.id, now=NOON)
    assert len(telling(session, Draft(world.classroom.id, world.teacher.id, "k"), TODAY)) == 3


def test_a_correction_names_the_message_that_was_wrong_and_not_a_later_one(
    session: Session,
) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    tell(session, world, now=NOON - timedelta(hours=4))  # 8:00: she has come
    mark(session, world, replace(PRESENT, lunch=Meal.ALL))
    tell(session, world, now=NOON - timedelta(minutes=30))  # 11:30: she has eaten
    mark(session, world, Facts(attendance=Attendance.EXCUSED))
    update = tell(session, world)
    words = session.scalars(
        select(Wording).where(Wording.update_id == update.id, Wording.channel == Channel.ZALO)
    ).one()
    assert "tin lúc 8h00 báo bé An đã đến lớp là nhầm" in words.parts[0]["text"]


def test_a_class_that_is_not_there_cannot_be_told_anything(session: Session) -> None:
    world = class_of(session)
    draft = Draft(world.school.id, world.teacher.id, "k")
    with pytest.raises(NotFound):
        publish(session, PaidFor(), draft, AT_ONCE, now=NOON)


def test_chosen_children_are_told_and_no_others(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world)
    chosen = world.students[1].id
    draft = Draft(world.classroom.id, world.teacher.id, "k", only=[chosen])
    update = publish(session, PaidFor(), draft, AT_ONCE, now=NOON)
    rows = session.scalars(select(Delivery).where(Delivery.update_id == update.id))
    assert [row.student_id for row in rows] == [chosen]


# A tap for many claims only what has happened


def after_the_tap(session: Session, world: Class, step: Facts) -> dict[str, Facts]:
    children = day.class_day(session, world.classroom.id, school_day(NOON))
    filled = day.fill(children, {child.student.id for child in children}, step)
    return {child.student.full_name: filled[child.student.id] for child in children
            if child.student.id in filled}  # fmt: skip


def test_one_tap_marks_those_whom_nobody_has_marked(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world, Facts(attendance=Attendance.EXCUSED), only=world.students[:1])
    filled = after_the_tap(session, world, PRESENT)
    assert set(filled) == set(CHILDREN[1:])
    assert {facts.attendance for facts in filled.values()} == {Attendance.PRESENT}


def test_a_meal_is_claimed_of_nobody_who_is_away_or_not_marked(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world, PRESENT, only=world.students[:1])
    mark(session, world, Facts(attendance=Attendance.ABSENT), only=world.students[1:2])
    assert set(after_the_tap(session, world, Facts(lunch=Meal.ALL))) == {CHILDREN[0]}
    assert set(after_the_tap(session, world, Facts(nap_minutes=0))) == {CHILDREN[0]}


def test_a_tap_overrules_no_word_of_a_person(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    mark(session, world, replace(PRESENT, lunch=Meal.NONE), only=world.students[:1])
    mark(session, world, PRESENT, only=world.students[1:])
    assert set(after_the_tap(session, world, Facts(lunch=Meal.ALL))) == set(CHILDREN[1:])


def test_a_tap_touches_only_the_list_that_was_shown(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    children = day.class_day(session, world.classroom.id, TODAY)
    shown = {world.students[2].id}
    assert set(day.fill(children, shown, PRESENT)) == shown


def test_a_class_is_listed_by_given_name(session: Session) -> None:
    world = class_of(session, "Trần Bảo Châu", "Nguyễn Gia An", "Lê Đức Ân", "Vũ Bình")
    children = day.class_day(session, world.classroom.id, TODAY)
    given = [child.student.given_name for child in children]
    assert given == ["An", "Ân", "Bình", "Châu"]


def test_another_class_knows_nothing_of_a_child(session: Session) -> None:
    world, other = class_of(session, "Nguyễn Gia An"), class_of(session)
    child = world.students[0].id
    assert day.child_day(session, world.classroom.id, child, TODAY).student.id == child
    with pytest.raises(NotFound):
        day.child_day(session, other.classroom.id, child, TODAY)


def test_what_is_said_to_the_whole_class_goes_to_every_family_once(session: Session) -> None:
    world = class_of(session, *CHILDREN)
    for _ in range(2):
        day.say(
            session,
            school_id=world.school.id,
            classroom_id=world.classroom.id,
            on=TODAY,
            activity="Vẽ lá mùa thu",
            learning="",
            staff_id=world.teacher.id,
            now=NOON,
        )
    update = tell(session, world)
    told = session.scalars(select(Entry.told).where(Entry.update_id == update.id)).all()
    assert told == [{"activity": "Vẽ lá mùa thu"}] * 3
    with pytest.raises(Invalid):
        tell(session, world)


def test_a_family_without_any_address_is_on_the_list_with_the_reason(session: Session) -> None:
    world = class_of(session)
    family(session, world)
    mark(session, world)
    update = tell(session, world)
    [row] = session.scalars(select(Delivery).where(Delivery.update_id == update.id))
    assert (row.status, row.reason, row.channel) == ("skipped", "no_contact", None)
