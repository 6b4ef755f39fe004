"""A family's thread on the teacher's pages: read, answered, handed on; the other parent's apart."""

from dataclasses import dataclass
from http import HTTPStatus

import pytest
from httpx2 import Response
from sqlalchemy import select

from contactbook.conversation import threads
from contactbook.db import transaction
from contactbook.people.models import ContactPoint, Student
from contactbook.ports.channel import Channel
from tests.builders import PASSWORD, agree, bond, class_of, guardian, reach
from tests.contactbook.conversation.talker import Phone
from tests.contactbook.delivery.engine import Engine
from tests.contactbook.web.site import Teaching, post

HERS, HIS = "nhắn cô giúp em là bé quên bình nước", "nhắn cô giúp anh là mai anh đón sớm"


@dataclass
class Parents:
    """The mother of the first child on Zalo, its father on Telegram, and their teacher."""

    teacher: Teaching
    hers: Phone
    his: Phone

    def thread(self, place: int = 0) -> str:
        """The address of the `place`-th thread of the inbox."""
        with transaction(self.teacher.site.sessions) as session:
            found = threads.waiting(session, self.teacher.world.classroom.id)[place]
        return f"/inbox/threads/{found.conversation_id}/{found.student_id}"

    def post(self, deed: str, **fields: str) -> Response:
        at = self.teacher.here + self.thread()
        return post(self.teacher.visitor, f"{at}/{deed}", at, **fields)


@pytest.fixture
def parents(teacher: Teaching) -> Parents:
    world, site = teacher.world, teacher.site
    engine = Engine(site.sessions, list(site.channels.values()))
    engine.parts = site.parts
    with transaction(site.sessions) as session:
        child = session.get_one(Student, teacher.children[0])
        father = guardian(session, world, "Nguyễn Văn Ba")
        bond(session, world, child, father)
        [his] = reach(session, world, father, [Channel.TELEGRAM])
        agree(session, world, father, [child], [Channel.TELEGRAM])
        hers = session.scalars(
            select(ContactPoint.address).where(ContactPoint.channel == Channel.ZALO)
        ).one()
        address = his.address
    return Parents(
        teacher, Phone(engine, Channel.ZALO, hers), Phone(engine, Channel.TELEGRAM, address)
    )


def test_a_message_waits_until_it_is_answered(parents: Parents) -> None:
    parents.hers.say(HERS)
    assert "1 tin chờ cô" in parents.teacher.get().text
    assert "1 tin mới" in parents.teacher.get("/inbox").text
    at = parents.thread()
    assert HERS in parents.teacher.get(at).text
    assert "1 tin chờ cô" in parents.teacher.get().text, "a look is no answer"
    assert parents.post("answer", text="Dạ bình ở lớp ạ.").status_code == HTTPStatus.SEE_OTHER
    assert "Không có tin chờ" in parents.teacher.get().text
    [told] = parents.hers.arrived()
    assert told.body == "Cô Hạnh (Lá 1): Dạ bình ở lớp ạ."
    assert "Dạ bình ở lớp ạ." in parents.teacher.get(at).text, "the thread can be read again"


def test_a_quick_answer_is_one_tap(parents: Parents) -> None:
    parents.hers.say(HERS)
    parents.post("answer", quick="thanks")
    [told] = parents.hers.arrived()
    assert told.body == "Cô Hạnh (Lá 1): Cảm ơn ba mẹ, cô đã nhận tin ạ."


@pytest.mark.parametrize("words", ["", "a" * 1501])
def test_an_answer_that_cannot_leave_stays_on_the_page(parents: Parents, words: str) -> None:
    parents.hers.say(HERS)
    answer = parents.post("answer", text=words)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'id="text-error"' in answer.text
    assert parents.hers.arrived() == []


def test_two_parents_of_one_child_are_two_threads(parents: Parents) -> None:
    parents.hers.say(HERS)
    parents.his.say(HIS)
    pages = [parents.teacher.get(parents.thread(place)).text for place in (0, 1)]
    assert sorted((HERS in page, HIS in page) for page in pages) == [(False, True), (True, False)]
    parents.post("answer", text="Dạ em nhận tin ạ.")
    assert sorted([len(parents.hers.arrived()), len(parents.his.arrived())]) == [0, 1]


def test_what_is_handed_to_the_office_waits_there(parents: Parents) -> None:
    parents.hers.say(HERS)
    parents.post("office")
    assert "Không có tin chờ" in parents.teacher.get().text
    with transaction(parents.teacher.site.sessions) as session:
        assert threads.office_unread(session, parents.teacher.world.school.id) == 1


def test_read_is_enough_where_nothing_is_asked(parents: Parents) -> None:
    parents.hers.say(HERS)
    parents.post("seen")
    assert "Không có tin chờ" in parents.teacher.get().text
    assert parents.hers.arrived() == []


def test_after_hours_the_page_asks_nothing_of_the_teacher(parents: Parents) -> None:
    parents.hers.say(HERS)
    at = parents.thread()
    assert "Ngoài giờ" not in parents.teacher.get(at).text
    parents.teacher.site.clock.set(18)
    assert "Ngoài giờ" in parents.teacher.get(at).text


def test_who_has_stopped_cannot_be_answered_and_the_page_says_so(parents: Parents) -> None:
    parents.hers.say(HERS)
    at = parents.thread()
    parents.teacher.site.clock.at = parents.teacher.site.clock.at.replace(second=5)
    parents.hers.say("NGUNG")
    page = parents.teacher.get(at)
    assert "Gia đình đã ngừng kênh này" in page.text
    assert 'name="text"' not in page.text


def test_no_number_of_anybody_is_shown(parents: Parents) -> None:
    parents.hers.say(HERS)
    for page in (parents.teacher.get("/inbox"), parents.teacher.get(parents.thread())):
        assert "+84" not in page.text
        assert parents.hers.address not in page.text


def test_a_thread_is_of_its_class_and_of_its_child(parents: Parents) -> None:
    parents.hers.say(HERS)
    at = parents.thread()
    conversation = at.split("/")[3]
    teacher = parents.teacher
    other_child = f"/inbox/threads/{conversation}/{teacher.children[1]}"
    assert teacher.get(other_child).status_code == HTTPStatus.NOT_FOUND
    with transaction(teacher.site.sessions) as session:
        next_door = class_of(session, name="Lá 2", school=teacher.world.school, password=PASSWORD)
        name, room = next_door.teacher.username, next_door.classroom.id
    stranger = teacher.site.signed_in(name)
    assert_none(stranger.get(teacher.here + at))
    assert_none(stranger.get(f"/teacher/classes/{room}{at}"))


def assert_none(answer: Response) -> None:
    assert answer.status_code == HTTPStatus.NOT_FOUND
