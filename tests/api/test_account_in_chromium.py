"""The page of the account on a phone, in a real browser against a real server: a newcomer's first day."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from api.app import create_app
from tests.api.city import PASSWORD
from tests.api.serving import serving
from tests.chromium import Phone, chromium, phone
from warehouse.casebook.accounts import NewUser
from warehouse.casebook.casebook import open_casebook
from warehouse.login.totp import code_of, time_step
from warehouse.settings import Settings

__all__ = ["chromium"]
NEW = "another-horse-18"


def fill(visitor: Phone, form: str, button: str, **fields: str) -> None:
    for name, value in fields.items():
        visitor.page.locator(f"#{form} [name={name}]").fill(value)
    visitor.stands()
    visitor.page.locator(f"#{form}").get_by_role("button", name=button).tap()


@pytest.mark.slow
def test_a_newcomer_changes_her_password_and_takes_a_second_factor(home: Settings, chromium: Browser) -> None:
    with open_casebook(home) as casebook:
        casebook.add_users([NewUser("worker", PASSWORD, "grid_lead", ("140213",), temporary=True)])
    with serving(create_app(home)) as site, phone(chromium, site) as worker:
        worker.expected += ["401 (Unauthorized)", "400 (Bad Request)"]
        told = worker.page.locator("#told")
        worker.open("/worklist")
        worker.log_in("worker", PASSWORD)
        expect(told).to_contain_text("请先修改密码")
        assert worker.page.url == f"{site}/account"

        fill(worker, "password", "修改密码", password=PASSWORD, new=NEW, again=f"{NEW}x")
        expect(told).to_have_text("两次输入的新密码不一样。")
        fill(worker, "password", "修改密码", again=NEW)
        expect(told).to_have_text("密码已修改，其他设备上的登录已结束。")

        fill(worker, "enrol", "开始启用", password=NEW)
        expect(worker.page.locator("#uri")).to_have_attribute("href", re.compile("^otpauth://totp/"))
        secret = worker.page.locator("#secret").inner_text()
        fill(worker, "confirm", "确认启用", code=code_of(secret, time_step(datetime.now(UTC)) - 1))
        expect(worker.page.locator("#codes li")).to_have_count(10)
        recovery = worker.page.locator("#codes li").first.inner_text()
        expect(worker.page.locator("#sessions")).to_contain_text("（本机）")
        worker.stands()

        worker.page.get_by_role("button", name="退出").tap()
        expect(worker.page.locator("#codes li")).to_have_count(0)
        worker.log_in("worker", NEW)
        expect(told).to_have_text("请输入手机验证器应用上的动态码")
        worker.stands()
        worker.page.get_by_label("动态码", exact=True).first.fill(recovery)
        worker.page.get_by_role("button", name="登录", exact=True).tap()
        expect(worker.page.locator("#remove")).to_be_visible()
        kept = worker.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
        for hidden in (NEW, secret, recovery, "hub_device"):
            assert hidden not in kept
