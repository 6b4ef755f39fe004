"""A mother without an app reads her own page on her phone, by day and by night."""

import re

import pytest
from playwright.sync_api import Browser, expect

from contactbook.db import transaction
from contactbook.people.family_access import family_link
from contactbook.ports.channel import Channel
from tests.builders import PASSWORD, class_of, family
from tests.journeys.conftest import Snap
from tests.journeys.hand import PHONE, lovely
from tests.journeys.live import live, until


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mother_opens_her_page_and_every_part_of_it(
    database_url: str, browser: Browser, scheme: str, snap: Snap
) -> None:
    dark = scheme == "dark"
    with live(database_url) as book:
        with transaction(book.parts.sessions) as session:
            room = class_of(session, password=PASSWORD)
            [child], mother = family(session, room, Channel.ZALO)
            url = family_link(session, mother.id, home=book.url, now=book.clock())
        context = browser.new_context(
            viewport=PHONE, locale="vi-VN", reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
        )  # fmt: skip
        page = context.new_page()
        page.goto(url)
        lovely(page)
        page.get_by_role("button", name="Mở sổ").click()
        expect(page.get_by_role("heading", name="Các bé nhà mình")).to_be_visible()
        lovely(page)
        snap(page, f"family-today-{scheme}")
        page.get_by_role("link", name="Các ngày").click()
        page.get_by_role("button", name=re.compile("Gửi mã cho tôi")).click()
        until(lambda: len(book.arrived()) == 1)
        code = re.search(r"\b\d{6}\b", str(book.arrived()[0]))
        assert code
        lovely(page)
        snap(page, f"family-code-{scheme}")
        page.get_by_label("Mã").fill(code[0])
        page.get_by_role("button", name="Tiếp tục").click()
        expect(page.get_by_text("Tháng 11/2026")).to_be_visible()
        here = f"children/{child.id}"
        for path in (
            here, f"{here}/absences", f"{here}/medicine", "consents", "sent", "pin", "data",
            "leave",
        ):  # fmt: skip
            page.goto(f"{book.url}/family/{path}")
            lovely(page)
            part = "month" if path == here else path.rpartition("/")[2]
            snap(page, f"family-{part}-{scheme}")
        context.close()
