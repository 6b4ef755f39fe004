"""Months nobody had made room for: what came too early does not stand in the way."""

from datetime import UTC, date, datetime

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from contactbook.db import Sessions, transaction
from contactbook.delivery.models import Delivery
from contactbook.people.models import Guardian
from contactbook.worker import create_worker, make_room
from tests.builders import Class, class_of
from tests.contactbook.delivery.engine import Clock, Engine, mark, tell
from tests.contactbook.people.wall import page_of, refused


def elsewhen(session: Session, month: date) -> Class:
    """A message of a month that has no partition."""
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    told = tell(session, world)
    session.execute(update(Delivery).where(Delivery.update_id == told.id).values(month=month))
    return world


def partition_of(session: Session, world: Class) -> list[str]:
    place = text("SELECT tableoid::regclass::text FROM delivery WHERE school_id = :school")
    return list(session.scalars(place, {"school": world.school.id}))


def test_a_message_that_came_before_its_partition_moves_there(session: Session) -> None:
    world = elsewhen(session, date(2028, 3, 1))
    other = elsewhen(session, date(2040, 1, 1))
    before = session.execute(
        select(Delivery.__table__).where(Delivery.school_id == world.school.id)
    ).all()
    assert partition_of(session, world) == ["delivery_elsewhen"]
    session.execute(select(func.delivery_partitions(date(2028, 3, 20))))
    assert partition_of(session, world) == ["delivery_2028_03"]
    assert partition_of(session, other) == ["delivery_elsewhen"]
    after = session.execute(
        select(Delivery.__table__).where(Delivery.school_id == world.school.id)
    ).all()
    assert after == before
    session.execute(select(func.delivery_partitions(date(2028, 3, 21))))  # and again


def test_a_moved_message_stands_behind_every_guard(session: Session) -> None:
    world = elsewhen(session, date(2028, 3, 1))
    session.execute(select(func.delivery_partitions(date(2028, 3, 20))))
    row = session.execute(
        select(Delivery.__table__).where(Delivery.school_id == world.school.id)
    ).one()
    copy = {name: value for name, value in row._mapping.items() if name != "id"}
    with refused(session, "duplicate key"):
        session.execute(insert(Delivery).values(copy))
    with refused(session, "violates check constraint"):
        session.execute(insert(Delivery).values(copy | {"status": "lost"}))
    with refused(session, "violates foreign key"):
        session.execute(insert(Delivery).values(copy | {"guardian_id": world.school.id}))
    with refused(session, "violates foreign key"):
        session.execute(delete(Guardian).where(Guardian.id == row.guardian_id))
    with page_of(session, world.school.id), refused(session, "permission denied"):
        session.execute(text("SELECT FROM delivery_2028_03"))


def test_the_timetable_makes_room_for_the_coming_months(committed: Sessions) -> None:
    """A program that runs for years is not started anew for it."""
    clock = Clock(datetime(2029, 12, 31, 20, tzinfo=UTC))
    app = create_worker(Engine(committed, [], clock).parts, "redis://127.0.0.1:1/0")
    lines = app.conf.beat_schedule.values()
    [line] = [line for line in lines if line["task"] == make_room.name]
    assert "queue" not in line.get("options", {}), "the queue of chores is the default"
    with transaction(committed) as session:
        elsewhen(session, date(2031, 1, 1))
    app.tasks[make_room.name].apply(throw=True)
    with transaction(committed) as session:
        assert session.scalars(
            text("SELECT DISTINCT tableoid::regclass::text FROM delivery")
        ).all() == [
            "delivery_2031_01"  # thirteen months from the first of January 2030, Vietnam time
        ]
