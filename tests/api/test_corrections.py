"""更正请求: who sees which request, who asks, who answers, and that nothing is done twice."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from python_calamine import CalamineWorkbook

from api.app import create_app
from tests.api.city import FAR, HERE, ID_NO, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.conftest import USERS, login_headers
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook
from warehouse.corrections.requests import Packet, send

pytestmark = pytest.mark.slow

ROW = {"delivery_id": "d1", "row_no": 2}
ASK = {
    "key": "ask-0001",
    "entity": "person",
    "entity_id": key("王小明"),
    "attribute": "living_address",
    "dwelling_id": key("d4"),
    "proof": "met_in_person",
    "reason": "搬到对门去了",
}
ACCEPT = {"key": "step-0001", "state": "accepted", "reason": "已转派出所核对"}
FORMULA = "=HYPERLINK(1)"


class Town:
    """A deployment of the test's own, with requests to two offices, and people who ask it."""

    def __init__(self, home: Path) -> None:
        settings = settings_in(home)
        city = small_city(settings)
        city["source.resident"][0] |= ROW
        city["delivery"] = [{"delivery_id": "d1", "source": "resident", "file_name": "人口信息_20261101.csv"}]
        write_release(settings, "r1", city)
        point_to(settings, "r1")
        self.casebook = open_casebook(settings)
        self.casebook.add_users(
            [
                *USERS,
                NewUser("户政科", PASSWORD, "office", (), ("resident",)),
                NewUser("不动产", PASSWORD, "office", (), ("property",)),
                NewUser("far_lead", PASSWORD, "grid_lead", (FAR[:12],)),
            ]
        )
        with Casebook(settings.casebook, now=lambda: datetime(2026, 9, 18, 2, 0, tzinfo=UTC)) as past:
            self.late = self._sent(past, "past-0001", date(2026, 9, 18), "resident", "living_address", HERE, "西院")
        self.fresh = self._sent(self.casebook, "now-00001", date.today(), "property", "title_holder", HERE, FORMULA)
        self.far = self._sent(self.casebook, "far-00001", date.today(), "resident", "name", FAR, "赵")
        self.client = DocumentedClient(create_app(settings))
        self._headers = login_headers(self.client)

    def _sent(
        self, casebook: Casebook, name: str, on: date, source: str, attribute: str, grid: str, stated: str
    ) -> int:
        entity = "dwelling" if source == "property" else "person"
        packet = Packet(
            source, entity, key(name), attribute, "核实的值", seen_token=key("secret"), seen_on=on, proof="seen",
            grid_code=grid, record_key="R7", stated=stated, delivery_id="d1", row_no=7, file_name="一.csv",
            verdict_key="verdict-1",
        )  # fmt: skip
        send(casebook, name, packet, "核实所见不一致", "lead", on, {"name": name})
        self.sent = getattr(self, "sent", 0) + 1
        return self.sent

    def ask(self, user: str, method: str, path: str, body: dict[str, Any] | None = None) -> Response:
        return self.client.request(method, f"/v1/corrections{path}", json=body, headers=self._headers(user))

    def get(self, user: str, path: str = "") -> Response:
        return self.ask(user, "GET", path)

    def post(self, user: str, path: str, body: dict[str, Any]) -> Response:
        return self.ask(user, "POST", path, body)

    def ids(self, user: str, query: str = "") -> list[int]:
        return [item["id"] for item in self.get(user, query).json()["items"]]


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


@pytest.fixture(scope="module")
def shared_town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """One town for all tests that change nothing."""
    return Town(tmp_path_factory.mktemp("shared"))


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("户政科", ["late", "far"]),
        ("不动产", ["fresh"]),
        ("office", ["late", "fresh", "far"]),
        ("worker", ["late", "fresh"]),
        ("lead", ["late", "fresh"]),
        ("far_lead", ["far"]),
        ("supervisor", ["late", "fresh"]),
        ("analyst", ["late", "fresh", "far"]),
    ],
)
def test_an_office_sees_what_is_addressed_to_it_and_others_what_lies_in_their_areas(
    shared_town: Town, user: str, expected: list[str]
) -> None:
    assert shared_town.ids(user) == [getattr(shared_town, name) for name in expected]


