"""The pages on a phone, in a real browser against a real server: what a grid worker does with them.

Every test ends with the phone's own check: no error, nothing that the policy refuses, no question to another server.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from api.app import create_app
from tests.api.city import PASSWORD, settings_in
from tests.api.doubts import key
from tests.api.serving import serving
from tests.api.walks import HOMES, Walk, walking
from tests.chromium import Phone, chromium, phone
from warehouse.fieldwork import visits
from warehouse.fieldwork.verdicts import history

pytestmark = pytest.mark.slow

__all__ = ["chromium"]
DOORS = {name: f"{building}号楼{entrance}单元{room}室" for name, building, entrance, room, _ in HOMES}
MANY_TAPS = 3


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """One for all: each test goes to a home of its own."""
    with walking(settings_in(tmp_path_factory.mktemp("walk"))) as walk:
        yield walk


@pytest.fixture(scope="module")
def site(walk: Walk) -> Iterator[str]:
    with serving(create_app(walk.settings)) as site:
        yield site


@pytest.fixture
def worker(walk: Walk, site: str, chromium: Browser) -> Iterator[Phone]:
    """The worklist, seen by somebody who has just logged in."""
    with phone(chromium, site) as visitor:
        visitor.open("/worklist")
        visitor.stands()
        visitor.log_in("worker", PASSWORD)
        shows(visitor, walk.stops())
        yield visitor


def stops(worker: Phone) -> Locator:
    return worker.page.locator("#stops button")


def shows(worker: Phone, names: list[str]) -> None:
    expect(stops(worker).locator(".where")).to_have_text([f"柳港园西院{DOORS[name]}" for name in names])


def judge(worker: Phone, name: str, verdict: str, note: str = "", **seen: str) -> None:
    """Fills and sends the first form of a home's stop."""
    if not worker.page.locator("#stop").is_visible():
        stops(worker).filter(has_text=DOORS[name]).tap()
    form = worker.page.locator("article form").first
    form.get_by_role("radio", name=verdict, exact=True).check()
    for label, value in seen.items():
        form.get_by_role("textbox", name=label).fill(value)
    form.get_by_role("combobox", name="原因").select_option("部门登记未更新")
    form.get_by_role("combobox", name="凭什么").select_option("本人当面说明")
    form.get_by_role("textbox", name="备注").fill(note)
    worker.stands()
    form.get_by_role("button", name="提交结论").tap()


def verdict_keys(walk: Walk, name: str) -> list[str]:
    return [verdict.key for verdict in history(walk.casebook, [key(name)])]


def test_a_stop_is_opened_by_keyboard_judged_and_leaves_the_list(worker: Phone, walk: Walk) -> None:
    worker.stands()
    worker.page.get_by_label("次序").select_option("按路线（楼、单元、室）")
    on_the_way = walk.stops(order="walk")
    shows(worker, on_the_way)
    worker.tab_to(stops(worker).filter(has_text=DOORS["c"]))
    worker.page.keyboard.press("Enter")
    title = worker.page.get_by_role("heading", name=DOORS["c"])
    expect(title).to_be_focused()
    judge(worker, "c", "已搬走", 现住址="柳港园东院13号楼2单元501室")
    expect(worker.page.get_by_role("status")).to_contain_text("已收到")
    expect(title).to_be_hidden()
    shows(worker, [name for name in on_the_way if name != "c"])
    [verdict] = history(walk.casebook, [key("c1")])
    assert (verdict.verdict, verdict.given_by, verdict.proof) == ("moved", "worker", "met_in_person")
    assert [(value.attribute, value.value) for value in verdict.values] == [
        ("living_address", "柳港园东院13号楼2单元501室")
    ]


def test_without_network_a_verdict_waits_and_is_then_sent_once(worker: Phone, walk: Walk) -> None:
    stops(worker).filter(has_text=DOORS["b"]).tap()
    expect(worker.page.locator("article form")).to_have_count(2)
    worker.page.context.set_offline(True)
    judge(worker, "b", "属实")
    waiting = worker.page.get_by_role("region", name="待送出")
    expect(waiting).to_contain_text(DOORS["b"])
    expect(worker.page.get_by_role("status")).to_contain_text("现在连不上")
    worker.page.get_by_role("button", name="退出").tap()
    expect(worker.page.get_by_role("status")).to_contain_text("还有内容没有送出")
    worker.stands()
    assert verdict_keys(walk, "b1") == []
    worker.page.context.set_offline(False)
    expect(waiting).to_be_hidden()
    expect(worker.page.locator("article form")).to_have_count(1)  # the other finding waits on, its form untouched
    assert len(verdict_keys(walk, "b1")) == 1


