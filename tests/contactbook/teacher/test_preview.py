"""What a preview shows is what leaves: for families of every kind, down to the left-out parts."""

import html
import random
import re
from datetime import timedelta

import pytest

from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.ports.channel import Channel, Outgoing
from tests.builders import family
from tests.contactbook.web.site import Teaching

PARTS = (Purpose.ATTENDANCE, Purpose.DAILY_LIFE, Purpose.LEARNING, Purpose.HEALTH)
DAYS = (
    {"attendance": "present", "arrived": "07:20", "meal": "all", "nap": "90"},
    {"attendance": "late", "arrived": "08:45", "meal": "little", "nap": "0", "health": "Ho & <b>"},
    {"attendance": "present", "meal": "none", "remark": "Bé giúp bạn, “ngoan” lắm 🎉"},
    {"attendance": "absent", "remark": "Cô nhớ bé"},
    {"attendance": "excused", "health": "Nhà báo sốt 38,5 °C"},
)


def some_families(teacher: Teaching, chance: random.Random) -> None:
    """Children of all kinds of days, with mothers of all kinds of consent and addresses."""
    with transaction(teacher.site.sessions) as session:
        for place in range(12):
            roads = chance.sample(list(Channel), chance.randint(0, 4))
            agreed = Purpose(sum(chance.sample(PARTS, chance.randint(0, 4))))
            [child], _ = family(
                session,
                teacher.world,
                *roads,
                child=f"Trẻ Số{place}",
                mother=f"Mẹ Số{place}",
                purposes=agreed or Purpose.PICTURES,
                verified=chance.random() > 0.1,
                restricted=chance.random() < 0.1,
            )
            teacher.children.append(child.id)


def first_bubble(page: str) -> tuple[str, str] | None:
    """The channel that goes first and its words; none when nothing would reach her."""
    for section in re.findall(r'<section class="phone (.*?)</section>', page, re.DOTALL):
        if "gửi trước" not in section:
            continue
        found = re.search(r'<div class="bubble">(.*?)</div>', section, re.DOTALL)
        assert found
        words = html.unescape(re.sub(r"</?b>", "", found[1])).strip()
        return re.split(r'[" ]', section)[0], re.sub(r"\n+", "\n", words)
    return None


def sent(teacher: Teaching) -> dict[str, tuple[str, str]]:
    """By the child it names: over which channel, in which words."""
    out: dict[str, tuple[str, str]] = {}
    for channel, fake in teacher.site.channels.items():
        for message in fake.sent:
            # the address that ends her e-mail is the parent's: no teacher is shown it
            body, _, _ = message.body.partition("\nNgừng nhận e-mail: ")
            out[named(message)] = (channel.value, re.sub(r"\n+", "\n", body))
    return out


def named(message: Outgoing) -> str:
    found = re.search(r"S[ốo]\d+", message.body)
    return found[0].replace("So", "Số") if found else message.body


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shown_is_what_leaves(teacher: Teaching, seed: int) -> None:
    chance = random.Random(seed)
    some_families(teacher, chance)
    teacher.site.clock.set(15)
    for child in teacher.children[3:]:
        teacher.post(f"/children/{child}", **chance.choice(DAYS))
    teacher.post("/note", activity="Cả lớp gieo hạt đậu.", learning="Đếm đến mười")
    page = teacher.get("/preview").text
    keys = dict(re.findall(r'<option value="([^"]+)"[^>]*>Trẻ (Số\d+) –', page))
    assert len(keys) == 12
    shown = {
        child: bubble
        for key, child in keys.items()
        if (bubble := first_bubble(teacher.get(f"/preview?to={key}").text))
    }
    teacher.post("/publish", idempotency_key="a-key-of-a-phone")
    teacher.site.clock.at += timedelta(minutes=2)
    for channel in Channel:
        dispatch.drain(teacher.site.parts, channel)
    left = {name: one for name, one in sent(teacher).items() if name.startswith("Số")}
    assert left == shown
    assert left, "a preview of nothing proves nothing"


def test_a_part_without_consent_is_left_out_and_said_so(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        [child], mother = family(
            session, teacher.world, Channel.ZALO, purposes=ALL_PURPOSES & ~Purpose.HEALTH
        )
        key = f"{mother.id}.{child.id}"
    teacher.post(f"/children/{child.id}", attendance="present", health="Ho nhẹ")
    page = teacher.get(f"/preview?to={key}").text
    assert "Ho nhẹ" not in page
    assert "sức khỏe" in page


def test_who_is_kept_away_is_told_so_and_not_of_money(teacher: Teaching) -> None:
    with transaction(teacher.site.sessions) as session:
        [child], father = family(session, teacher.world, Channel.ZALO, restricted=True)
        key = f"{father.id}.{child.id}"
    teacher.post(f"/children/{child.id}", attendance="present")
    page = teacher.get(f"/preview?to={key}").text
    assert "không được nhận tin" in page
    assert first_bubble(page) is None
