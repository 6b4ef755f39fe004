"""Urgent is one sentence for a child's safety: it opens no door for the rest of the day."""

import html
import re
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery, Wording
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.models import Entry, Update
from contactbook.updates.publish import MOST_SAFETY
from tests.builders import family
from tests.contactbook.web.site import Teaching

SENTENCE = "Bếp có khói, các bé đã ra sân an toàn."
REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


def a_whole_day(teacher: Teaching) -> None:
    """Everything an ordinary day can say of a child, and of its class."""
    teacher.site.clock.set(15)
    for child in teacher.children:
        teacher.post(
            f"/children/{child}", attendance="present", arrived="07:20", meal="all", nap="90",
            health="Ho nhẹ", remark="Bé vui",
        )  # fmt: skip
    teacher.post("/note", activity="Vẽ tranh", learning="Số năm")


def a_child(teacher: Teaching, *channels: Channel, purposes: Purpose = ALL_PURPOSES) -> UUID:
    with transaction(teacher.site.sessions) as session:
        [child], _ = family(
            session, teacher.world, *channels, child="Đỗ Anh Khoa", purposes=purposes
        )
        teacher.children.append(child.id)
        return child.id


def drain(teacher: Teaching) -> dict[Channel, list[str]]:
    for channel in Channel:
        dispatch.drain(teacher.site.parts, channel)
    return {one: [m.body for m in fake.sent] for one, fake in teacher.site.channels.items()}


def test_who_agreed_to_nothing_hears_the_sentence_and_nothing_of_the_day(
    teacher: Teaching,
) -> None:
    a_child(teacher, Channel.ZALO, purposes=Purpose(0))
    a_whole_day(teacher)
    teacher.urgent(SENTENCE)
    told = [body for bodies in drain(teacher).values() for body in bodies]
    assert len(told) == 4
    for body in told:
        assert SENTENCE in body
        for word in ("7h20", "ăn", "ngủ", "Ho nhẹ", "vui", "Vẽ", "Số năm"):
            assert word not in body.replace(SENTENCE, "").replace("an toàn", ""), body


def test_the_day_stays_new_and_goes_with_the_next_update(teacher: Teaching) -> None:
    a_whole_day(teacher)
    teacher.urgent(SENTENCE)
    answer = teacher.post("/publish", idempotency_key="of-the-evening")
    assert answer.status_code == HTTPStatus.SEE_OTHER
    with transaction(teacher.site.sessions) as session:
        told = session.scalars(select(Entry.told).join(Update).where(~Update.urgent)).all()
    assert [set(one) for one in told] == [
        {"attendance", "arrived_at", "lunch", "nap_minutes", "health", "remark", "activity",
         "learning"}
    ] * 3  # fmt: skip


def test_it_leaves_at_night_at_once_and_by_paid_sms_without_a_free_word(teacher: Teaching) -> None:
    a_child(teacher, Channel.SMS)
    teacher.site.clock.set(22)
    answer = teacher.urgent(SENTENCE)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    sent = drain(teacher)
    assert {one for one in sent if sent[one]} == set(Channel) - {Channel.ZBS}
    assert sent[Channel.SMS] == [
        "Truong MN Hoa Mai: Truong can trao doi ve be Khoa. Gia dinh vui long goi 028 3000 0000."
    ]
    update = answer.headers["location"]
    assert f"{update}/undo" not in teacher.visitor.get(update).text
    assert SENTENCE in teacher.visitor.get(update).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"safety": "  "}, "Tin khẩn cần một câu"),
        ({"safety": "x" * (MOST_SAFETY + 1)}, "301"),
        ({"whom": ""}, "Cô chọn giúp"),
        ({"whom": "everybody"}, "Cô chọn giúp"),
        ({"whom": "some"}, "Chưa chọn bé nào"),
        ({"whom": "some", "child": str(uuid4())}, "Chưa chọn bé nào"),
        ({"key": "short"}, "mở lại"),
    ],
    ids=["nothing said", "too long", "to nobody", "to whom", "no child", "a stranger", "no key"],
)
@pytest.mark.parametrize("step", ["", "send"])
def test_what_is_not_whole_is_refused_beside_its_field(
    teacher: Teaching, fields: dict[str, str], sentence: str, step: str
) -> None:
    """Also without a sentence when there is a whole ordinary day to tell."""
    a_whole_day(teacher)
    answer = teacher.urgent(**{"safety": SENTENCE, "step": step, **fields})
    assert answer.status_code == REFUSED
    errors = re.findall(r'<p class="error".*?</p>', answer.text, re.DOTALL)
    assert len(errors) == 1
    assert sentence in errors[0]
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 0


