"""A notice reaches each guardian once, on time, and the office sees who has confirmed it."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import func, select

from contactbook.clock import local
from contactbook.db import transaction
from contactbook.delivery.reading import Attachment
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel, NotReachable
from contactbook.updates.models import Update
from tests.builders import agree, class_of, family
from tests.contactbook.office.conftest import Principal

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
LINK = re.compile(r"http://127\.0\.0\.1:8000(/n/\S+)")


def test_a_mother_of_two_hears_a_notice_once(principal: Principal) -> None:
    assert principal.notice().status_code == HTTPStatus.SEE_OTHER
    told = [row.guardian_id for row in principal.rows()]
    assert told.count(principal.mother) == 1
    assert len(told) == 2  # she, and the mother of Khoa
    [first, *_rest] = principal.leave()
    assert first.body == (
        "Thông báo: Họp phụ huynh\nMời ba mẹ dự họp lúc 17h thứ Sáu.\n— Trường Mầm non Hoa Mai"
    )


def test_a_class_is_told_and_the_other_is_not(principal: Principal) -> None:
    principal.notice(whom="classes", classroom=[str(principal.first.classroom.id)])
    assert [row.guardian_id for row in principal.rows()] == [principal.mother]


def test_chosen_families_are_told_and_no_other(principal: Principal) -> None:
    principal.notice(whom="families", child=[str(principal.child)])
    assert [row.guardian_id for row in principal.rows()] == [principal.mother]


def test_the_same_form_twice_is_one_notice(principal: Principal) -> None:
    first, second = principal.notice(), principal.notice()
    assert first.headers["location"] == second.headers["location"]
    assert len(principal.rows()) == 2


def test_a_last_look_sends_nothing_and_tells_the_price_of_sms(principal: Principal) -> None:
    page = principal.notice(step="")
    assert page.status_code == HTTPStatus.OK
    assert "Gửi cho 2 phụ huynh" in page.text
    assert principal.rows() == []
    with transaction(principal.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 0


def test_an_sms_holds_no_free_words_but_where_to_read_and_whom_to_call(
    principal: Principal,
) -> None:
    with transaction(principal.site.sessions) as session:
        family(session, principal.first, Channel.SMS, child="Lê Minh Dũng", purposes=Purpose(0))
    principal.notice(urgency="urgent", body="Trường nghỉ ngày mai do mưa lớn.")
    [sms] = principal.leave(Channel.SMS)
    assert re.fullmatch(
        r"Truong MN Hoa Mai: co thong bao khan\. Xem: http://\S+/n/\S{12} hoac goi 028 3000 0000",
        sms.body,
    )
    assert "mua lon" not in sms.body


def test_without_consent_to_notices_only_an_urgent_one_leaves(principal: Principal) -> None:
    with transaction(principal.site.sessions) as session:
        [child], silent = family(
            session, principal.first, Channel.TELEGRAM, child="Lê Minh Dũng", purposes=Purpose(0)
        )
        agree(session, principal.first, silent, [child], [Channel.TELEGRAM], Purpose.DAILY_LIFE)
    principal.notice()
    assert principal.leave(Channel.TELEGRAM) == []
    principal.notice(key="an-urgent-notice", urgency="urgent")
    assert len(principal.leave(Channel.TELEGRAM)) == 1


def test_a_notice_for_later_waits_and_can_be_taken_back_until_then(principal: Principal) -> None:
    later = local(principal.site.clock()) + timedelta(days=1)
    sent = principal.notice(leave_at=f"{later:%Y-%m-%dT%H:%M}")
    assert principal.leave() == []
    principal.post(sent.headers["location"].removeprefix("/office") + "/undo")
    principal.site.clock.at += timedelta(days=2)
    assert principal.leave() == []
    assert {row.status for row in principal.rows()} == {"recalled"}


def test_a_notice_for_later_leaves_at_its_time(principal: Principal) -> None:
    later = local(principal.site.clock()) + timedelta(days=1)
    principal.notice(leave_at=f"{later:%Y-%m-%dT%H:%M}")
    principal.site.clock.at += timedelta(days=1)
    assert len(principal.leave()) == 2


def confirmable(principal: Principal) -> tuple[str, str]:
    """A notice to one family: its page in the office, and the mother's page of it."""
    sent = principal.notice(whom="families", child=[str(principal.child)], confirm="yes")
    [message] = principal.leave()
    link = LINK.search(message.body)
    assert link, message.body
    return sent.headers["location"].removeprefix("/office"), link[1]


