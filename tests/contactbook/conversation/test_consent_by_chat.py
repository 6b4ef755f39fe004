"""Consent by chat: asked apart, only a Yes is one, taken back with one word, and undone exactly."""

import json

import pytest
from sqlalchemy import select

from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage, Conversation
from contactbook.db import Sessions, transaction
from contactbook.people.consent import Consent, ConsentState, Method, Purpose
from contactbook.people.models import ContactPoint, Guardianship
from contactbook.people.seal import destroy
from contactbook.ports.channel import Channel, Said
from tests.builders import agree, bond, class_of, family, guardian, reach
from tests.contactbook.conversation.talker import Phone, school_of
from tests.contactbook.conversation.test_linking import Town
from tests.contactbook.delivery.engine import mark, roads, tell

LEARNING = Purpose.ATTENDANCE | Purpose.DAILY_LIFE | Purpose.LEARNING | Purpose.NOTICES


@pytest.fixture
def town(committed: Sessions) -> Town:
    return Town(committed)


def agreed(sessions: Sessions, channel: str = "telegram") -> set[int]:
    with transaction(sessions) as session:
        states = session.scalars(select(ConsentState).where(ConsentState.channel == channel))
        return {one.purposes for one in states}


def ledger(sessions: Sessions) -> list[Consent]:
    with transaction(sessions) as session:
        return list(session.scalars(select(Consent).order_by(Consent.id)))


def linked(town: Town) -> Phone:
    phone = town.phone()
    phone.join(town.code())
    return phone


def test_learning_and_health_are_asked_apart(town: Town) -> None:
    phone = linked(town)
    assert agreed(town.sessions) == set()
    assert "tin sức khỏe" in phone.tap("Có")
    assert agreed(town.sessions) == {LEARNING}
    assert "Cảm ơn gia đình" in phone.tap("Không")
    assert agreed(town.sessions) == {LEARNING}


def test_silence_and_other_words_are_no_consent(town: Town) -> None:
    phone = linked(town)
    phone.say("trợ giúp")
    phone.say("cảm ơn cô nhiều")
    town.engine.clock.forward(days=2)
    assert agreed(town.sessions) == set()


def test_a_typed_yes_counts_only_while_the_question_is_open(town: Town) -> None:
    phone = linked(town)
    town.engine.clock.forward(hours=13)
    phone.say("có")
    assert agreed(town.sessions) == set()
    phone.say("NHAN LAI")
    phone.say("Dạ có ạ")
    assert agreed(town.sessions) == {LEARNING}


def test_the_question_and_her_answer_are_kept_sealed(town: Town) -> None:
    phone = linked(town)
    phone.say("có")
    line = ledger(town.sessions)[0]
    assert (line.method, line.text_version, line.granted) == (Method.CHAT, "chat-2026-11", True)
    assert line.evidence is not None
    assert "học tập" not in line.evidence.decode("latin-1")
    with transaction(town.sessions) as session:
        opened = sealer_of(town.engine.parts.settings).read(session, town.mother.id, line.evidence)
    kept = json.loads(opened or "")
    assert kept["said"] == "có"
    assert "hoàn toàn tự nguyện" in kept["asked"]


def test_tell_me_more_tells_and_asks_again(town: Town) -> None:
    phone = linked(town)
    assert "không cần nêu lý do" in phone.tap("Xem thêm")
    assert agreed(town.sessions) == set()
    phone.tap("Có")
    assert agreed(town.sessions) == {LEARNING}


def test_no_is_kept_as_well(town: Town) -> None:
    phone = linked(town)
    phone.tap("Không")
    assert "không gửi tin" in phone.tap("Không")
    assert [(one.granted, one.purpose) for one in ledger(town.sessions)][-1] == (False, 8)
    assert agreed(town.sessions) == {0}


@pytest.mark.parametrize("word", ["NGUNG", "Ngừng", "STOP", "huỷ", "ngưng nhận tin giúp em"])
@pytest.mark.parametrize("channel", [Channel.ZALO, Channel.TELEGRAM, Channel.SMS])
def test_one_word_stops_everything_on_its_channel_at_once(
    committed: Sessions, channel: Channel, word: str
) -> None:
    engine = school_of(committed)
    with transaction(committed) as session:
        world = class_of(session)
        family(session, world, channel, Channel.EMAIL, pupils=2, paid=True)
        mark(session, world)
        point = session.scalars(select(ContactPoint)).first()
        assert point is not None
        tell(session, world, paid=[one.id for one in world.students])
    phone = Phone(engine, channel, point.address)
    heard = phone.say(word)
    assert "NHAN LAI" in heard
    assert len(heard) <= 160 or channel is not Channel.SMS
    assert agreed(committed, channel) == {0}
    assert agreed(committed, "email") != {0}  # of the other channel nothing was said
    engine.drain(channel)
    assert phone.arrived() == []
    assert ("no_consent" in {reason for _, _, reason in roads(committed)}) is True


