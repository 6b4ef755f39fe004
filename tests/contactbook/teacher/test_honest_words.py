"""Before she sends: what is changed and not sent, which messages there are, whom to call."""

import re
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest

from contactbook.db import transaction
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.ports.channel import Channel
from tests.builders import family
from tests.contactbook.teacher.test_preview import first_bubble
from tests.contactbook.teacher.test_sending import drain, progress, publish
from tests.contactbook.web.site import Teaching
from tests.fakes import PaidFor

CHANGED = "có thay đổi chưa gửi"


def sheet(teacher: Teaching, place: int, **typed: str) -> int:
    return teacher.post(f"/children/{teacher.children[place]}", **typed).status_code


def send(teacher: Teaching, key: str) -> None:
    teacher.site.clock.at += timedelta(minutes=5)
    assert teacher.post("/publish", idempotency_key=key).status_code == HTTPStatus.SEE_OTHER


def kinds(page: str) -> list[tuple[str, int]]:
    nav = re.findall(r'<a href="[^"]+"[^>]*>([^<]+) <span class="pill">(\d+)</span></a>', page)
    return [(words, int(count)) for words, count in nav]


def test_a_word_that_was_told_and_cleared_is_changed_and_goes_out(teacher: Teaching) -> None:
    sheet(teacher, 0, attendance="present", health="Sốt 38 độ", remark="Bé vui.")
    send(teacher, "the-first-key")
    assert CHANGED not in teacher.get().text
    sheet(teacher, 0, attendance="present", remark="Bé vui.")
    page = teacher.get().text
    assert page.count(CHANGED) == 1
    assert "Gửi 1 bé" in page
    shown = first_bubble(teacher.get("/preview").text)
    assert shown is not None
    assert "Lớp xin rút lại tin sức khỏe lúc 12h05 của bé An, đó là nhầm lẫn." in shown[1]
    send(teacher, "the-second-key")
    assert CHANGED not in teacher.get().text
    drain(teacher)
    [*_, last] = teacher.site.channels[Channel.ZALO].sent
    assert "rút lại tin sức khỏe" in last.body


def test_words_to_the_class_that_changed_are_marked_once_where_they_stand(
    teacher: Teaching,
) -> None:
    teacher.post("/note", activity="Gieo hạt", learning="")
    send(teacher, "the-first-key")
    teacher.post("/note", activity="", learning="")
    page = teacher.get().text
    assert page.count(CHANGED) == 1
    assert CHANGED in page.partition('id="note"')[2].partition("</a>")[0]
    assert "Gửi 3 bé" in page


@pytest.mark.parametrize("more", [{}, {"remark": "Ngoan"}, {"meal": "all"}])
def test_an_attendance_that_was_told_is_not_emptied(
    teacher: Teaching, more: dict[str, str]
) -> None:
    """The family would be left with a riddle where its child is; the page says so."""
    teacher.site.clock.set(12)
    sheet(teacher, 0, attendance="present", **more)
    send(teacher, "the-first-key")
    answer = teacher.post(f"/children/{teacher.children[0]}", attendance="", **more)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Gia đình đã được báo bé có đến lớp hay không" in answer.text
    assert "điểm danh bé trước" not in answer.text
    assert sheet(teacher, 0, attendance="excused") == HTTPStatus.SEE_OTHER


def test_an_attendance_nobody_was_told_may_be_emptied(teacher: Teaching) -> None:
    sheet(teacher, 0, attendance="present")
    assert sheet(teacher, 0, attendance="") == HTTPStatus.SEE_OTHER


def test_messages_of_one_kind_read_the_same_and_others_are_shown_apart(teacher: Teaching) -> None:
    """A late child, a short nap, each way to eat, and one who is not marked: five messages."""
    with transaction(teacher.site.sessions) as session:
        for name in ("Đỗ Ăn Ít", "Đỗ Ăn Nửa", "Đỗ Ngủ Ngắn"):
            teacher.children.append(
                family(session, teacher.world, Channel.ZALO, child=name)[0][0].id
            )
    teacher.site.clock.set(15)
    plain = {"attendance": "present", "meal": "all", "nap": "90"}
    sheet(teacher, 0, **plain, arrived="07:20")
    sheet(teacher, 1, **plain, arrived="07:41")
    sheet(teacher, 3, **{**plain, "meal": "little"})
    sheet(teacher, 4, **{**plain, "meal": "part"})
    sheet(teacher, 5, **{**plain, "nap": "30"})
    teacher.post("/note", activity="Gieo hạt", learning="")  # the third child hears this alone
    page = teacher.get("/preview").text
    found = kinds(page)
    assert [count for _words, count in found] == [2, 1, 1, 1, 1]
    assert len({words for words, _count in found}) == len(found), "no two look alike"
    assert ("chỉ lời cho cả lớp", 1) in found
    assert '<span aria-hidden="true" class="pill">5</span>' in teacher.get().text
    examples = re.findall(r'<a href="([^"]+/preview\?to=[^"]+)"', page)
    bubbles = [first_bubble(teacher.visitor.get(one).text) for one in examples]
    assert len({words.partition("\n")[2] for _channel, words in filter(None, bubbles)}) == 5


