"""The page of rules on a phone, in a real browser against a real server: what a lead does with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.app import create_app
from tests.api.city import PASSWORD
from tests.api.serving import serving
from tests.api.test_rules import MINE, Rules
from tests.chromium import chromium, phone

pytestmark = pytest.mark.slow

__all__ = ["chromium"]


def test_a_lead_reads_a_rules_figures_stops_it_and_restarts_it(tmp_path: Path, chromium: Browser) -> None:
    office = Rules(tmp_path)
    with serving(create_app(office.settings)) as site, phone(chromium, site) as lead:
        lead.open("/rules")
        lead.stands()
        lead.log_in("lead", PASSWORD)
        rule = lead.page.get_by_role("group").filter(has_text="人户分离").first
        lead.tab_to(rule.locator("summary"))
        lead.page.keyboard.press("Enter")
        lead.stands()
        city, county, mine = (rule.get_by_role("row").nth(at) for at in (1, 2, 3))
        expect(city).to_contain_text("90 / 100")
        expect(county).to_contain_text("平城区")
        expect(mine).to_contain_text("40 / 120")
        for word, other, reason in (("恢复", "停用", "登记已更正"), ("停用", "恢复", "七户有七户不属实")):
            mine.get_by_role("button", name=word, exact=True).tap()
            expect(mine.get_by_label("理由")).to_be_focused()
            lead.page.keyboard.type(reason)
            lead.stands()
            lead.page.keyboard.press("Enter")
            expect(rule.get_by_role("listitem").filter(has_text=reason)).to_contain_text("lead")
            expect(mine.get_by_role("button", name=other, exact=True)).to_be_focused()
        assert [(d["area"], d["decision"]) for d in office.rule("lead")["decisions"]] == [
            (MINE, "stopped"), (MINE, "restarted"),
        ]  # fmt: skip
        lead.page.get_by_role("button", name="退出").tap()
        expect(lead.page.get_by_label("密码")).to_be_visible()
        expect(rule).to_be_hidden()
