"""How a chat comes to belong to a guardian, and how it does not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contactbook.conversation import linking, sending
from contactbook.conversation.models import ChatMessage, Conversation, LinkCode
from contactbook.db import Sessions, transaction
from contactbook.people.audit import Audit
from contactbook.people.consent import ConsentState
from contactbook.people.models import ContactPoint, Guardian
from contactbook.ports.channel import Channel
from tests.builders import Class, bond, class_of, family, guardian
from tests.contactbook.conversation.talker import Phone, school_of
from tests.contactbook.delivery.engine import Engine


class Town:
    """A class, and a mother whose phone number the school knows; no chat is linked."""

    def __init__(self, sessions: Sessions) -> None:
        self.engine: Engine = school_of(sessions)
        with transaction(sessions) as session:
            self.room: Class = class_of(session)
            (self.child,), self.mother = family(session, self.room)
        self.sessions = sessions

    def phone(self, address: str = "777001", channel: Channel = Channel.TELEGRAM) -> Phone:
        return Phone(self.engine, channel, address)

    def code(self, whose: Guardian | None = None) -> str:
        person = whose or self.mother
        with transaction(self.sessions) as session:
            return linking.issue(
                session, school_id=person.school_id, guardian_id=person.id, now=self.engine.clock()
            )

    def points(self) -> list[tuple[str, str, bool]]:
        with transaction(self.sessions) as session:
            rows = session.scalars(select(ContactPoint).order_by(ContactPoint.id)).all()
            return [(one.channel, one.address, one.ended_at is None) for one in rows]

    def reported(self) -> list[str]:
        with transaction(self.sessions) as session:
            found = session.scalars(select(Audit.action).order_by(Audit.id)).all()
            return [one for one in found if one.startswith("link.")]


@pytest.fixture
def town(committed: Sessions) -> Town:
    return Town(committed)


def test_the_schools_code_links_once_and_shows_whose_chat_it_is(town: Town) -> None:
    code, phone = town.code(), town.phone()
    heard = phone.join(code)
    assert "gia đình bé An (Lá 1, Trường Mầm non Hoa Mai)" in heard
    assert "hoàn toàn tự nguyện" in heard
    assert town.points() == [("telegram", "777001", True)]
    stranger = town.phone("777002")
    assert "Mã này không đúng" in stranger.join(code)
    assert town.points() == [("telegram", "777001", True)]


def test_a_code_has_sixty_random_bits_and_only_its_hash_is_kept(town: Town) -> None:
    code = town.code()
    assert len(linking.LETTERS) ** len(code) > 2**60
    with transaction(town.sessions) as session:
        [kept] = session.scalars(select(LinkCode)).all()
    assert code.encode() not in kept.code_sha256


def test_a_code_lives_shortly(town: Town) -> None:
    code = town.code()
    town.engine.clock.forward(hours=49)
    assert "Mã này không đúng" in town.phone().join(code)
    assert town.points() == []


def test_a_code_may_be_typed_in_pieces(town: Town) -> None:
    code = town.code().lower()
    typed = f" {code[:4]}-{code[4:8]} {code[8:]} "
    assert "đã nối với gia đình bé An" in town.phone("25125", Channel.ZALO).say(typed)


def test_wrong_codes_are_throttled_for_each_address(town: Town) -> None:
    thief, code = town.phone("666"), town.code()
    for _ in range(linking.WRONG_MOST):
        assert "Mã này không đúng" in thief.join("A" * linking.LENGTH)
    town.engine.clock.forward(minutes=1)
    thief.join(code)
    assert town.points() == []  # not even the right one, now
    assert "đã nối với" in town.phone().join(code)


def test_her_own_number_links_a_forwarded_card_does_not(town: Town) -> None:
    phone = town.phone()
    assert "Chia sẻ số" in phone.do_start()[-1].buttons[0].title
    assert "số của người khác" in phone.share(town.mother.phone, own=False)
    assert town.points() == []
    assert "đã nối với" in phone.share("0" + town.mother.phone.removeprefix("+84"))


def test_zalos_way_of_writing_a_number_is_understood(town: Town) -> None:
    zalo = town.phone("25125", Channel.ZALO)
    assert "chia sẻ số điện thoại" in zalo.join()
    assert "đã nối với" in zalo.share(town.mother.phone.removeprefix("+"))
    with transaction(town.sessions) as session:
        [point] = session.scalars(select(ContactPoint)).all()
    assert point.window_ends_at == town.engine.clock() + timedelta(days=7)


def test_a_number_that_is_not_on_the_list_links_nothing_and_the_school_hears_of_it(
    town: Town,
) -> None:
    assert "chưa có trong danh sách" in town.phone().share("0987654321")
    assert town.points() == []
    assert town.reported() == ["link.unknown_phone"]


def test_two_who_share_a_number_are_not_linked_by_it(town: Town) -> None:
    with transaction(town.sessions) as session:
        father = guardian(session, town.room, "Nguyễn Văn Ba")
        father.phone = town.mother.phone
        bond(session, town.room, town.child, father)
    assert "hai người trong gia đình" in town.phone().share(town.mother.phone)
    assert town.points() == []


def test_one_mother_at_two_schools_is_linked_at_both(town: Town) -> None:
    with transaction(town.sessions) as session:
        other = class_of(session, name="Mầm 1")
        (_,), twin = family(session, other, child="Lê Bảo Bình")
        twin.phone = town.mother.phone
    heard = town.phone().share(town.mother.phone)
    assert "An (Lá 1" in heard
    assert "Bình (Mầm 1" in heard
    assert len(town.points()) == 2


def test_a_stranger_learns_nothing_and_is_not_answered_for_ever(town: Town) -> None:
    stranger = town.phone("999")
    answers = [stranger.say("hôm nay bé ăn gì") for _ in range(8)]
    assert all("bé An" not in one for one in answers)
    assert [bool(one) for one in answers] == [True] * 5 + [False] * 3
    with transaction(town.sessions) as session:
        heard = session.scalars(select(ChatMessage).where(ChatMessage.kind == "heard")).all()
    assert [(one.sealed, one.plain) for one in heard] == [(None, None)] * 8


def test_an_invitation_by_sms_is_one_segment_and_its_code_links(town: Town) -> None:
    with transaction(town.sessions) as session:
        session.add(
            ContactPoint(
                school_id=town.room.school.id, guardian_id=town.mother.id, channel="sms",
                address=town.mother.phone,
            )
        )  # fmt: skip
        linking.invite_by_sms(
            session, town.engine.parts, guardian_id=town.mother.id, now=town.engine.clock()
        )
    sending.drain(town.engine.parts, Channel.SMS)
    [sms] = Phone(town.engine, Channel.SMS, town.mother.phone).mine()
    assert sms.body.isascii()
    assert len(sms.body) <= 160
    code = next(word for word in sms.body.split() if len(word) == linking.LENGTH)
    assert "đã nối với" in town.phone().join(code)


def test_a_phone_that_is_another_persons_by_now_is_taken_back(town: Town) -> None:
    phone = town.phone()
    phone.join(town.code())
    phone.tap("Có")
    with transaction(town.sessions) as session:
        [point] = session.scalars(select(ContactPoint)).all()
        linking.unlink(
            session, point_id=point.id, staff_id=town.room.teacher.id, now=town.engine.clock()
        )
    with transaction(town.sessions) as session:
        assert {one.purposes for one in session.scalars(select(ConsentState))} == {0}
        assert session.scalars(select(Conversation.dialogue)).all().count(None) == 2
    assert town.points() == [("telegram", "777001", False)]
    assert "chia sẻ số điện thoại" in phone.say("hôm nay bé thế nào")