@pytest.mark.parametrize("user", ["admin", "nowhere"])
@pytest.mark.parametrize("path", ["", "/1", "/export"])
def test_who_sees_no_residents_sees_no_requests(shared_town: Town, user: str, path: str) -> None:
    assert shared_town.get(user, path).status_code == 404


def test_anothers_request_looks_like_none(shared_town: Town) -> None:
    nothing = shared_town.get("不动产", "/999999999999")
    assert nothing.status_code == 404
    for user, id_ in (("不动产", shared_town.late), ("far_lead", shared_town.late), ("lead", shared_town.far)):
        answers = [shared_town.get(user, f"/{id_}"), shared_town.post(user, f"/{id_}/events", ACCEPT)]
        assert [(a.status_code, a.json()) for a in answers] == [(404, nothing.json())] * 2


def test_the_packet_tells_the_office_its_row_and_what_was_seen_and_no_token(shared_town: Town) -> None:
    answer = shared_town.get("户政科", f"/{shared_town.late}")
    told = answer.json()["correction"]
    assert {name: told[name] for name in ("record_key", "row_no", "file_name", "stated", "seen", "proof_label")} == {
        "record_key": "R7", "row_no": 7, "file_name": "一.csv", "stated": "西院", "seen": "核实的值", "proof_label": "现场查看",
    }  # fmt: skip
    assert (told["source_label"], told["attribute_label"], told["state_label"]) == ("人口登记", "现住址", "已发出")
    assert (told["due_on"], told["overdue"], told["provisional"]) == ("2026-09-24", True, False)
    assert key("secret") not in answer.text
    assert not {"seen_token", "verdict_key", "entity_id", "grid_code"} & told.keys()
    assert shared_town.get("lead", f"/{shared_town.late}").json()["correction"]["grid_code"] == HERE


@pytest.mark.parametrize("user", ["supervisor", "analyst"])
def test_whose_role_sees_no_values_sees_none_here(shared_town: Town, user: str) -> None:
    told = shared_town.get(user, f"/{shared_town.late}").json()["correction"]
    assert (told["stated"], told["seen"], told["state"]) == (None, None, "sent")


def test_the_list_is_filtered_and_comes_in_pages(shared_town: Town) -> None:
    assert shared_town.ids("office", "?overdue=true") == [shared_town.late]
    assert shared_town.ids("office", "?state=closed") == []
    assert shared_town.ids("office", "?source=property") == [shared_town.fresh]
    assert shared_town.ids("不动产", "?source=resident") == []
    assert shared_town.get("office", "?state=lost").status_code == 422
    first = shared_town.get("office", "?limit=2").json()
    assert shared_town.ids("office", f"?limit=2&cursor={first['next_cursor']}") == [shared_town.far]
    assert shared_town.get("office", f"?limit=2&state=sent&cursor={first['next_cursor']}").status_code == 400


def test_an_office_answers_once(town: Town) -> None:
    path = f"/{town.late}/events"
    answers = [town.post("户政科", path, ACCEPT) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert [(e["state"], e["decided_by"]) for e in answers[0].json()["events"]] == [("accepted", "户政科")]
    assert town.post("户政科", path, ACCEPT | {"state": "refused"}).status_code == 409  # one key, another answer
    refused = town.post("户政科", path, ACCEPT | {"key": "step-0002", "state": "refused"})
    assert refused.json()["correction"]["state"] == "refused"
    assert not refused.json()["correction"]["overdue"]


def test_a_lead_ends_and_begins_again_with_a_new_clock(town: Town) -> None:
    path = f"/{town.late}/events"
    closed = {"key": "lead-0001", "state": "closed", "reason": "门牌改过"}
    assert town.post("lead", path, closed).status_code == 201
    for body in (ACCEPT, closed | {"key": "lead-0002"}):
        answer = town.post("户政科" if body is ACCEPT else "lead", path, body)
        assert answer.status_code == 409
        assert answer.json()["remedy"]
    again = town.post("supervisor", path, {"key": "lead-0003", "state": "reopened", "reason": "又错了"})
    told = again.json()["correction"]
    assert (again.status_code, told["state"], told["overdue"]) == (201, "reopened", False)
    assert town.post("户政科", path, ACCEPT).status_code == 201


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("worker", {}, 403),
        ("analyst", {}, 403),
        ("lead", {}, 403),  # accepted is the office's word
        ("户政科", {"state": "closed"}, 403),
        ("户政科", {"state": "sent"}, 422),
        ("户政科", {"reason": " "}, 400),
        ("户政科", {"reason": f"{ID_NO} 已改"}, 400),
        ("户政科", {"reason": "x" * 2000}, 422),
        ("户政科", {"key": "short"}, 422),
        ("户政科", {"key": "with blank s"}, 400),
        ("户政科", {"note": "more"}, 422),
        ("lead", {"state": "reopened"}, 409),
    ],
)
def test_a_step_that_may_not_be_taken(shared_town: Town, user: str, change: dict[str, str], status: int) -> None:
    answer = shared_town.post(user, f"/{shared_town.late}/events", ACCEPT | change)
    assert answer.status_code == status, answer.text
    assert ID_NO not in answer.text
    assert shared_town.get("户政科", f"/{shared_town.late}").json()["events"] == []


