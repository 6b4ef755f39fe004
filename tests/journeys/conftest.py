"""A browser for the journeys, and where their pictures go."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.hand import PHONE

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
Snap = Callable[[Page, str], None]


@pytest.fixture(scope="module")  # one at a time: two of Playwright's loops do not get on
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield found
        found.close()


@pytest.fixture
def snap(tmp_path: Path) -> Snap:
    folder = Path(os.environ.get("CONTACTBOOK_SCREENSHOTS", tmp_path))

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return take


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A teacher's phone. What a page writes to its console as an error is one."""
    context = browser.new_context(viewport=PHONE, locale="vi-VN", reduced_motion="reduce")
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    context.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield context
    context.close()
    assert troubles == []
