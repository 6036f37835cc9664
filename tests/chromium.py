"""Debian's own Chromium, without a window, as a phone: driven by Playwright, which downloads nothing.

`from tests.chromium import chromium` gives a test module one browser, `phone` a fresh visitor of a site. What a visitor must
never meet is watched all the time and asserted at the end. Without the package such tests are skipped, and fail where CI=true.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect, sync_playwright

WIDTH, HEIGHT = 360, 740
PATIENCE = 15_000  # milliseconds until a wait is a failure, on a busy machine too
# a test takes the network away itself
NO_NETWORK = re.compile(r"net::ERR_(INTERNET_DISCONNECTED|FAILED)")
NAMED = {"button", "checkbox", "combobox", "Date", "DisclosureTriangle", "link", "radio", "spinbutton", "textbox"}
expect.set_options(timeout=PATIENCE)


class Phone:
    """A tab 360 pixels wide, and the faults met in it. `expected` is what the console may say of answers."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.faults: list[str] = []
        self.asked: list[str] = []  # questions of the browser to whoever leaves
        self.expected: list[str] = []
        self._devtools = page.context.new_cdp_session(page)  # one, for good: detaching it would bring the network back
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("request", self._requested)
        page.on("dialog", self._leaves)

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def log_in(self, username: str, password: str) -> None:
        login = self.page.locator("form#login")  # the page of the account has more fields with these labels
        login.get_by_label("用户名").fill(username)
        login.get_by_label("密码").fill(password)
        login.get_by_role("button", name="登录").click()

    def stands(self) -> None:
        """The screen as it is now fits the phone, and whoever only hears it learns what every control is."""
        wide = self.page.evaluate("Math.max(document.scrollingElement.scrollWidth, innerWidth)")
        assert wide <= WIDTH, f"{wide} pixels wide on a phone of {WIDTH}"
        nodes = self._devtools.send("Accessibility.getFullAXTree")["nodes"]
        controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in NAMED]
        assert controls
        assert [node for node in controls if not node["name"]["value"].strip()] == []

    def tab_to(self, wanted: Locator, most: int = 30) -> None:
        """By the Tab key alone."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {wanted}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or NO_NETWORK.search(message.text):
            return
        if not any(words in message.text for words in self.expected):
            self.faults.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:,")):
            self.faults.append(f"asked elsewhere: {request.url}")

    def _leaves(self, dialog: Dialog) -> None:
        self.asked.append(dialog.type)
        dialog.accept()


@contextmanager
def phone(browser: Browser, site: str, zone: str = "Asia/Shanghai") -> Iterator[Phone]:
    """A visitor of `site` (`http://host:port`) with nothing kept; on leaving, that she met no fault."""
    size = {"width": WIDTH, "height": HEIGHT}
    context = browser.new_context(
        viewport=size, screen=size, is_mobile=True, has_touch=True, locale="zh-CN", timezone_id=zone
    )
    context.set_default_timeout(PATIENCE)
    try:
        visitor = Phone(context.new_page(), site)
        yield visitor
        assert visitor.faults == []
    finally:
        context.close()


def program() -> Path | None:
    found = shutil.which("chromium")
    return Path(found) if found else None


@pytest.fixture(scope="module")  # not longer: Playwright's event loop stands in the way of everybody else's
def chromium() -> Iterator[Browser]:
    place = program()
    if place is None:
        missing = "no Chromium here: apt-get install chromium"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place)
        yield browser
        browser.close()
