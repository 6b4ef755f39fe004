"""A teacher's thumb on a phone-sized page, counted; and what every page must stand up to."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.builders import PASSWORD, Class
from tests.journeys.live import Live

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1280, height=800)
# What a finger must hit. A link within a sentence is text; what is hidden is not there yet.
SMALL = """[...document.querySelectorAll('a, button, input, select, textarea, summary')]
    .filter(one => one.checkVisibility() && !one.closest('.vh, label') && !one.closest('.text'))
    .filter(one => !document.querySelector('dialog[open]') || one.closest('dialog'))
    .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < 47.5 || box.height < 47.5)
    .map(([html, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)"""

WIDE = """document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > innerWidth)
    .map(one => one.outerHTML.slice(0, 90))"""


class Hand:
    """A teacher's thumb: every tap is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.taps += 1

    def say(self, words: str) -> None:
        """Tap the button or link that says so."""
        self.page.get_by_role("button", name=re.compile(words)).or_(
            self.page.get_by_role("link", name=re.compile(words))
        ).first.click()
        self.taps += 1


def sign_in(page: Page, book: Live, room: Class) -> None:
    page.goto(book.url)
    page.get_by_label("Tên đăng nhập").fill(room.teacher.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page).to_have_url(f"{book.url}/teacher/")


def whole_list(page: Page, hand: Hand, deed: str) -> None:
    """One tap opens the name list, a second one confirms it."""
    hand.tap(f'a[href$="/all/{deed}"]')
    page.locator("form.sheet:visible button.primary").click()
    hand.taps += 1
    expect(page.locator("#counts")).to_be_visible()
    expect(page.locator("form.sheet:visible")).to_have_count(0)


def sheet_of(page: Page, hand: Hand, child: str) -> None:
    hand.tap(f'li:has(.who:has-text("{child}")) a[href*="/children/"]')
    expect(page.locator("form.sheet:visible")).to_have_count(1)


def pick(page: Page, hand: Hand, name: str, value: str) -> None:
    page.locator(f'label:has(input[name="{name}"][value="{value}"])').click()
    hand.taps += 1


def save(page: Page, hand: Hand) -> None:
    page.locator("form.sheet:visible button.primary").click()
    hand.taps += 1
    expect(page.locator("form.sheet:visible")).to_have_count(0)


def publish(page: Page, hand: Hand) -> None:
    hand.tap("form#publish button.primary")
    expect(page.get_by_role("link", name="Ai đã nhận")).to_be_visible()


def lovely(page: Page) -> None:
    """No fault of accessibility, nothing too small for a thumb, nothing that runs off the side.

    Looked at on a phone tall enough to show the whole page.
    """
    page.set_viewport_size(ViewportSize(width=390, height=4200))
    found = Axe().run(page)
    small = page.evaluate(SMALL)
    page.set_viewport_size(ViewportSize(width=340, height=844))
    wide = page.evaluate(WIDE)
    page.set_viewport_size(PHONE)
    assert found.violations_count == 0, found.generate_report()
    assert small == [], small
    assert wide == [], wide
