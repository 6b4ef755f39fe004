"""A parent's whole day by chat, over the wire of Telegram and of Zalo: what she writes goes through
the played provider's webhook, and what she reads is what our adapter sent to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select

from contactbook.conversation import linking, threads
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage
from contactbook.db import transaction
from contactbook.people.consent import Consent, ConsentState
from contactbook.people.models import Guardian
from contactbook.ports.channel import Channel
from contactbook.requests.models import AbsenceNote
from contactbook.updates.models import Meal
from tests.builders import Class, class_of, family
from tests.contactbook.delivery.engine import PRESENT, mark, tell
from tests.journeys.live import Live, live, until

ADDRESSES = {Channel.TELEGRAM: "880001", Channel.ZALO: "251250001"}
LUNCH = replace(PRESENT, lunch=Meal.ALL, nap_minutes=90)


@dataclass
class Handset:
    """Her phone, as the played provider has it."""

    book: Live
    channel: Channel
    address: str
    read: int = 0

    def does(self, **deed: object) -> None:
        told = {"channel": self.channel.value, "address": self.address, **deed}
        self.book.tell("say", told)

    def hears(self, *words: str) -> str:
        """Waits until something arrives that holds all of `words`."""

        def there() -> bool:
            return any(all(word in one["text"] for word in words) for one in self.new())

        until(there)
        found = next(one for one in self.new() if all(word in one["text"] for word in words))
        self.read = found["id"]
        return str(found["text"])

    def new(self) -> list[dict[str, Any]]:
        return [one for one in self.all() if one["id"] > self.read]

    def all(self) -> list[dict[str, Any]]:
        return [one for one in self.book.arrived() if one["address"] == self.address]

    def says(self, text: str, *words: str) -> str:
        self.does(text=text)
        return self.hears(*words)

    def taps(self, title: str, *words: str) -> str:
        message, press = next(
            (one, press)
            for one in reversed(self.all())
            for shown, press in one["buttons"]
            if shown == title
        )
        self.does(tap=press, message_id=message["provider_id"])
        return self.hears(*words)


@dataclass
class School:
    book: Live
    room: Class

    def told(self) -> None:
        with transaction(self.book.parts.sessions) as session:
            mark(session, self.room, LUNCH)
            tell(session, self.room, now=self.book.clock())

    def answers(self, words: str) -> None:
        with transaction(self.book.parts.sessions) as session:
            [thread] = threads.waiting(session, self.room.classroom.id)
            threads.answer(
                session, sealer_of(self.book.parts.settings), now=self.book.clock(),
                conversation_id=thread.conversation_id, student_id=thread.student_id,
                classroom_id=self.room.classroom.id, staff_id=self.room.teacher.id,
                signature="Cô Hạnh (Lá 1)", text=words,
            )  # fmt: skip

    def counted(self, what: type) -> int:
        with transaction(self.book.parts.sessions) as session:
            return len(session.scalars(select(what)).all())


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    with live(database_url) as book:
        with transaction(book.parts.sessions) as session:
            room = class_of(session)
            family(session, room)
        book.clock.set(12, 15)
        yield School(book, room)


def links(school: School, phone: Handset) -> None:
    """By the school's code in Telegram, by following and her number in Zalo."""
    with transaction(school.book.parts.sessions) as session:
        mother = session.scalars(select(Guardian)).one()
        number = mother.phone
        code = linking.issue(
            session, school_id=mother.school_id, guardian_id=mother.id, now=school.book.clock()
        )
    if phone.channel is Channel.TELEGRAM:
        phone.does(text=f"/start {code}")
    else:
        phone.does(follow=True)
        phone.hears("chia sẻ số điện thoại")
        phone.does(contact={"phone": number.removeprefix("+")})
    phone.hears("gia đình bé An (Lá 1, Trường Mầm non Hoa Mai)")
    phone.hears("hoàn toàn tự nguyện")


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.ZALO])
def test_a_whole_day_of_one_mother(school: School, channel: Channel) -> None:
    phone = Handset(school.book, channel, ADDRESSES[channel])
    links(school, phone)
    assert school.counted(Consent) == 0
    phone.taps("Có", "tin sức khỏe")
    phone.taps("Có", "Cảm ơn gia đình")
    with transaction(school.book.parts.sessions) as session:
        [state] = session.scalars(select(ConsentState)).all()
        assert (state.channel, state.purposes) == (channel.value, 1 | 2 | 4 | 8 | 32)

    school.told()
    phone.hears("Hôm nay bé đến lớp lúc 7h20")  # the update itself, as she has agreed to it
    phone.says("hôm nay bé ăn gì vậy cô", "ăn hết suất trưa")

    phone.says("mai cho bé An nghỉ vì bị ho cô nhé", "thứ Tư 25/11, lý do", "Đúng không ạ?")
    phone.taps("Đúng rồi", "Trường đã nhận tin", "Chúc bé mau khỏe")
    with transaction(school.book.parts.sessions) as session:
        [note] = session.scalars(select(AbsenceNote)).all()
        assert (note.since, note.until, note.channel) == (
            date(2026, 11, 25), date(2026, 11, 25), channel.value,
        )  # fmt: skip

    phone.says("nhắn cô giúp em là bé quên áo khoác ở lớp", "cô Hạnh", "7h–17h30")
    school.answers("Dạ áo của An ở tủ lớp ạ.")
    phone.hears("Cô Hạnh (Lá 1): Dạ áo của An ở tủ lớp ạ.")

    phone.says("NGUNG", "có hiệu lực ngay")
    before = len(phone.all())
    with transaction(school.book.parts.sessions) as session:
        mark(session, school.room, replace(LUNCH, remark="Bé xếp dép rất gọn."))
        tell(session, school.room, now=school.book.clock())
    sleep(1.5)
    assert len(phone.all()) == before  # and nothing more arrives
    assert school.counted(ChatMessage) > 10


def test_a_block_ends_it_and_a_webhook_told_twice_is_one(school: School) -> None:
    phone = Handset(school.book, Channel.TELEGRAM, ADDRESSES[Channel.TELEGRAM])
    links(school, phone)
    phone.taps("Có", "tin sức khỏe")
    phone.does(text="trợ giúp", times=3)
    phone.hears("cứ nhắn như nói chuyện")
    sleep(1)
    assert [one for one in phone.new() if "cứ nhắn" in one["text"]] == []
    phone.does(member="kicked")

    def ended() -> bool:
        with transaction(school.book.parts.sessions) as session:
            return {one.purposes for one in session.scalars(select(ConsentState))} == {0}

    until(ended)
