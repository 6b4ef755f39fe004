"""Pages on a bad day: trouble is said in words, at night and on a small phone, to everybody."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from contactbook.db import transaction
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel
from tests.builders import PASSWORD, Class, address_of, class_of, family
from tests.journeys.conftest import Snap
from tests.journeys.hand import PHONE, Hand, lovely, pick, publish, sheet_of, sign_in, whole_list
from tests.journeys.live import Live, live

TROUBLES = {
    "Nguyễn Gia An": (Channel.EMAIL, {"http": 550}),
    "Trần Bảo Châu": (Channel.ZALO, "reset_after"),
    "Lê Minh Dũng": (Channel.ZALO, "ok"),
    "Phạm Ngọc Giang": (Channel.TELEGRAM, "ok"),
}


@pytest.fixture
def world(database_url: str) -> Iterator[tuple[Live, Class]]:
    with live(database_url) as book:
        scripts = []
        with transaction(book.parts.sessions) as session:
            room = class_of(session, password=PASSWORD)
            for child, (channel, outcome) in TROUBLES.items():
                _, mother = family(session, room, channel, child=child, mother="Lê Thu Hà")
                to = address_of(channel, mother)
                scripts.append({"channel": channel, "address": to, "outcomes": [outcome]})
            family(session, room, Channel.SMS, child="Vũ Quốc Huy", mother="Vũ Hồng Nhung")
            family(session, room, child="Đỗ Anh Khoa", mother="Bùi Thị Hải Yến")
            family(
                session, room, Channel.ZALO, child="Huỳnh Gia Hân", mother="Huỳnh Thị Cẩm Tú",
                purposes=Purpose.HEALTH,
            )  # fmt: skip
        for script in scripts:
            book.tell("script", script)
        yield book, room


def test_who_did_not_get_it_is_told_in_words(
    world: tuple[Live, Class], phone: BrowserContext, snap: Snap
) -> None:
    book, room = world
    page = phone.new_page()
    hand = Hand(page)
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    whole_list(page, hand, "attendance")
    page.locator('a[href$="/preview"]').click()
    lovely(page)
    page.go_back()
    publish(page, hand)
    hand.say("Ai đã nhận")
    expect(page.get_by_text("2 trong 4 tin đã đi")).to_be_visible(timeout=20_000)
    expect(page.locator("[data-done]")).to_have_count(1, timeout=20_000)
    for words in (
        "Không liên lạc được qua kênh này",
        "có thể gia đình đã nhận rồi",
        "Chưa có địa chỉ được xác nhận",
        "Gia đình chưa đồng ý",
    ):
        expect(page.get_by_text(words).first).to_be_visible()
    lovely(page)
    snap(page, "trouble-phone")
    page.locator("summary", has_text="Gửi lại").click()
    lovely(page)
    page.get_by_role("button", name="Vâng, gửi lại").click()
    expect(page.get_by_text("3 trong 4 tin đã đi")).to_be_visible(timeout=20_000)


def urgent(page: Page, hand: Hand, snap: Snap, *, dark: bool) -> None:
    """Written, refused, looked at once more, and closed again without a message."""
    hand.tap("#urgent a")
    lovely(page)
    page.locator("form.sheet:visible button.primary").click()
    expect(page.locator("#safety-error")).to_be_visible()
    lovely(page)
    page.get_by_label("Điều ba mẹ cần biết ngay").fill("Bé ngã sưng trán, ba mẹ đón bé sớm nhé.")
    pick(page, hand, "whom", "some")
    page.locator("form.sheet:visible .check", has_text="Gia An").click()
    page.locator("form.sheet:visible .check", has_text="Khoa").click()
    lovely(page)
    if not dark:
        snap(page, "urgent-phone")
    page.locator("form.sheet:visible button.primary").click()
    expect(page.get_by_role("button", name="Gửi ngay, không hoàn tác được")).to_be_visible()
    expect(page.get_by_text("Bùi Thị Hải Yến")).to_be_visible()
    lovely(page)
    if not dark:
        snap(page, "urgent-check-phone")
    page.locator("form.sheet:visible [data-close]").click()


def test_an_urgent_message_ends_before_its_progress(
    world: tuple[Live, Class], phone: BrowserContext, snap: Snap
) -> None:
    book, room = world
    page = phone.new_page()
    hand = Hand(page)
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    hand.tap("#urgent a")
    page.get_by_label("Điều ba mẹ cần biết ngay").fill("Bếp có khói, các bé đã ra sân an toàn.")
    pick(page, hand, "whom", "class")
    page.locator("form.sheet:visible button.primary").click()
    page.get_by_role("button", name="Gửi ngay, không hoàn tác được").click()
    expect(page.get_by_role("heading", name="Ai đã nhận")).to_be_visible()
    expect(page.get_by_text("Tin khẩn: Bếp có khói")).to_be_visible()
    lovely(page)
    snap(page, "urgent-progress-phone")
    page.go_back()
    expect(page.locator("#urgent a")).to_have_count(2)
    lovely(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_sheet_and_page_can_be_used_by_everybody(
    world: tuple[Live, Class], browser: Browser, scheme: str, snap: Snap
) -> None:
    book, room = world
    dark = scheme == "dark"
    context = browser.new_context(
        viewport=PHONE, locale="vi-VN", reduced_motion="reduce",
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    page = context.new_page()
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    lovely(page)
    hand = Hand(page)
    hand.tap("button.row-tap")
    expect(page.locator("li.row.well")).to_have_count(1)
    lovely(page)
    urgent(page, hand, snap, dark=dark)
    hand.tap("a.note")
    expect(page.locator("form.sheet:visible")).to_have_count(1)
    lovely(page)
    page.locator("form.sheet:visible [data-close]").first.click()
    sheet_of(page, hand, "Gia An")
    page.get_by_label("hoặc số phút").fill("999")
    page.locator("form.sheet:visible").evaluate("form => (form.noValidate = true)")
    page.locator("form.sheet:visible button.primary").click()
    expect(page.locator("#nap-error")).to_be_visible()
    lovely(page)
    if dark:
        snap(page, "sheet-dark-phone")
    page.goto(f"{book.url}/teacher/nothing")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    lovely(page)
    context.close()
