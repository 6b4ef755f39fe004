"""Preview, publish, undo, and who has it: what the page says is what is true."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from contactbook.db import transaction
from contactbook.delivery import dispatch, lanes
from contactbook.delivery.models import Delivery
from contactbook.people.consent import Purpose
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
    GiveUp,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
)
from contactbook.updates.models import Update
from tests.builders import PASSWORD, class_of, family
from tests.contactbook.web.site import Teaching, token

KEY = "a-key-of-a-phone"


def everybody(teacher: Teaching) -> None:
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])


def publish(teacher: Teaching, key: str = KEY, **fields: str) -> UUID:
    everybody(teacher)
    teacher.site.clock.at += timedelta(seconds=1)
    answer = teacher.post("/publish", idempotency_key=key, **fields)
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
    with transaction(teacher.site.sessions) as session:
        return session.scalars(select(Update.id).order_by(Update.published_at.desc())).first() or (
            pytest.fail("nothing was published")
        )


def drain(teacher: Teaching, minutes: int = 2) -> None:
    teacher.site.clock.at += timedelta(minutes=minutes)
    for channel in Channel:
        dispatch.drain(teacher.site.parts, channel)


def progress(teacher: Teaching, update: UUID) -> str:
    return teacher.visitor.get(f"/teacher/updates/{update}/progress").text


def test_nothing_to_send_is_a_sentence_and_no_update(teacher: Teaching) -> None:
    answer = teacher.post("/publish", idempotency_key=KEY)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Chưa có gì mới" in answer.text
    everybody(teacher)
    answer = teacher.post("/publish", idempotency_key=KEY)
    assert answer.status_code == HTTPStatus.SEE_OTHER, "the key was not used up by nothing"


def test_fifty_at_once_with_one_key_are_one_update(teacher: Teaching) -> None:
    everybody(teacher)
    form = {"csrf_token": token(teacher.get()), "idempotency_key": KEY}

    def send(_: int) -> int:
        return client.post(f"{teacher.here}/publish", data=form).status_code

    with (
        TestClient(teacher.site.app, follow_redirects=False) as client,
        ThreadPoolExecutor(50) as crowd,
    ):
        client.cookies = teacher.visitor.cookies
        assert set(crowd.map(send, range(50))) == {HTTPStatus.SEE_OTHER}
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 1
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3


def test_another_form_after_it_has_nothing_new_to_say(teacher: Teaching) -> None:
    publish(teacher)
    again = teacher.post("/publish", idempotency_key="another-key")
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Chưa có gì mới" in again.text
    same = teacher.post("/publish", idempotency_key=KEY)
    assert same.status_code == HTTPStatus.SEE_OTHER, "a retry of the first is no mistake"
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 1
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3


def test_another_teachers_same_key_is_another_form(teacher: Teaching) -> None:
    """Keys are made on phones: two phones may make the same one."""
    with transaction(teacher.site.sessions) as session:
        other = class_of(session, name="Lá 2", school=teacher.world.school, password=PASSWORD)
        child = str(family(session, other, Channel.ZALO, child="Vũ Yến Nhi")[0][0].id)
        name, here = other.teacher.username, f"/teacher/classes/{other.classroom.id}"
    publish(teacher)
    neighbour = Teaching(teacher.site, other, teacher.site.signed_in(name), here, [])
    neighbour.post("/all/attendance", child=child)
    assert neighbour.post("/publish", idempotency_key=KEY).status_code == HTTPStatus.SEE_OTHER
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 2


def test_undo_takes_everything_back_while_there_is_time(teacher: Teaching) -> None:
    update = publish(teacher)
    page = teacher.get().text
    assert f'action="/teacher/updates/{update}/undo"' in page
    answer = post_undo(teacher, update)
    assert answer.headers["location"] == teacher.here
    drain(teacher)
    assert [channel.sent for channel in teacher.site.channels.values()] == [[]] * len(Channel)
    assert "Đã thu hồi" in progress(teacher, update)
    assert publish(teacher, key="another-key") != update, "what was never told is still to tell"


def post_undo(teacher: Teaching, update: UUID) -> Response:
    back = {"csrf_token": token(teacher.get()), "back": teacher.here}
    return teacher.visitor.post(f"/teacher/updates/{update}/undo", data=back)


def test_undo_too_late_is_a_sentence(teacher: Teaching) -> None:
    update = publish(teacher)
    teacher.site.clock.at += timedelta(seconds=61)
    assert f"/teacher/updates/{update}/undo" not in teacher.get().text
    answer = post_undo(teacher, update)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Đã hết giờ hoàn tác" in answer.text
    plain = teacher.visitor.post(
        f"/teacher/updates/{update}/undo", data={"csrf_token": token(teacher.get())}
    )
    assert plain.status_code == HTTPStatus.CONFLICT
    drain(teacher)
    assert len(teacher.site.channels[Channel.ZALO].sent) == 1


def bubbles(page: str) -> list[str]:
    shown = re.findall(r'<div class="bubble">(.*?)</div>', page, re.DOTALL)
    return [re.sub(r"</?b>", "", one).replace("\n\n", "\n").strip() for one in shown]


def test_the_preview_is_what_leaves(teacher: Teaching) -> None:
    everybody(teacher)
    teacher.post(
        f"/children/{teacher.children[0]}",
        attendance="late", arrived="08:30", meal="little", remark="Bé giúp bạn & cười.",
    )  # fmt: skip
    page = teacher.get("/preview").text
    to = dict(re.findall(r'<option value="([^"]+)"[^>]*>([^–<]+) –', page))
    shown = {}
    for key, child in to.items():
        shown[child.strip()] = bubbles(teacher.get(f"/preview?to={key}").text)[0]
    publish(teacher)
    drain(teacher)
    bodies = [one.body for fake in teacher.site.channels.values() for one in fake.sent]
    assert len(bodies) == len(shown) == 3
    # A letter's last line is the parent's own address: a preview has none, and less air.
    sent = [re.sub(r"\nNgừng nhận e-mail: \S+$", "", one).replace("\n\n", "\n") for one in bodies]
    assert sorted(one.replace("&amp;", "&") for one in shown.values()) == sorted(sent)


def test_the_preview_of_a_stranger_is_not_shown(teacher: Teaching) -> None:
    everybody(teacher)
    with transaction(teacher.site.sessions) as session:
        stranger = family(session, teacher.world, Channel.ZALO, child="Vũ Yến Nhi")[1].id
    page = teacher.get(f"/preview?to={stranger}.{teacher.children[0]}")
    assert page.status_code == HTTPStatus.OK
    assert str(stranger) not in page.text


@pytest.mark.parametrize(
    ("said", "words", "again"),
    [
        (NotReachable("E -213"), "Không liên lạc được", True),
        (GiveUp("E 146"), "Nhà mạng không nhận nội dung này", True),
        (OutcomeUnknown("ReadTimeout"), "chưa rõ", True),
    ],
    ids=["unreachable", "refused", "unknown"],
)
def test_who_did_not_get_it_and_why(
    teacher: Teaching, said: SendFailed, words: str, again: bool
) -> None:
    teacher.site.channels[Channel.EMAIL].failure = said
    update = publish(teacher)
    drain(teacher)
    page = progress(teacher, update)
    assert words in page
    assert f"(mã {said})" in page
    assert (f"/teacher/updates/{update}/again" in page) is again


def test_a_person_sends_once_more_what_failed(teacher: Teaching) -> None:
    email = teacher.site.channels[Channel.EMAIL]
    email.failure = NotReachable("550")
    update = publish(teacher)
    drain(teacher)
    email.failure = None
    assert send_again(teacher, update) == HTTPStatus.SEE_OTHER
    drain(teacher)
    assert len(email.sent) == 2
    assert f"/teacher/updates/{update}/again" not in progress(teacher, update)


def test_a_doubtful_message_leaves_again_only_after_a_second_word(teacher: Teaching) -> None:
    email = teacher.site.channels[Channel.EMAIL]
    email.failure = OutcomeUnknown("ReadTimeout")
    update = publish(teacher)
    drain(teacher)
    assert "Có thể gia đình đã nhận" in progress(teacher, update)
    assert send_again(teacher, update) == HTTPStatus.CONFLICT
    drain(teacher)
    assert len(email.sent) == 1
    assert send_again(teacher, update, sure="yes") == HTTPStatus.SEE_OTHER
    drain(teacher)
    assert len(email.sent) == 2


def send_again(teacher: Teaching, update: UUID, **fields: str) -> int:
    page = progress(teacher, update)
    found = re.search(r'name="delivery" value="([^"]+)"', page)
    assert found, page
    form = {"csrf_token": token(teacher.get()), "delivery": found[1], **fields}
    return teacher.visitor.post(f"/teacher/updates/{update}/again", data=form).status_code


def test_a_message_of_another_update_cannot_be_sent_again_from_here(teacher: Teaching) -> None:
    first = publish(teacher)
    with transaction(teacher.site.sessions) as session:
        delivery = session.scalars(select(Delivery.id)).first()
    teacher.post("/note", activity="Gieo hạt", learning="")
    second = publish(teacher, key="another-key")
    for wrong in (str(delivery), "x", ""):
        form = {"csrf_token": token(teacher.get()), "delivery": wrong}
        answer = teacher.visitor.post(f"/teacher/updates/{second}/again", data=form)
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert first != second


def test_a_paused_channel_is_said_and_its_messages_wait(teacher: Teaching) -> None:
    teacher.site.channels[Channel.ZALO].failure = AccountUnusable("E -216")
    update = publish(teacher)
    drain(teacher)
    assert "Zalo đang tạm dừng" in teacher.get().text
    page = progress(teacher, update)
    assert "data-done" not in page
    assert "E -216" not in page, "what the account lacks is the office's matter"


def test_a_line_for_everybody_and_why(teacher: Teaching) -> None:
    cases: dict[str, dict[str, Any]] = {
        "Không Đồng Ý": {"purposes": Purpose.PICTURES},
        "Bị Cấm": {"restricted": True},
        "Chưa Xác Nhận": {"verified": False},
    }
    with transaction(teacher.site.sessions) as session:
        for mother, how in cases.items():
            [child], _ = family(session, teacher.world, Channel.ZALO, mother=mother, **how)
            teacher.children.append(child.id)
        [unpaid], _ = family(session, teacher.world, Channel.SMS, mother="Không Gói")
        teacher.children.append(unpaid.id)
    page = progress(teacher, publish(teacher))
    for said in (
        "Gia đình chưa đồng ý", "Người này không được nhận tin", "Chưa có địa chỉ",
        "bé chưa có gói SMS",
    ):  # fmt: skip
        assert said in page, said
    for mother in (*cases, "Không Gói"):
        assert mother in page


def test_no_worker_is_said_on_every_page_that_waits(teacher: Teaching) -> None:
    update = publish(teacher)
    asleep = "Chưa có tin nào đi được"
    assert asleep in teacher.get().text
    assert asleep in progress(teacher, update)
    with transaction(teacher.site.sessions) as session:
        lanes.seen(session, Channel.ZALO, teacher.site.clock())
        session.execute(text("UPDATE channel_account SET struggling_since = now()"))
    page = teacher.get().text
    assert "Zalo trả lời chậm" in page
    assert asleep not in page