def test_a_lead_asks_by_hand_once(town: Town) -> None:
    body = ASK | {"seen_on": f"{date.today()}"}
    answers = [town.post("lead", "", body) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 200], answers[0].text
    told = answers[0].json()["correction"]
    assert (told["source"], told["record_key"], told["file_name"]) == ("resident", "1", "人口信息_20261101.csv")
    assert (told["stated"], told["stated_on"], told["opened_by"]) == ("西院3-2-501", "2026-11-01", "lead")
    assert told["seen"].endswith("柳港园西院3号楼2单元502室")
    assert town.ids("户政科")[-1] == told["id"]
    other = town.post("lead", "", body | {"key": "ask-0002"})
    assert (other.status_code, other.json()["where"]) == (409, f"request {told['id']}")
    assert town.post("lead", "", body | {"reason": "另一个理由"}).status_code == 409


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("worker", {}, 403),
        ("户政科", {}, 403),
        ("supervisor", {}, 403),  # sees no values
        ("far_lead", {}, 404),
        ("lead", {"entity_id": key("赵远")}, 404),
        ("lead", {"dwelling_id": key("d3")}, 404),
        ("lead", {"entity": "household"}, 422),
        ("lead", {"attribute": "favourite_colour"}, 400),
        ("lead", {"attribute": "phone", "dwelling_id": None, "seen": "15400001234"}, 400),
        ("lead", {"dwelling_id": None}, 400),
        ("lead", {"seen": "东院"}, 400),  # and a home
        ("lead", {"attribute": "name", "seen": "王晓明"}, 400),  # a home is no name
        ("lead", {"attribute": "name", "dwelling_id": None, "seen": f"王{ID_NO}"}, 400),
        ("lead", {"attribute": "name", "dwelling_id": None, "seen": "王小明"}, 409),  # the office says so
        ("lead", {"attribute": "sex", "dwelling_id": None, "seen": "女的"}, 400),
        ("lead", {"seen_on": "2999-01-01"}, 400),
        ("lead", {"seen_on": "2020-01-01"}, 400),
        ("lead", {"proof": "hearsay"}, 400),
        ("lead", {"reason": ""}, 400),
    ],
)
def test_what_cannot_be_asked(shared_town: Town, user: str, change: dict[str, Any], status: int) -> None:
    answer = shared_town.post(user, "", ASK | {"seen_on": f"{date.today()}"} | change)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ID_NO not in answer.text
    assert len(shared_town.ids("office")) == 3


def test_the_workbook_has_a_row_per_request_and_no_formula(shared_town: Town) -> None:
    answer = shared_town.get("不动产", "/export")
    assert "attachment; filename*=UTF-8''" in answer.headers["content-disposition"]
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    told = dict(zip(head, row, strict=True))
    assert (told["请求编号"], told["登记值"], told["是否超期"], told["状态"]) == (
        shared_town.fresh,
        FORMULA,
        "否",
        "已发出",
    )
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml")
    assert b"<sheetData>" in sheet
    assert b"<f>" not in sheet
    late = shared_town.get("户政科", "/export?overdue=true").content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(late)).get_sheet_by_index(0).to_python()
    assert [(r[0], r[2], f"{r[3]}") for r in rows[1:]] == [(shared_town.late, "是", "2026-09-24")]
    empty = shared_town.get("不动产", "/export?state=closed").content
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(empty)).get_sheet_by_index(0).to_python()) == 1
