"""What the page says was sent was sent: keys, slow pages, counts, and many classes at once."""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from sqlalchemy import Engine, event, func, select, update

from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery
from contactbook.people.staff import StaffRole
from contactbook.ports.channel import Channel
from contactbook.updates.models import Update
from tests.builders import class_of, family
from tests.contactbook.teacher.test_sending import KEY, drain, post_undo, progress, publish
from tests.contactbook.web.site import Teaching


def test_who_is_left_out_is_not_counted_as_a_message(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        teacher.children.append(family(session, teacher.world, child="Đỗ Anh Khoa")[0][0].id)
    update = publish(teacher)
    drain(teacher)
    page = progress(teacher, update)
    assert "3 tin đã đi" in page
    assert "4 tin" not in page
    assert "Chưa tính 1 gia đình" in page


def test_a_key_of_another_class_or_of_what_was_taken_back_is_no_success(
    teacher: Teaching,
) -> None:
    """Its page would say "sent", and nobody would have been told."""
    with transaction(teacher.site.sessions) as session:
        other = class_of(session, "Vũ Yến Nhi", name="Lá 2", school=teacher.world.school)
        room, child = other.classroom.id, str(other.students[0].id)
        session.execute(
            update(StaffRole)
            .where(StaffRole.staff_id == other.teacher.id)
            .values(staff_id=teacher.world.teacher.id)
        )
    told = publish(teacher)
    second = replace(teacher, here=f"/teacher/classes/{room}", children=[])
    second.post("/all/attendance", child=child)
    answer = second.post("/publish", idempotency_key=KEY)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "đã gửi lúc 12:00" in answer.text
    post_undo(teacher, told)
    answer = teacher.post("/publish", idempotency_key=KEY)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "gửi lại" in answer.text
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 1


def test_undo_on_a_slow_page_takes_nothing_back_once_messages_have_left(teacher: Teaching) -> None:
    """The page's moment is 59 seconds after sending; a worker's clock was a second further."""
    told = publish(teacher)
    sent_at = teacher.site.clock.at
    teacher.site.clock.at = sent_at + timedelta(seconds=60.1)
    assert dispatch.drain(teacher.site.parts, Channel.ZALO) == 1
    teacher.site.clock.at = sent_at + timedelta(seconds=59)
    answer = post_undo(teacher, told)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Đã hết giờ hoàn tác" in answer.text
    with transaction(teacher.site.sessions) as session:
        assert session.get_one(Update, told).recalled_at is None
        states = set(session.scalars(select(Delivery.status)))
    assert states == {"sent", "queued"}, "the others wait for their turn, as before"


def questions(teacher: Teaching) -> int:
    """How often the database is asked for the list of classes."""
    asked = []

    def count(*_: object) -> None:
        asked.append(1)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        assert teacher.visitor.get("/teacher/").status_code == HTTPStatus.OK
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    return len(asked)


def another_class(teacher: Teaching, name: str) -> None:
    with transaction(teacher.site.sessions) as session:
        other = class_of(session, "Vũ Yến Nhi", name=name, school=teacher.world.school)
        session.execute(
            update(StaffRole)
            .where(StaffRole.staff_id == other.teacher.id)
            .values(staff_id=teacher.world.teacher.id)
        )


def test_ten_classes_are_as_many_questions_as_one(teacher: Teaching) -> None:
    of_one = questions(teacher)
    for place in range(9):
        another_class(teacher, f"Chồi {place}")
    assert questions(teacher) == of_one
    page = teacher.visitor.get("/teacher/").text
    assert page.count("<h2>Chồi") == 9
    assert page.count(">1 bé<") == 9