def test_a_parent_confirms_by_one_tap_and_looking_is_not_confirming(principal: Principal) -> None:
    notice, hers = confirmable(principal)
    parent = principal.site.visitor()
    assert "Mời ba mẹ dự họp" in parent.get(hers).text
    assert "Nguyễn" not in parent.get(hers).text  # of the child, nothing
    assert "0 phụ huynh đã xác nhận" in principal.get(notice).text
    assert "Trần Thị Mai" not in principal.get(f"{notice}?show=done").text.replace("<b>", "")
    parent.post(hers, data={"confirm": "yes"})
    parent.post(hers, data={"confirm": "yes"})
    assert "1 phụ huynh đã xác nhận" in principal.get(notice).text
    assert "Mai</b>" in principal.get(f"{notice}?show=done").text
    assert "Mai</b>" not in principal.get(f"{notice}?show=open").text


def test_an_address_is_one_persons_and_ends_after_a_month(principal: Principal) -> None:
    _notice, hers = confirmable(principal)
    parent = principal.site.visitor()
    assert parent.get("/n/AAAAAAAAAAAA").status_code == HTTPStatus.NOT_FOUND
    principal.site.clock.at += timedelta(days=31)
    assert parent.get(hers).status_code == HTTPStatus.NOT_FOUND
    assert parent.post(hers, data={"confirm": "yes"}).status_code == HTTPStatus.NOT_FOUND


def test_a_picture_is_sent_as_a_picture_and_stands_on_the_page(principal: Principal) -> None:
    page = principal.get("/notices/new")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    written = {
        "csrf_token": token[1], "subject": "Lịch", "body": "Lịch tháng 12.", "whom": "school",
        "idempotency_key": "with-a-picture",
    }  # fmt: skip
    checked = principal.visitor.post(
        "/office/notices/new",
        data=written,
        files={"file": ("C:\\fakepath\\lịch.png", PNG, "text/html")},
    )
    kept = re.search(r'name="attachment" value="([^"]+)"', checked.text)
    assert kept
    assert "lịch.png" in checked.text
    principal.visitor.post(
        "/office/notices/new", data={**written, "attachment": kept[1], "step": "send"}
    )
    message = principal.leave()[0]
    assert message.picture
    assert (message.picture.media_type, message.picture.data) == ("image/png", PNG)
    link = LINK.search(message.body)
    assert link
    file = principal.site.visitor().get(f"{link[1]}/file")
    assert (file.content, file.headers["content-type"]) == (PNG, "image/png")


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("virus.png", b"MZ\x90\0", "JPEG, PNG"),
        ("trang.html", b"<html>", "JPEG, PNG"),
        ("to.png", PNG + b"\0" * 3_000_000, "3 MB"),
    ],
    ids=["a program", "a page", "too large"],
)
def test_a_file_that_is_no_picture_is_refused_with_a_sentence(
    principal: Principal, name: str, data: bytes, sentence: str
) -> None:
    page = principal.get("/notices/new")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    answer = principal.visitor.post(
        "/office/notices/new",
        data={"csrf_token": token[1], "subject": "Lịch", "body": "Xem", "whom": "school"},
        files={"file": (name, data, "image/png")},
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.text
    with transaction(principal.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Attachment)) == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"subject": ""}, "nói ngắn gọn"),
        ({"body": ""}, "Vui lòng viết"),
        ({"whom": ""}, "chọn nơi nhận"),
        ({"whom": "classes"}, "ít nhất một lớp"),
        ({"whom": "families"}, "ít nhất một bé"),
        ({"leave_at": "2020-01-01T07:00"}, "chưa tới"),
        ({"leave_at": "mai"}, "không phải ngày giờ"),
        ({"urgency": "urgent", "body": "a" * 301}, "tối đa 300"),
        ({"idempotency_key": "?"}, "chưa đầy đủ"),
    ],
)
def test_what_cannot_be_sent_is_said_in_a_sentence(
    principal: Principal, fields: dict[str, str], sentence: str
) -> None:
    answer = principal.notice(**fields)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.text
    assert principal.rows() == []


def test_those_it_failed_for_are_told_again_by_one_tap(principal: Principal) -> None:
    principal.site.channels[Channel.ZALO].failure = NotReachable("gone")
    sent = principal.notice()
    principal.leave()
    notice = sent.headers["location"].removeprefix("/office")
    assert "Gửi lại cho 2 phụ huynh" in principal.get(notice).text
    principal.site.channels[Channel.ZALO].failure = None
    principal.post(f"{notice}/again", page=notice, delivery="failed")
    assert len(principal.leave()) == 4  # two that failed, and the two sent again
    assert {row.status for row in principal.rows()} == {"sent"}


def test_a_wall_keeps_a_notice_from_another_schools_children(principal: Principal) -> None:
    with transaction(principal.site.sessions) as session:
        other = class_of(session, "Bé Lạ").students[0].id
    answer = principal.notice(whom="families", child=[str(other)])
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert principal.rows() == []
