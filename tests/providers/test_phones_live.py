"""The parents' phones in a browser: messages come by themselves, an answer being typed is kept."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.providers.conftest import Stage

USER = "2512523625412515"
SIZES = {"phone": (390, 844), "desk": (1280, 800)}


def zalo(stage: Stage, text: str) -> None:
    told = {"recipient": {"user_id": USER}, "message": {"text": text}}
    stage.http.post("/v3.0/oa/message/cs", json=told, headers={"access_token": "zalo-token"})


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=quiet)
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(browser: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(
        base_url=stage.simulator.http_url, viewport={"width": width, "height": height}
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert troubles == []


def test_a_message_arrives_by_itself_while_the_parent_types(stage: Stage, page: Page) -> None:
    zalo(stage, "Bé An đã đến lớp.")
    page.goto(f"/phones?to=zalo:{USER}")
    box = page.get_by_label("Tin trả lời của phụ huynh")
    box.fill("Cảm ơn")
    zalo(stage, "Bé An ăn hết suất trưa.")
    expect(page.locator(".bubble", has_text="ăn hết suất")).to_be_in_viewport()
    expect(page.locator(".ticks.seen")).to_have_count(2)
    expect(box).to_have_value("Cảm ơn")
    box.press("Enter")
    expect(page.locator(".mine .bubble")).to_contain_text("Cảm ơn")
    expect(box).to_have_value("")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert wide is False


def test_the_page_is_usable_by_everybody(stage: Stage, page: Page) -> None:
    zalo(stage, "Bé An đã đến lớp.")
    for address in ("/phones", f"/phones?to=zalo:{USER}"):
        page.goto(address)
        expect(page.locator("#live-words")).to_have_text("Đang trực tiếp")
        assert Axe().run(page).response["violations"] == []
        small = page.evaluate(
            """[...document.querySelectorAll('a, button, input, summary')]
               .filter(one => one.offsetParent && !one.closest('.text'))
               .map(one => one.getBoundingClientRect())
               .filter(box => box.width < 48 || box.height < 48).length"""
        )
        assert small == 0


def test_a_search_narrows_the_list_as_one_types(stage: Stage, page: Page) -> None:
    cards = [
        {"channel": "zalo", "address": f"99900000000000000{n}", "name": name, "about": "Lá 1"}
        for n, name in enumerate(("Lê Thị Mỹ Duyên", "Trần Quốc Bảo"))
    ]
    stage.door("contacts", cards)
    page.goto("/phones")
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_label("Tìm phụ huynh, không cần dấu").press_sequentially("duyen")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("Lê Thị Mỹ Duyên")
