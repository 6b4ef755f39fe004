"""A parent writes, reports an absence and sends medicine; the teacher answers with her thumb."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from contactbook.clock import local, school_day
from contactbook.db import transaction
from contactbook.ports.channel import Channel, Incoming
from contactbook.requests import absences, medicine
from contactbook.web.intake import write_down
from tests.builders import PASSWORD, Class, address_of, class_of, family
from tests.journeys.conftest import Snap
from tests.journeys.hand import PHONE, Hand, lovely, sign_in
from tests.journeys.live import Live, live

SAID = "Nhắn cô giúp em là hôm qua bé quên bình nước ở lớp, cô xem giúp em nhé"


@dataclass
class School:
    book: Live
    room: Class


@pytest.fixture
def school(database_url: str) -> Iterator[School]:
    """One child's mother writes to the class, one reports an absence, one sends medicine."""
    with live(database_url) as book:
        now, today = book.clock(), school_day(book.clock())
        with transaction(book.parts.sessions) as session:
            room = class_of(session, password=PASSWORD)
            (an,), mother = family(session, room, Channel.ZALO, child="Nguyễn Gia An")
            (chau,), hers = family(session, room, Channel.ZALO, child="Trần Bảo Châu")
            (dung,), his = family(session, room, Channel.ZALO, child="Lê Minh Dũng")
            dung.allergy = "paracetamol"
            who: dict[str, Any] = {"school_id": room.school.id, "channel": "zalo", "now": now}
            absences.note(
                session, student_id=chau.id, guardian_id=hers.id, since=today,
                until=today + timedelta(days=2), reason="Bé ho và sốt nhẹ", **who,
            )  # fmt: skip
            asked = {"dose": "5 ml", "since": today, "until": today, **who}
            medicine.ask(
                session, student_id=dung.id, guardian_id=his.id, drug="Paracetamol 150 mg",
                times=[time(18, 30)], note="Uống sau ăn", **asked,
            )  # fmt: skip
            slip = medicine.ask(
                session, student_id=an.id, guardian_id=mother.id, drug="Siro ho Prospan",
                times=[hour_of(book)], **asked,
            )  # fmt: skip
            medicine.accept(session, slip_id=slip.id, staff_id=room.teacher.id, now=now)
            address = address_of(Channel.ZALO, mother)
        account = book.parts.accounts.of_channel(Channel.ZALO)[0]
        write_down(book.parts, [Incoming(Channel.ZALO, address, SAID, "heard-1")], account.id)
        yield School(book, room)


def hour_of(book: Live) -> time:
    """A dose that may be given now."""
    return local(book.clock() + timedelta(minutes=20)).time().replace(second=0, microsecond=0)


def open_class(page: Page, school: School) -> None:
    sign_in(page, school.book, school.room)
    page.get_by_role("link", name=re.compile("Lá 1")).click()


def test_a_teacher_answers_what_families_ask(
    school: School, phone: BrowserContext, snap: Snap
) -> None:
    page = phone.new_page()
    sign_in(page, school.book, school.room)
    expect(page.get_by_text("3 tin từ gia đình")).to_be_visible()
    lovely(page)
    page.get_by_role("link", name=re.compile("Lá 1")).click()
    expect(page.get_by_text("3 tin chờ cô")).to_be_visible()
    lovely(page)
    snap(page, "class-asked-phone")
    hand = Hand(page)
    hand.tap("#inbox")
    expect(page.get_by_text("Bé ho và sốt nhẹ")).to_be_visible()
    lovely(page)
    snap(page, "inbox-phone")
    hand.tap('a[href*="/threads/"]')
    expect(page.get_by_text(SAID)).to_be_visible()
    lovely(page)
    snap(page, "thread-phone")
    hand.say("Cảm ơn ba mẹ")
    expect(page.locator(".ours .bubble")).to_contain_text("Cảm ơn ba mẹ, cô đã nhận tin ạ.")
    assert hand.taps == 3
    lovely(page)
    page.get_by_role("link", name="Tin từ gia đình").first.click()
    hand.say("Đã đọc")
    expect(page.locator(".row.fresh")).to_have_count(1)  # the slip
    page.locator(".row.fresh a").click()
    expect(page.get_by_text("Tên thuốc này có trong phần dị ứng.")).to_be_visible()
    lovely(page)
    snap(page, "medicine-phone")
    hand.say("Đã cho uống: Siro ho Prospan")
    expect(page.get_by_text(re.compile("đã cho lúc"))).to_be_visible()
    page.get_by_text("Không nhận").click()
    page.get_by_label("Vì sao? Gia đình sẽ đọc câu này.").fill("Bé dị ứng với thuốc này ạ")
    hand.say("Từ chối và báo gia đình")
    expect(page.get_by_text("Paracetamol")).to_have_count(0)
    lovely(page)


def test_without_scripts_a_child_that_was_reported_is_asked_about(
    school: School, browser: Browser, snap: Snap
) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    page = context.new_page()
    open_class(page, school)
    page.locator('li:has-text("Bảo Châu") a').first.click()
    expect(page.get_by_text(re.compile("Bé ho và sốt nhẹ"))).to_be_visible()
    snap(page, "reported-phone")
    page.get_by_label("Có mặt").check(force=True)
    page.locator("button.primary").click()
    expect(page.get_by_text("Gia đình đã báo nghỉ. Bé vẫn đến?")).to_be_visible()
    page.get_by_label(re.compile("vẫn đến lớp, cô đã gặp bé")).check()
    page.locator("button.primary").click()
    expect(page.locator("li.row.well")).to_have_count(1)
    context.close()