def bubbles(page: str) -> list[str]:
    shown = re.findall(r'<div class="bubble">(.*?)</div>', page, re.DOTALL)
    return [re.sub(r"\n+", "\n", html.unescape(re.sub("</?b>", "", one))).strip() for one in shown]


def test_the_last_look_shows_what_leaves_and_sends_nothing(teacher: Teaching) -> None:
    child = a_child(teacher, Channel.ZALO, Channel.SMS)
    some = {"whom": "some", "child": str(child)}
    tricky = 'Bé <b>ngã</b> & "sưng" trán, đã chườm đá.'
    page = teacher.urgent(tricky, step="", **some)
    assert page.status_code == HTTPStatus.OK
    chat, sms = bubbles(page.text)
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Update)) == 0
    typed = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    again = {name: html.unescape(value) for name, value in typed.items() if name != "csrf_token"}
    teacher.post("/urgent", **again, step="send")
    assert drain(teacher)[Channel.ZALO] == [chat]
    with transaction(teacher.site.sessions) as session:
        [words] = session.scalars(select(Wording).where(Wording.channel == Channel.SMS))
        assert sms == f"{words.head} {words.parts[0]['text']}"


def test_going_back_keeps_what_was_typed(teacher: Teaching) -> None:
    child = str(teacher.children[1])
    page = teacher.urgent(SENTENCE, step="edit", whom="some", child=child)
    assert page.status_code == HTTPStatus.OK
    assert SENTENCE in page.text
    assert f'value="{child}" checked' in page.text
    assert page.text.count(" checked") == 2


def test_whom_nobody_can_write_to_is_named_before_and_after(teacher: Teaching) -> None:
    child = str(a_child(teacher))
    look = teacher.urgent(SENTENCE, step="", whom="some", child=child)
    assert "gọi điện giúp nhé" in look.text
    assert "Trần Thị Mai" in look.text
    update = teacher.urgent(SENTENCE, whom="some", child=child).headers["location"]
    assert "cô gọi điện" in re.sub(r"<svg.*?</svg>", "", teacher.visitor.get(update).text).lower()


def test_only_chosen_families_are_told(teacher: Teaching) -> None:
    teacher.urgent(SENTENCE, whom="some", child=str(teacher.children[2]))
    with transaction(teacher.site.sessions) as session:
        assert session.scalars(select(Delivery.student_id)).all() == [teacher.children[2]]


def test_sent_twice_is_told_once(teacher: Teaching) -> None:
    first, second = teacher.urgent(SENTENCE), teacher.urgent(SENTENCE)
    assert first.headers["location"] == second.headers["location"]
    with transaction(teacher.site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 3


def test_it_hides_neither_the_undo_of_the_day_nor_itself(teacher: Teaching) -> None:
    a_whole_day(teacher)
    teacher.post("/publish", idempotency_key="the-day-itself")
    update = teacher.urgent(SENTENCE).headers["location"]
    page = teacher.get().text
    assert f'href="{update}"' in page
    assert re.search(r'action="/teacher/updates/[^"]+/undo"', page)


def test_a_sheet_leads_to_it_with_its_child_ticked(teacher: Teaching) -> None:
    child = teacher.children[0]
    link = f"/urgent?child={child}"
    assert link in teacher.get(f"/children/{child}").text
    page = teacher.get(link).text
    assert f'value="{child}" checked' in page
    assert 'value="some" checked' in page
    assert teacher.get("/urgent?child=nonsense").text.count(" checked") == 0
