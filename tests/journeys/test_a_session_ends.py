"""The time of signing in is over in the middle of a sentence: nothing that was typed is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from contactbook.db import transaction
from contactbook.updates.models import DailyRecord
from tests.builders import PASSWORD, Class, class_of
from tests.journeys.conftest import Snap
from tests.journeys.hand import PHONE, Hand, lovely, sheet_of, sign_in
from tests.journeys.live import Live, live

REMARK = "Bé tự xếp dép.\nBé giúp bạn cất ghế."
ENDED = "Phiên đăng nhập đã hết"


@pytest.fixture
def world(database_url: str) -> Iterator[tuple[Live, Class]]:
    with live(database_url) as book:
        with transaction(book.parts.sessions) as session:
            room = class_of(session, "Nguyễn Gia An", password=PASSWORD)
        yield book, room


def typed(page: Page, book: Live, room: Class) -> None:
    """A sheet with a remark, not saved yet."""
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    sheet_of(page, Hand(page), "Gia An")
    page.get_by_label("Lời nhắn").fill(REMARK)


def remark(book: Live) -> str:
    with transaction(book.parts.sessions) as session:
        return session.scalars(select(DailyRecord.remark)).one_or_none() or ""


def test_what_was_typed_is_saved_after_signing_in_over_the_sheet(
    world: tuple[Live, Class], phone: BrowserContext, snap: Snap
) -> None:
    book, room = world
    page = phone.new_page()
    typed(page, book, room)
    phone.clear_cookies()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text(ENDED)).to_be_visible()
    lovely(page)
    snap(page, "session-ended-phone")
    page.locator("dialog").last.get_by_label("Đóng").click()
    expect(page.get_by_label("Lời nhắn")).to_have_value(REMARK)
    page.get_by_role("button", name="Lưu").click()
    door = page.locator("dialog").last
    door.get_by_label("Tên đăng nhập").fill(room.teacher.username)
    door.get_by_label("Mật khẩu").fill(PASSWORD)
    door.get_by_role("button", name="Đăng nhập").click()
    expect(page.locator("form.sheet:visible")).to_have_count(0)
    expect(page.locator("li.row", has_text="Bé tự xếp dép.")).to_be_visible()
    assert remark(book) == REMARK
    page.locator("button.row-tap").click()
    expect(page.locator("li.row.well")).to_be_visible()  # the page's other forms are hers again


def test_who_signed_in_anew_in_another_tab_saves_in_this_one(
    world: tuple[Live, Class], browser: Browser
) -> None:
    book, room = world
    context = browser.new_context(viewport=PHONE, locale="vi-VN", reduced_motion="reduce")
    page, other = context.new_page(), context.new_page()
    typed(page, book, room)
    context.clear_cookies()
    sign_in(other, book, room)
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("form.sheet:visible")).to_have_count(0)
    assert remark(book) == REMARK
    context.close()


def test_a_tap_after_the_end_leads_to_the_door_and_back(
    world: tuple[Live, Class], phone: BrowserContext
) -> None:
    book, room = world
    page = phone.new_page()
    sign_in(page, book, room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    here = page.url
    phone.clear_cookies()
    page.locator("button.row-tap").click()
    expect(page.get_by_text(ENDED)).to_be_visible()
    lovely(page)
    page.get_by_label("Tên đăng nhập").fill(room.teacher.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(here)
