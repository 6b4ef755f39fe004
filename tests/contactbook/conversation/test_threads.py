"""The teacher's side of the conversation: who waits, what was said, the answer, the office."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.conversation import threads
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage, Conversation
from contactbook.db import Sessions, transaction
from contactbook.errors import Conflict, Invalid
from contactbook.people.audit import Audit
from contactbook.people.models import ContactPoint, Guardian
from contactbook.people.seal import destroy
from contactbook.ports.channel import Channel
from contactbook.web.deps import enter_school
from tests.builders import agree, bond, class_of, family, guardian, reach
from tests.contactbook.conversation.talker import Phone, school_of


class Parents:
    """One child; a mother on Zalo and a father on Telegram, who are strangers to each other."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.engine = sessions, school_of(sessions)
        with transaction(sessions) as session:
            self.room = class_of(session)
            (self.child,), self.mother = family(session, self.room, Channel.ZALO)
            self.father = guardian(session, self.room, "Nguyễn Văn Ba")
            bond(session, self.room, self.child, self.father)
            reach(session, self.room, self.father, [Channel.TELEGRAM])
            agree(session, self.room, self.father, [self.child], [Channel.TELEGRAM])
            points = {
                one.channel: one.address for one in session.scalars(select(ContactPoint)).all()
            }
        self.hers = Phone(self.engine, Channel.ZALO, points["zalo"])
        self.his = Phone(self.engine, Channel.TELEGRAM, points["telegram"])
        self.sealer = sealer_of(self.engine.parts.settings)

    def waiting(self, session: Session) -> list[threads.Waiting]:
        return threads.waiting(session, self.room.classroom.id)

    def thread_of(self, session: Session, whose: Guardian) -> threads.Waiting:
        return next(one for one in self.waiting(session) if one.guardian == whose.full_name)

    def read(self, session: Session, thread: threads.Waiting) -> list[str | None]:
        lines = threads.read(
            session, self.sealer, conversation_id=thread.conversation_id,
            student_id=thread.student_id, classroom_id=self.room.classroom.id,
            staff_id=self.room.teacher.id, now=self.engine.clock(),
        )  # fmt: skip
        return [line.text for line in lines]

    def answer(self, session: Session, thread: threads.Waiting, words: str) -> ChatMessage:
        return threads.answer(
            session, self.sealer, conversation_id=thread.conversation_id,
            student_id=thread.student_id, classroom_id=self.room.classroom.id,
            staff_id=self.room.teacher.id, signature="Cô Hạnh (Lá 1)", text=words,
            now=self.engine.clock(),
        )  # fmt: skip


@pytest.fixture
def parents(committed: Sessions) -> Parents:
    return Parents(committed)


def test_two_parents_of_one_child_never_see_each_others_threads(parents: Parents) -> None:
    parents.hers.say("em và ba bé sắp ly hôn, cô giữ kín giúp em")
    parents.his.say("nhắn cô giúp anh là anh muốn gặp cô riêng")
    with transaction(parents.sessions) as session:
        hers, his = (parents.thread_of(session, w) for w in (parents.mother, parents.father))
        assert hers.conversation_id != his.conversation_id
        assert parents.read(session, hers) == ["em và ba bé sắp ly hôn, cô giữ kín giúp em"]
        assert parents.read(session, his) == ["nhắn cô giúp anh là anh muốn gặp cô riêng"]
        parents.answer(session, hers, "Dạ, chỉ mình em đọc thôi ạ.")
    assert [one.body for one in parents.hers.arrived()] == [
        "Cô Hạnh (Lá 1): Dạ, chỉ mình em đọc thôi ạ."
    ]
    assert parents.his.arrived() == []
    assert all("ly hôn" not in one.body for one in parents.his.mine())


def test_an_answer_marks_the_thread_as_read_and_is_in_the_audit(parents: Parents) -> None:
    parents.hers.say("nhắn cô giúp em là bé quên bình nước")
    with transaction(parents.sessions) as session:
        [thread] = parents.waiting(session)
        assert threads.unread(session, parents.room.classroom.id) == 1
        parents.answer(session, thread, "Dạ, bình ở lớp ạ.")
        assert threads.unread(session, parents.room.classroom.id) == 0
        assert parents.read(session, thread)[-1] == "Cô Hạnh (Lá 1): Dạ, bình ở lớp ạ."
        actions = session.scalars(select(Audit.action)).all()
    assert {"thread.answered", "thread.read"} <= set(actions)


def test_after_ngung_a_waiting_answer_stays_and_no_new_one_is_taken(parents: Parents) -> None:
    parents.hers.say("nhắn cô giúp em là bé quên áo")
    with transaction(parents.sessions) as session:
        [thread] = parents.waiting(session)
        parents.answer(session, thread, "Dạ bé ngoan lắm ạ.")
    parents.engine.clock.forward(seconds=1)
    said = parents.hers.say("NGUNG")
    assert "ngừng nhận tin" in said
    assert "ngoan lắm" not in said
    with transaction(parents.sessions) as session, pytest.raises(Conflict):
        parents.answer(session, thread, "Dạ thêm một lời.")
    parents.engine.clock.forward(minutes=1)
    parents.hers.say("cô ơi cho em hỏi chút")
    with transaction(parents.sessions) as session:
        parents.answer(session, thread, "Dạ em nghe ạ.")
    assert "Dạ em nghe ạ." in parents.hers.arrived()[0].body


def test_a_thread_is_handed_to_the_office(parents: Parents) -> None:
    parents.hers.say("sao tháng này trường thu tiền hai lần vậy cô")
    with transaction(parents.sessions) as session:
        [thread] = parents.waiting(session)
        moved = threads.to_office(
            session, conversation_id=thread.conversation_id, student_id=thread.student_id,
            staff_id=parents.room.teacher.id, now=parents.engine.clock(),
        )  # fmt: skip
        assert moved == 1
        assert parents.waiting(session) == []
        [there] = threads.office_waiting(session, parents.room.school.id)
        assert (there.child, there.unread) == ("An", 1)


@pytest.mark.parametrize("words", ["", "   ", "a" * 1501])
def test_an_answer_that_cannot_be_sent_is_refused_with_a_sentence(
    parents: Parents, words: str
) -> None:
    parents.hers.say("nhắn cô giúp em")
    parents.hers.say("bé ăn được không cô giáo ơi, em lo quá")
    with transaction(parents.sessions) as session:
        [thread] = parents.waiting(session)
        with pytest.raises(Invalid):
            parents.answer(session, thread, words)


def test_a_page_of_a_teacher_may_do_all_this_and_sees_no_other_school(parents: Parents) -> None:
    parents.hers.say("nhắn cô giúp em là bé quên mũ")
    with transaction(parents.sessions) as session:
        other = class_of(session)
        enter_school(session, parents.room.school.id, parents.room.teacher.id)
        [thread] = parents.waiting(session)
        parents.answer(session, thread, "Dạ em thấy rồi ạ.")
        session.execute(text("RESET ROLE"))
        enter_school(session, other.school.id, other.teacher.id)
        assert threads.waiting(session, parents.room.classroom.id) == []
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(ChatMessage)).all() == []
    assert len(parents.hers.arrived()) == 1


def test_of_an_erased_family_nothing_can_be_read(parents: Parents) -> None:
    parents.hers.say("nhắn cô giúp em là bé quên mũ")
    with transaction(parents.sessions) as session:
        [thread] = parents.waiting(session)
        destroy(session, parents.mother.id)
        session.expire_all()
        assert parents.read(session, thread) == [None]