def test_two_remarks_are_two_messages_named_by_their_children(teacher: Teaching) -> None:
    sheet(teacher, 0, attendance="present", remark="Bé giúp bạn.")
    sheet(teacher, 1, attendance="present", remark="Bé xếp dép.")
    assert kinds(teacher.get("/preview").text) == [
        ("An: có mặt, có lời nhắn của cô", 1),
        ("Châu: có mặt, có lời nhắn của cô", 1),
    ]


def test_what_has_gone_and_what_arrived_are_two_numbers(teacher: Teaching) -> None:
    """Zalo says when a message arrives; Telegram and e-mail never do, and are no failure."""
    update = publish(teacher)
    assert "0 trong 3 tin đã đi" in progress(teacher, update)
    drain(teacher)
    page = progress(teacher, update)
    assert "3 tin đã đi, 0 đã tới" in page
    assert "2 tin qua Telegram, e‑mail" in page
    with transaction(teacher.site.sessions) as session:
        delivery = session.query(Delivery).filter_by(channel=Channel.ZALO).one()
        delivery.status = Status.DELIVERED
    assert "3 tin đã đi, 1 đã tới" in progress(teacher, update)


def test_where_nobody_reports_an_arrival_none_is_counted(teacher: Teaching) -> None:
    teacher.post("/present", present=str(teacher.children[1]))
    update = publish_only(teacher)
    drain(teacher)
    page = progress(teacher, update)
    assert "1 tin đã đi" in page
    assert "đã tới</p>" not in page
    assert "0 đã tới" not in page


def publish_only(teacher: Teaching) -> UUID:
    teacher.post("/publish", idempotency_key="the-only-key")
    found = re.search(r"/teacher/updates/([0-9a-f-]+)\"", teacher.get().text)
    assert found
    return UUID(found[1])


@pytest.fixture
def with_sms(teacher: Teaching) -> Teaching:
    """A class with a mother who has only SMS, and a father of the same child who has Zalo."""
    with transaction(teacher.site.sessions) as session:
        [child], _ = family(
            session, teacher.world, Channel.SMS, child="Vũ Yến Nhi", mother="Vũ Thị Lan", paid=True
        )
        teacher.children.append(child.id)
    paid = PaidFor([teacher.children[-1]])
    object.__setattr__(teacher.site.parts, "entitlements", paid)
    return teacher


def test_whom_an_sms_tells_no_health_is_named_before_sending(with_sms: Teaching) -> None:
    warning = "SMS không mang tin sức khỏe"
    sheet(with_sms, 0, attendance="present", health="Sốt 38 độ")  # she has Zalo
    sheet(with_sms, 3, attendance="present", remark="Ngoan")
    assert warning not in with_sms.get().text
    assert warning not in with_sms.get("/preview").text
    sheet(with_sms, 3, attendance="present", health="Ho nhẹ", remark="Ngoan")
    assert f"{warning}: 1 phụ huynh chỉ nhận SMS" in with_sms.get().text
    page = with_sms.get("/preview").text
    assert "cô gọi giúp 1 phụ huynh" in page
    assert "Vũ Thị Lan" in page.partition("cô gọi giúp")[2].partition("</ul>")[0]
    hers = re.search(r'<option value="([^"]+)"[^>]*>Vũ Yến Nhi –', page)
    assert hers
    page = with_sms.get(f"/preview?to={hers[1]}").text
    assert "Cô gọi gia đình nếu cần nhé." in page
    shown = first_bubble(page)
    assert shown is not None
    assert shown[0] == "sms"
    assert "Ho" not in shown[1].replace("Hoa Mai", "")


def test_health_taken_back_asks_for_no_call(with_sms: Teaching) -> None:
    """She was never told it."""
    sheet(with_sms, 3, attendance="present", health="Ho nhẹ")
    send(with_sms, "the-first-key")
    sheet(with_sms, 3, attendance="present", remark="Ngoan")
    assert "SMS không mang tin sức khỏe" not in with_sms.get().text
    assert "SMS không mang tin sức khỏe" not in with_sms.get("/preview").text
