"""What a linked parent asks and gets, over real rows: her day of chat, on each channel."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from contactbook.conversation import threads
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import Conversation
from contactbook.db import Sessions, transaction
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.people.models import ContactPoint, Guardianship
from contactbook.ports.channel import Channel, Said
from contactbook.requests.models import AbsenceNote, MedicationSlip
from contactbook.updates.models import Attendance, Meal
from tests.builders import agree, bond, class_of, family, reach
from tests.contactbook.conversation.talker import Phone, school_of
from tests.contactbook.delivery.engine import PRESENT, Engine, mark, tell
from tests.fakes import PaidFor

DAY = replace(PRESENT, lunch=Meal.ALL, nap_minutes=90, health="38,2 °C lúc 10h15")


class Home:
    """A mother with one child on one channel; everything agreed to."""

    def __init__(
        self,
        sessions: Sessions,
        channel: Channel = Channel.TELEGRAM,
        *,
        agreed: Purpose = ALL_PURPOSES,
    ) -> None:
        self.sessions, self.engine = sessions, school_of(sessions)
        with transaction(sessions) as session:
            self.room = class_of(session)
            (self.child,), self.mother = family(session, self.room, channel, purposes=agreed)
            [point] = session.scalars(select(ContactPoint)).all()
        self.phone = Phone(self.engine, channel, point.address)

    def told(self) -> None:
        with transaction(self.sessions) as session:
            mark(session, self.room, DAY)
            tell(session, self.room)

    def notes(self) -> list[tuple[date, date, str]]:
        with transaction(self.sessions) as session:
            rows = session.scalars(select(AbsenceNote).order_by(AbsenceNote.since)).all()
            return [(one.since, one.until, one.reason) for one in rows]

    def waiting(self) -> list[threads.Waiting]:
        with transaction(self.sessions) as session:
            return threads.waiting(session, self.room.classroom.id)


@pytest.fixture
def home(committed: Sessions) -> Home:
    return Home(committed)


def test_today_is_what_was_told_signed_and_named(home: Home) -> None:
    assert "chưa có tin về bé An" in home.phone.say("hôm nay bé sao rồi cô")
    home.told()
    said = home.phone.say("hom nay")
    assert said.startswith("Bé An – Lá 1, thứ Ba 24/11")
    assert "ăn hết suất trưa, ngủ trưa 1 giờ 30 phút" in said
    assert "38,2" in said
    assert "Trường Mầm non Hoa Mai" in said


def test_what_she_did_not_agree_to_is_not_read_to_her_either(committed: Sessions) -> None:
    home = Home(committed, agreed=Purpose.ATTENDANCE)
    home.told()
    said = home.phone.say("hôm nay")
    assert "đến lớp" in said
    assert "38,2" not in said
    assert "suất trưa" not in said
    assert "chưa đồng ý nhận tin sức khỏe" in home.phone.say("cân nặng chiều cao")


def test_an_sms_answer_is_short_and_holds_no_health(committed: Sessions) -> None:
    home = Home(committed, Channel.SMS)
    home.told()
    for asked in ("hom nay", "tuan nay", "suc khoe", "goi", "tro giup", "diem danh", "abc xyz",
                  "ngon ngu", "xin nghi", "mai be nghi vi sot", "gui thuoc ho 5ml"):  # fmt: skip
        said = home.phone.say(asked)
        assert said, asked
        for one in said.split("\n---\n"):
            assert one.isascii(), one
            assert len(one) <= 160, (len(one), one)
            assert "38" not in one
            assert "sot" not in one


def test_the_week_and_the_roll_call(home: Home) -> None:
    home.told()
    assert "thứ Ba 24/11: đến lớp lúc 7h20" in home.phone.say("tuần này bé học gì")
    assert "bé An đến lớp lúc 7h20" in home.phone.say("điểm danh")
    assert "chưa báo" in home.phone.say("hôm qua bé có đi học không")


def test_absence_asks_what_is_missing_and_confirms_in_one_sentence(home: Home) -> None:
    assert "nghỉ ngày nào" in home.phone.say("xin nghỉ")
    assert "nghỉ vì sao" in home.phone.say("mai ạ")
    assert "nghỉ thứ Tư 25/11, lý do: bị ho. Đúng không ạ?" in home.phone.say("bị ho")
    assert home.notes() == []
    said = home.phone.tap("Đúng rồi")
    assert "Trường đã nhận tin: bé An nghỉ thứ Tư 25/11 vì bị ho. Chúc bé mau khỏe." in said
    assert home.notes() == [(date(2026, 11, 25), date(2026, 11, 25), "bị ho")]


def test_absence_with_everything_said_only_wants_a_yes(home: Home) -> None:
    said = home.phone.say("cho bé An nghỉ thứ năm và thứ hai tuần sau vì về quê cô nhé")
    assert "Đúng không ạ?" in said
    home.phone.say("dạ đúng rồi ạ")
    assert [since for since, _, _ in home.notes()] == [date(2026, 11, 26), date(2026, 11, 30)]


def test_change_it_starts_again_and_an_old_button_confirms_nothing(home: Home) -> None:
    home.phone.say("mai bé nghỉ vì sốt")
    old = home.phone.mine()[-1].buttons[0].reply
    assert "nghỉ ngày nào" in home.phone.tap("Sửa lại")
    home.phone.tap("thứ Tư 25/11")
    home.phone.tap("Việc gia đình")
    home.phone.do(Said.TAP, old)
    assert home.notes() == []
    home.phone.tap("Đúng rồi")
    assert home.notes() == [(date(2026, 11, 25), date(2026, 11, 25), "việc gia đình")]


def test_hom_nay_is_a_day_where_a_day_was_asked_for(home: Home) -> None:
    home.phone.say("xin nghỉ")
    assert "nghỉ vì sao" in home.phone.say("hôm nay")


def test_another_wish_ends_what_is_open(home: Home) -> None:
    home.told()
    home.phone.say("xin nghỉ")
    assert "trưa" in home.phone.say("hôm nay bé ăn gì vậy cô")
    assert home.notes() == []


def test_medicine_asks_for_dose_and_time_and_takes_a_picture(home: Home) -> None:
    assert "Mỗi lần bé uống bao nhiêu Hapacol" in home.phone.say("em gửi thuốc Hapacol cho bé")
    assert "vào lúc nào" in home.phone.say("nửa gói")
    home.phone.show("đơn thuốc đây cô")
    assert "vào lúc nào" in home.phone.say("lúc nào cũng được")
    said = home.phone.tap("sau bữa trưa")
    assert "Hapacol, nửa gói, 11h30. Đúng không ạ?" in said
    assert "trường có nhận cho bé uống được không" in home.phone.say("đúng")
    with transaction(home.sessions) as session:
        [slip] = session.scalars(select(MedicationSlip)).all()
        assert (slip.drug, slip.dose, str(slip.times[0])) == ("Hapacol", "nửa gói", "11:30:00")
        assert slip.since == date(2026, 11, 25)  # at noon that time is over for today
        assert slip.picture.startswith("chat:")


def test_medicine_at_a_time_that_is_over_is_refused_with_the_reason(home: Home) -> None:
    home.phone.say("hôm nay gửi thuốc ho Prospan 5ml uống lúc 9h nhé cô")
    said = home.phone.tap("Đúng rồi")
    assert "Trường chưa ghi được" in said
    assert len(home.waiting()) == 1


def test_who_does_not_decide_asks_for_no_medicine(home: Home) -> None:
    with transaction(home.sessions) as session:
        [tie] = session.scalars(select(Guardianship)).all()
        tie.decides = False
    assert "chỉ người được gia đình chỉ định" in home.phone.say("gửi thuốc Hapacol 1 gói sau ăn")
    assert len(home.waiting()) == 1


def test_free_text_reaches_the_teacher_and_says_when_it_is_read(home: Home) -> None:
    said = home.phone.say("dạo này bé hay nhắc bạn Châu, cô thấy sao ạ")
    assert "cô Hạnh" in said
    assert "7h–17h30" in said
    [waiting] = home.waiting()
    assert (waiting.child, waiting.guardian, waiting.unread) == ("An", "Trần Thị Mai", 1)
    home.engine.clock.forward(hours=8)
    assert "sẽ được đọc thứ Tư 25/11" in home.phone.say("nhắn cô giúp em là bé quên áo khoác")


def test_urgent_words_ring_the_office(home: Home) -> None:
    assert "văn phòng trường" in home.phone.say("GẤP LẮM cô ơi, bé bị dị ứng khó thở")
    with transaction(home.sessions) as session:
        [urgent] = threads.office_waiting(session, home.room.school.id)
    assert urgent.urgent
    assert home.waiting()[0].urgent


def test_who_picks_up_is_never_changed_by_chat(home: Home) -> None:
    said = home.phone.say("chiều nay bà ngoại đón bé nha cô")
    assert "không làm qua tin nhắn được" in said
    assert "028 3000 0000" in said
    assert len(home.waiting()) == 1


def test_the_plan_is_told_and_nobody_asks_for_money(home: Home) -> None:
    said = home.phone.say("học phí bao nhiêu vậy cô")
    assert "không bao giờ thu tiền" in said
    home.engine.parts.__dict__["entitlements"] = PaidFor([home.child.id])
    said = home.phone.say("gói")
    assert "20.000 đ một tháng" in said


def test_english_by_choice(home: Home) -> None:
    assert "English" in home.phone.say("english please")
    assert "told nothing of An yet today" in home.phone.say("today")
    home.phone.say("tiếng việt")
    assert "Hôm nay lớp chưa có tin" in home.phone.say("today")


def test_hours_are_kept(home: Home) -> None:
    assert "vào lúc nào" in home.phone.say("giờ nhận tin")
    assert "16h30–21h" in home.phone.tap("Từ 16h30")
    with transaction(home.sessions) as session:
        [kept] = session.scalars(select(Conversation)).all()
        assert (str(kept.hours_from), str(kept.hours_until)) == ("16:30:00", "21:00:00")


def test_no_measurement_is_said_as_it_is(home: Home) -> None:
    assert "chưa có số đo" in home.phone.say("cân nặng của bé")


def test_a_picture_without_words_reaches_the_teacher(home: Home) -> None:
    assert "đã được chuyển cho cô Hạnh" in home.phone.show()
    [waiting] = home.waiting()
    with transaction(home.sessions) as session:
        [line] = threads.read(
            session, sealer_of(home.engine.parts.settings), now=home.engine.clock(),
            conversation_id=waiting.conversation_id, student_id=waiting.student_id,
            staff_id=home.room.teacher.id,
        )  # fmt: skip
    assert line.files[0]["file_id"] == "file-1"


class Siblings:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.engine = sessions, Engine(sessions, school_of(sessions).fakes)
        with transaction(sessions) as session:
            self.room = class_of(session)
            self.other = class_of(session, name="Mầm 1", school=self.room.school)
            (self.an,), self.mother = family(session, self.room)
            (self.binh,), _ = family(session, self.other, child="Nguyễn Gia Bình")
            bond(session, self.other, self.binh, self.mother)
            [point] = reach(session, self.room, self.mother, [Channel.ZALO])
            agree(session, self.room, self.mother, [self.an, self.binh], [Channel.ZALO])
        self.phone = Phone(self.engine, Channel.ZALO, point.address)

    def unread(self) -> tuple[int, int]:
        with transaction(self.sessions) as session:
            rooms = self.room.classroom.id, self.other.classroom.id
            return threads.unread(session, rooms[0]), threads.unread(session, rooms[1])


@pytest.fixture
def siblings(committed: Sessions) -> Siblings:
    return Siblings(committed)


def test_with_several_children_it_asks_which_and_goes_on(siblings: Siblings) -> None:
    phone = siblings.phone
    assert "về bé nào" in phone.say("mai xin cho bé nghỉ vì sốt")
    assert "bé Bình nghỉ thứ Tư 25/11" in phone.tap("Bình")
    phone.tap("Đúng rồi")
    with transaction(siblings.sessions) as session:
        [note] = session.scalars(select(AbsenceNote)).all()
        assert note.student_id == siblings.binh.id


def test_a_named_child_needs_no_question(siblings: Siblings) -> None:
    assert "chưa có tin về bé Bình" in siblings.phone.say("hôm nay bé Bình sao rồi cô")


def test_which_child_switches(siblings: Siblings) -> None:
    assert "về bé nào" in siblings.phone.say("con nào")
    assert "nói về bé Bình" in siblings.phone.tap("Bình")
    assert "bé Bình" in siblings.phone.say("hôm nay")


def test_free_text_about_the_other_child_moves_with_a_tap(siblings: Siblings) -> None:
    siblings.phone.say("cảm ơn cô đã chăm bé, cô vất vả quá")
    assert siblings.unread() == (1, 0)
    assert "lớp của bé Bình" in siblings.phone.tap("Bình")
    assert siblings.unread() == (0, 1)


def test_every_answer_fits_its_channel(home: Home, siblings: Siblings) -> None:
    for asked in ("trợ giúp", "hôm nay", "NGUNG", "con nào", "english", "giờ nhận tin"):
        home.phone.say(asked)
        siblings.phone.say(asked)
    for one in [*home.phone.mine(), *siblings.phone.mine()]:
        assert len(one.buttons) <= 5
        assert all(len(button.reply.encode()) <= 64 for button in one.buttons)
        assert len(one.body) <= 2000


def test_attendance_words_are_those_of_the_book(home: Home) -> None:
    with transaction(home.sessions) as session:
        mark(session, home.room, replace(PRESENT, attendance=Attendance.EXCUSED, arrived_at=None))
        tell(session, home.room)
    assert "nghỉ có phép" in home.phone.say("điểm danh")