def test_undo_restores_the_ledger_exactly(committed: Sessions) -> None:
    engine = school_of(committed, Channel.ZALO)
    with transaction(committed) as session:
        world = class_of(session)
        (an,), mother = family(session, world, purposes=Purpose.ATTENDANCE | Purpose.HEALTH)
        (binh,), _ = family(session, world, child="Lê Bình")
        bond(session, world, binh, mother)
        [point] = reach(session, world, mother, [Channel.ZALO])
        agree(session, world, mother, [an], [Channel.ZALO], Purpose.ATTENDANCE | Purpose.HEALTH)
        agree(session, world, mother, [binh], [Channel.ZALO], Purpose.NOTICES)
    before = agreed(committed, "zalo")
    phone = Phone(engine, Channel.ZALO, point.address)
    phone.say("NGUNG")
    phone.say("NGUNG")  # said twice, the undo is still of the first
    assert agreed(committed, "zalo") == {0}
    assert "Đã hoàn tác" in phone.tap("Hoàn tác")
    assert agreed(committed, "zalo") == before == {9, 32}
    assert "Không còn gì để hoàn tác" in phone.tap("Hoàn tác")


def test_an_undo_is_over_after_a_day(town: Town) -> None:
    phone = linked(town)
    phone.tap("Có")
    phone.say("NGUNG")
    town.engine.clock.forward(hours=25)
    assert "Không còn gì" in phone.tap("Hoàn tác")
    assert agreed(town.sessions) == {0}


def test_nhan_lai_asks_again(town: Town) -> None:
    phone = linked(town)
    phone.tap("Có")
    phone.say("NGUNG")
    assert "hoàn toàn tự nguyện" in phone.say("NHAN LAI")
    assert agreed(town.sessions) == {0}
    phone.tap("Có")
    assert agreed(town.sessions) == {LEARNING}


def test_stop_wins_over_whatever_is_open(town: Town) -> None:
    phone = linked(town)
    phone.tap("Có")
    phone.say("xin nghỉ")
    assert "ngừng nhận tin" in phone.say("NGUNG")
    assert agreed(town.sessions) == {0}


def test_blocking_us_ends_the_address_and_the_consent(town: Town) -> None:
    phone = linked(town)
    phone.tap("Có")
    phone.leave()
    assert agreed(town.sessions) == {0}
    assert town.points() == [("telegram", "777001", False)]


def test_a_repeated_webhook_has_no_effect(town: Town) -> None:
    phone = linked(town)
    phone.do(Said.TAP, "yes:learning", number="update-7")
    once = len(ledger(town.sessions))
    assert phone.do(Said.TAP, "yes:learning", number="update-7") == []
    assert len(ledger(town.sessions)) == once == 4


def test_who_may_read_nothing_any_more_can_still_stop(town: Town) -> None:
    phone = linked(town)
    phone.tap("Có")
    with transaction(town.sessions) as session:
        [tie] = session.scalars(select(Guardianship)).all()
        tie.restricted = True
    assert "Hiện không có bé nào" in phone.say("hôm nay")
    assert "ngừng nhận tin" in phone.say("NGUNG")
    assert agreed(town.sessions) == {0}


def test_a_number_nobody_verified_can_stop_the_invitations(committed: Sessions) -> None:
    engine = school_of(committed)
    with transaction(committed) as session:
        world = class_of(session)
        _, mother = family(session, world, Channel.SMS, verified=False)
    phone = Phone(engine, Channel.SMS, mother.phone)
    assert "khong gui tin nao" in phone.say("NGUNG")
    with transaction(committed) as session:
        [point] = session.scalars(select(ContactPoint)).all()
        assert point.ended_at is not None


def test_what_was_said_is_erased_with_her_key(town: Town) -> None:
    phone = linked(town)
    phone.say("bé nhà em dạo này hay khóc đêm")
    with transaction(town.sessions) as session:
        rows = session.scalars(select(ChatMessage).where(ChatMessage.kind == "heard")).all()
        assert all(b"kh\xc3\xb3c" not in (one.sealed or b"") for one in rows)
        sealer = sealer_of(town.engine.parts.settings)
        last = rows[-1].sealed
        assert last is not None
        assert "khóc đêm" in (sealer.read(session, town.mother.id, last) or "")
        destroy(session, town.mother.id)
        session.expire_all()
        assert sealer.read(session, town.mother.id, last) is None


def test_two_guardians_at_two_addresses_have_conversations_of_their_own(town: Town) -> None:
    with transaction(town.sessions) as session:
        father = guardian(session, town.room, "Nguyễn Văn Ba")
        bond(session, town.room, town.child, father)
    linked(town).tap("Có")
    his = town.phone("777009")
    his.join(town.code(father))
    with transaction(town.sessions) as session:
        whose = session.scalars(
            select(Conversation.guardian_id).where(Conversation.guardian_id.is_not(None))
        ).all()
    assert sorted(map(str, whose)) == sorted([str(town.mother.id), str(father.id)])
    assert agreed(town.sessions) == {LEARNING}  # hers alone
