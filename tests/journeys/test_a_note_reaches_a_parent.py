"""A teacher's minute in a real browser, from the sign-in to every parent's phone.

With CONTACTBOOK_SCREENSHOTS=docs/images the pictures of the README are taken anew.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect
from sqlalchemy import select

from contactbook.db import transaction
from contactbook.people.models import ContactPoint, Guardian, Guardianship, Student
from contactbook.ports.channel import Channel
from tests.builders import PASSWORD, Class, class_of, family
from tests.journeys.conftest import Snap
from tests.journeys.hand import (
    DESK,
    PHONE,
    Hand,
    lovely,
    pick,
    publish,
    save,
    sheet_of,
    sign_in,
    whole_list,
)
from tests.journeys.live import Live, live, until

CHILDREN = """Nguyễn Gia An|Trần Bảo Châu|Lê Minh Dũng|Phạm Ngọc Giang|Hoàng Thu Hà|Huỳnh Gia Hân
Phan Minh Hiếu|Vũ Quốc Huy|Võ Khánh Huyền|Đặng Tuấn Kiệt|Bùi Minh Khang|Đỗ Anh Khoa|Hồ Đăng Khôi
Ngô Tuệ Lâm|Dương Khánh Linh|Lý Hoàng Long|Nguyễn Xuân Mai|Trần Nhật Minh|Lê Hà My|Phạm Bảo Nam
Hoàng Kim Ngân|Huỳnh Bảo Ngọc|Phan Thảo Nguyên|Vũ Yến Nhi|Võ An Nhiên|Đặng Gia Phúc|Bùi Minh Quân
Đỗ Như Quỳnh|Hồ Thanh Tâm|Ngô Phương Thảo|Dương Anh Thư|Lý Bảo Trâm|Nguyễn Minh Trí|Trần Cát Tường
Lê Tường Vy""".replace("\n", "|").split("|")
MOTHERS = [
    "Nguyễn Thị Thu Hằng", "Trần Ngọc Diệp", "Lê Thị Bích Phượng", "Phạm Thu Trang",
    "Hoàng Mỹ Duyên", "Huỳnh Thị Cẩm Tú", "Phan Thanh Thúy", "Vũ Hồng Nhung",
    "Võ Thị Kim Oanh", "Đặng Thùy Dương", "Bùi Thị Hải Yến",
]  # fmt: skip
MOST_TAPS = 20
ROADS = (
    (Channel.ZALO, Channel.SMS), (Channel.TELEGRAM, Channel.EMAIL), (Channel.EMAIL,),
    (Channel.ZALO,), (Channel.SMS,),
)  # fmt: skip


@pytest.fixture
def world(database_url: str) -> Iterator[tuple[Live, Class]]:
    with live(database_url) as book:
        with transaction(book.parts.sessions) as session:
            room = class_of(session, password=PASSWORD)
            for number, name in enumerate(CHILDREN):
                roads = ROADS[number % len(ROADS)]
                mother = MOTHERS[number % len(MOTHERS)]
                children, _ = family(session, room, *roads, child=name, mother=mother, paid=True)
                if number == 1:
                    children[0].allergy = "Dị ứng sữa bò"
        contacts(book)
        yield book, room


def contacts(book: Live) -> None:
    """Write names on the played phones."""
    with transaction(book.parts.sessions) as session:
        rows = session.execute(
            select(
                ContactPoint.channel, ContactPoint.address, Guardian.full_name, Student.given_name
            )
            .join(Guardian, Guardian.id == ContactPoint.guardian_id)
            .join(Guardianship, Guardianship.guardian_id == Guardian.id)
            .join(Student, Student.id == Guardianship.student_id)
        ).all()
    book.tell(
        "contacts",
        [
            {"channel": channel, "address": address, "name": name, "about": f"mẹ bé {child} (Lá 1)"}
            for channel, address, name, child in rows
        ],
    )


def three_exceptions(page: Page, hand: Hand, snap: Snap) -> None:
    sheet_of(page, hand, "Gia An")
    pick(page, hand, "meal", "little")
    save(page, hand)
    sheet_of(page, hand, "Bảo Châu")
    page.get_by_label("Lời nhắn").fill("Bé tự xếp dép và giúp bạn cất ghế.")
    snap(page, "child-phone")
    lovely(page)
    save(page, hand)
    sheet_of(page, hand, "Minh Dũng")
    page.get_by_label("Sức khỏe").fill("38,2 °C lúc 10h15, cô đã lau mát và cho bé nghỉ.")
    save(page, hand)


def everything_arrived(book: Live, children: int) -> list[dict[str, str]]:
    until(lambda: len(book.arrived()) >= children)
    return book.arrived()


def test_a_minute_reaches_every_parent(
    world: tuple[Live, Class], browser: Browser, phone: BrowserContext, snap: Snap
) -> None:
    book, room = world
    page = phone.new_page()
    page.goto(book.url)
    lovely(page)
    snap(page, "sign-in-phone")
    sign_in(page, book, room)
    snap(page, "classes-phone")
    lovely(page)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    hand = Hand(page)
    page.locator('a[href$="/all/attendance"]').first.click()
    expect(page.locator("form.sheet:visible")).to_have_count(1)
    snap(page, "bulk-phone")
    lovely(page)
    page.locator("form.sheet:visible [data-close]").first.click()
    whole_list(page, hand, "attendance")
    publish(page, hand)
    hand.say("Hoàn tác")
    expect(page.get_by_role("button", name=re.compile("Gửi 35 bé"))).to_be_visible()
    assert book.arrived() == []
    publish(page, hand)
    everything_arrived(book, 35)
    book.clock.set(11, 40)
    page.reload()
    whole_list(page, hand, "meal")
    three_exceptions(page, hand, snap)
    lovely(page)
    snap(page, "class-phone")
    hand.say("Xem trước")
    expect(page.locator(".phone.zalo")).to_be_visible()
    lovely(page)
    snap(page, "preview-phone")
    page.go_back()
    assert hand.taps <= MOST_TAPS + 5, hand.taps  # the undone first message is in it, too
    publish(page, hand)
    said = everything_arrived(book, 70)
    hand.say("Ai đã nhận")
    expect(page.get_by_text("35 tin đã đi")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-done]")).to_have_count(1, timeout=15_000)
    snap(page, "progress-phone")
    lovely(page)
    judge(said)
    desk(browser, phone.storage_state(), book, page.url, snap)


def judge(said: list[dict[str, str]]) -> None:
    """Every channel was used, every message names its child, and no SMS tells of health."""
    roads = set(Channel) - {Channel.ZBS}  # this school has no registered templates
    assert {one["channel"] for one in said} == {channel.value for channel in roads}
    assert all(re.search(r"[Bb][eé] \w+", one["text"]) for one in said)
    assert not any("38,2" in one["text"] for one in said if one["channel"] == "sms")
    assert any("38,2" in one["text"] for one in said)


def desk(
    browser: Browser,
    state: StorageState,
    book: Live,
    progress: str,
    snap: Snap,
) -> None:
    """The same pages on a desk, and the phone of one of the mothers."""
    context = browser.new_context(viewport=DESK, locale="vi-VN", storage_state=state)
    page = context.new_page()
    page.goto(progress)
    snap(page, "progress-desktop")
    page.goto(f"{book.url}/teacher/")
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    snap(page, "class-desktop")
    first = next(one for one in book.arrived() if one["channel"] == Channel.ZALO)
    page.goto(f"{book.phones}/phones?to=zalo:{first['address']}")
    snap(page, "phones-desktop")
    context.close()


def test_the_same_without_scripts(world: tuple[Live, Class], browser: Browser) -> None:
    book, room = world
    context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    hand = Hand(page)
    whole_list(page, hand, "attendance")
    sheet_of(page, hand, "Gia An")
    pick(page, hand, "attendance", "late")
    save(page, hand)
    publish(page, hand)
    everything_arrived(book, 35)
    hand.say("Ai đã nhận")
    expect(page.get_by_role("heading", name="Ai đã nhận")).to_be_visible()
    context.close()