def test_answers_are_lost_a_thumb_is_impatient_and_a_login_ends_yet_it_is_sent_once(worker: Phone, walk: Walk) -> None:
    page, kept = worker.page, []

    def lose(route: Route) -> None:
        """The hub has it; the answer is swallowed by a tunnel."""
        kept.append(route.request.post_data_json["key"])
        for _ in range(MANY_TAPS):
            page.evaluate("document.getElementById('resend').click()")
        route.fetch()
        route.abort()

    page.route("**/verdicts", lose)
    judge(worker, "e", "属实")
    waiting = page.get_by_role("region", name="待送出")
    expect(page.get_by_role("status")).to_contain_text("现在连不上")
    page.reload()
    assert worker.asked == ["beforeunload"]
    expect(page.get_by_role("status")).to_contain_text("现在连不上")
    page.unroute("**/verdicts")
    worker.expected.append("401 (Unauthorized)")
    token = page.evaluate("JSON.parse(sessionStorage.getItem('hub.login')).token")
    walk.client.post("/v1/logout", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    page.get_by_role("button", name="重新发送").tap()
    worker.log_in("colleague", PASSWORD)
    shows(worker, walk.stops("colleague"))
    expect(waiting).to_be_hidden()
    page.get_by_role("button", name="退出").tap()
    worker.log_in("worker", PASSWORD)
    expect(page.get_by_role("status")).to_contain_text("已收到")
    expect(waiting).to_be_hidden()
    assert len(kept) == 2
    assert verdict_keys(walk, "e1") == [kept[0]] == [kept[1]]


def test_what_the_hub_refuses_is_taken_back_and_written_again(worker: Phone, walk: Walk) -> None:
    worker.expected += ["400 (Bad Request)", "422 (Unprocessable"]
    judge(worker, "d", "属实", note="电话 15400001234")
    waiting = worker.page.get_by_role("region", name="待送出")
    expect(waiting).to_contain_text("没有被接受")
    worker.stands()
    waiting.get_by_role("button", name="撤回重填").tap()
    expect(waiting).to_be_hidden()
    judge(worker, "d", "属实", note="在家")
    expect(worker.page.get_by_role("status")).to_contain_text("已收到")
    assert len(verdict_keys(walk, "d1")) == 1


def test_nobody_is_home_and_the_worker_logs_out(worker: Phone, walk: Walk) -> None:
    stops(worker).filter(has_text=DOORS["a"]).tap()
    worker.page.get_by_role("group", name="没有见到人").get_by_role("button", name="无人在家").tap()
    expect(stops(worker).filter(has_text=DOORS["a"])).to_contain_text("已走访 1 次")
    assert [(v.stop_id, v.outcome) for v in visits.history(walk.casebook)] == [(key("a"), "nobody_home")]
    token = worker.page.evaluate("JSON.parse(sessionStorage.getItem('hub.login')).token")
    worker.page.get_by_role("button", name="退出").tap()
    expect(worker.page.get_by_label("密码")).to_be_visible()
    assert walk.client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    worker.page.reload()
    expect(worker.page.get_by_label("密码")).to_be_visible()
    expect(stops(worker)).to_have_count(0)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_without_login_stands_too(site: str, chromium: Browser, path: str) -> None:
    with phone(chromium, site) as visitor:
        visitor.open(path)
        visitor.page.wait_for_load_state("networkidle")
        visitor.stands()


def test_the_browser_itself_refuses_foreign_script(worker: Phone) -> None:
    worker.expected.append("Content Security Policy")
    worker.page.evaluate("""async () => {
        document.body.append(Object.assign(document.createElement('script'), { text: 'window.foreign = 1' }));
        await fetch('http://127.0.0.2/').catch(() => {});
    }""")
    assert worker.page.evaluate("window.foreign") is None
