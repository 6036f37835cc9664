"""待核地址、待核人员: what waits for whom, who may decide about what, and that it is kept with name and reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from api.app import create_app
from tests.api.city import ESTATE, FAR, HERE, NEXT, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.conftest import USERS
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import Casebook, NewUser, open_casebook
from warehouse.review import addresses, persons

pytestmark = pytest.mark.slow

WEST = f"山西省大同市平城区新旺街道{ESTATE}3号楼"
ALIAS = {"written": "老电厂宿舍", "community_code": HERE[:12], "estate": ESTATE, "reason": "asked at the office"}
SPELLING = {"written": "电厂后头3-2-501", "standard_address": f"{WEST}2单元501室", "reason": "seen at the door"}
PAIR = {"left": {"source": "hotline", "key": "k1"}, "right": {"source": "resident", "key": "1"}}
SAME = PAIR | {"decision": "same", "reason": "same voice, same door"}


class Office:
    """A deployment of the test's own, and people who ask it."""

    def __init__(self, home: Path) -> None:
        self.settings = settings = settings_in(home)
        write_release(settings, "r1", small_city(settings))
        point_to(settings, "r1")
        self.casebook: Casebook = open_casebook(settings)
        self.casebook.add_users([*USERS, NewUser("far_lead", PASSWORD, "grid_lead", (FAR[:12],))])
        self.client = DocumentedClient(create_app(settings))
        self._headers: dict[str, dict[str, str]] = {}

    def ask(self, user: str, method: str, path: str, body: dict[str, Any] | None = None) -> Response:
        if user not in self._headers:
            answer = self.client.post("/v1/login", json={"username": user, "password": PASSWORD})
            self._headers[user] = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return self.client.request(method, f"/v1{path}", json=body, headers=self._headers[user])

    def get(self, user: str, path: str) -> Response:
        return self.ask(user, "GET", path)

    def post(self, user: str, path: str, body: dict[str, Any]) -> Response:
        return self.ask(user, "POST", path, body)

    @property
    def decision_count(self) -> int:
        return len(addresses.history(self.casebook)) + len(persons.history(self.casebook))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One office for all tests that change nothing."""
    return Office(tmp_path_factory.mktemp("shared"))


@pytest.mark.parametrize(
    ("user", "waiting"),
    [
        ("worker", ["s2"]),
        ("lead", ["s2", "s3"]),
        ("far_lead", ["s6", "s4"]),
        ("supervisor", ["s2", "s1", "s3"]),
    ],
)
def test_addresses_wait_where_they_lie_and_without_a_place_for_the_whole_city(
    shared_office: Office, user: str, waiting: list[str]
) -> None:
    answer = shared_office.get(user, "/addresses/review").json()
    assert [row["address_id"] for row in answer["items"]] == [key(name) for name in waiting]
    assert answer["release"] == "r1"
    assert all((row["address"] is None) == (user == "supervisor") for row in answer["items"])


def test_the_review_is_filtered_and_comes_in_pages(shared_office: Office) -> None:
    first = shared_office.get("supervisor", "/addresses/review?rule=no_room&limit=1").json()
    assert [row["rule_label"] for row in first["items"]] == ["没有门牌"]
    path = f"/addresses/review?rule=no_room&limit=1&cursor={first['next_cursor']}"
    second = shared_office.get("supervisor", path).json()
    assert ([row["uses"] for row in second["items"]], second["next_cursor"]) == ([1], None)


@pytest.mark.parametrize("user", ["admin", "office", "nowhere"])
@pytest.mark.parametrize("path", ["/addresses/review", "/addresses/aliases", "/persons/review"])
def test_no_areas_nothing_to_see(shared_office: Office, user: str, path: str) -> None:
    assert shared_office.get(user, path).status_code == 404


def test_a_lead_decides_what_a_spelling_means_once(office: Office) -> None:
    for body, kind in ((ALIAS, "alias"), (SPELLING, "spelling")):
        answers = [office.post("lead", "/addresses/aliases", body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200]
        assert answers[0].json() == answers[1].json()
        decided = answers[0].json()["decided"]
        assert (decided["kind"], decided["decided_by"], decided["reason"]) == (kind, "lead", body["reason"])
    standing = addresses.current_decisions(office.casebook)
    assert [(d.kind, d.estate, d.standard_address) for d in standing] == [
        ("alias", ESTATE, None),
        ("spelling", None, f"{WEST}2单元501室"),
    ]
    assert len(office.get("lead", "/addresses/aliases").json()["items"]) == 2


def test_an_accepted_alias_is_taken_back_and_both_stay_on_record(office: Office) -> None:
    office.post("lead", "/addresses/aliases", ALIAS)
    back = {"kind": "alias", "written": " 老电厂 宿舍", "reason": "it was another one"}
    assert [office.post("supervisor", "/addresses/aliases/revoke", back).status_code for _ in range(2)] == [201, 200]
    assert office.get("lead", "/addresses/aliases").json()["items"] == []
    assert [(d.decision, d.decided_by) for d in addresses.history(office.casebook)] == [
        ("accepted", "lead"),
        ("revoked", "supervisor"),
    ]


def test_what_was_decided_elsewhere_is_not_there_to_be_seen_or_taken_back(office: Office) -> None:
    office.post("lead", "/addresses/aliases", ALIAS)
    office.post("lead", "/addresses/aliases", SPELLING)
    assert office.get("far_lead", "/addresses/aliases").json()["items"] == []
    for kind, body in (("alias", ALIAS), ("spelling", SPELLING)):
        back = {"kind": kind, "written": body["written"], "reason": "wrong"}
        answer = office.post("far_lead", "/addresses/aliases/revoke", back)
        never = office.post("far_lead", "/addresses/aliases/revoke", back | {"written": "从来没有"})
        assert (answer.status_code, answer.json()) == (404, never.json())
    assert len(addresses.current_decisions(office.casebook)) == 2


def test_a_supervisor_sees_that_something_was_decided_and_no_address_as_written(office: Office) -> None:
    office.post("lead", "/addresses/aliases", SPELLING)
    [seen] = office.get("supervisor", "/addresses/aliases").json()["items"]
    assert (seen["written"], seen["standard_address"], seen["decided_by"]) == (None, None, "lead")
    assert office.get("worker", "/addresses/aliases").json()["items"][0]["written"] == SPELLING["written"]


def test_another_meaning_of_an_accepted_writing_is_a_conflict(office: Office) -> None:
    office.post("supervisor", "/addresses/aliases", ALIAS)
    answer = office.post("lead", "/addresses/aliases", ALIAS | {"community_code": NEXT[:12], "estate": "柳港园东院"})
    assert answer.status_code == 409
    assert ESTATE not in answer.text


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("worker", {}, 403),
        ("analyst", {}, 403),
        ("admin", {}, 403),
        ("office", {}, 403),
        ("far_lead", {}, 404),
        ("lead", {"community_code": FAR[:12], "estate": "远方里"}, 404),
        ("lead", {"estate": "桃花源"}, 404),
        ("lead", {"community_code": "1402"}, 422),
        ("lead", {"standard_address": WEST}, 422),
        ("lead", {"written": "平城区"}, 400),
        ("lead", {"written": "柳港园东院"}, 400),
        ("lead", {"written": ""}, 400),
        ("lead", {"written": "张三15400001234"}, 400),
        ("lead", {"reason": " "}, 400),
        ("lead", {"reason": "call 15400001234"}, 400),
        ("lead", {"reason": "x" * 501}, 400),
    ],
)
def test_an_alias_that_may_not_be_accepted(
    shared_office: Office, user: str, change: dict[str, str], status: int
) -> None:
    answer = shared_office.post(user, "/addresses/aliases", ALIAS | change)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "15400001234" not in answer.text
    assert shared_office.decision_count == 0


@pytest.mark.parametrize(
    ("user", "home", "status"),
    [
        ("worker", f"{WEST}2单元501室", 403),
        ("far_lead", f"{WEST}2单元501室", 404),
        ("lead", f"{WEST}2单元999室", 404),
        ("lead", "山西省大同市平城区新旺街道远方里3号楼2单元501室", 404),
    ],
)
def test_a_spelling_of_a_home_that_may_not_be_accepted(
    shared_office: Office, user: str, home: str, status: int
) -> None:
    assert shared_office.post(user, "/addresses/aliases", SPELLING | {"standard_address": home}).status_code == status
    assert shared_office.decision_count == 0


def test_pairs_wait_with_their_weights_until_somebody_decides(office: Office) -> None:
    [pair] = office.get("lead", "/persons/review").json()["items"]
    assert (pair["match_weight"], pair["reasons"]) == (4.5, "姓名 同音 +3.1；出生日期 不同 −0.5")
    assert (pair["person_name"], pair["status_label"], pair["decision"]) == ("王小明", "待核", None)
    answers = [office.post("lead", "/persons/decisions", SAME) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["decided_by"] == "lead"
    assert office.get("worker", "/persons/review").json()["items"][0]["decision"] == "same"
    other_way = {"left": PAIR["right"], "right": PAIR["left"], "decision": "different", "reason": "father and son"}
    assert office.post("supervisor", "/persons/decisions", other_way).status_code == 201
    assert [d.decision for d in persons.current_decisions(office.casebook)] == ["different"]
    assert office.post("lead", "/persons/decisions", SAME | {"decision": "open"}).status_code == 201
    assert persons.current_decisions(office.casebook) == []
    assert [d.decided_by for d in persons.history(office.casebook)] == ["lead", "supervisor", "lead"]


def test_a_person_is_the_rows_that_say_so_and_those_that_may(shared_office: Office) -> None:
    answer = shared_office.get("worker", f"/persons/{key('王小明')}/links").json()
    assert [(row["source"], row["record_key"], row["rule_label"]) for row in answer["links"]] == [
        ("property", "t1", "证件号一致"),
        ("resident", "1", "证件号一致"),
    ]
    assert [pair["pair_id"] for pair in answer["waiting"]] == [key("p1")]
    assert (
        shared_office.get("worker", f"/persons/{key('王晓明')}/links").json() == answer
    )  # an id that became part of hers
    far = shared_office.get("far_lead", f"/persons/{key('王小明')}/links")
    nobody = shared_office.get("far_lead", f"/persons/{key('nobody')}/links")
    assert (far.status_code, far.json()) == (404, nobody.json())
    assert shared_office.get("far_lead", "/persons/review").json()["items"] == []


def test_a_contradiction_is_a_conflict_that_names_no_row(office: Office) -> None:
    t1 = {"source": "property", "key": "t1"}

    def decide(left: dict[str, str], right: dict[str, str], decision: str) -> Response:
        body = {"left": left, "right": right, "decision": decision, "reason": "looked at both"}
        return office.post("supervisor", "/persons/decisions", body)

    assert decide(PAIR["left"], PAIR["right"], "same").status_code == 201
    assert decide(PAIR["right"], t1, "same").status_code == 201
    answer = decide(PAIR["left"], t1, "different")
    assert answer.status_code == 409
    assert "k1" not in answer.text
    assert "reopen" in answer.json()["remedy"]


@pytest.mark.parametrize(
    ("user", "change", "status"),
    [
        ("worker", {}, 403),
        ("analyst", {}, 403),
        ("far_lead", {}, 404),
        ("lead", {"right": {"source": "resident", "key": "77"}}, 404),
        ("lead", {"right": {"source": "grid_building", "key": "w3"}}, 404),
        ("lead", {"right": {"source": "no'table", "key": "1"}}, 422),
        ("lead", {"right": PAIR["left"]}, 400),
        ("lead", {"decision": "maybe"}, 422),
        ("lead", {"decision": "open"}, 404),
        ("lead", {"reason": ""}, 400),
    ],
)
def test_a_pair_that_may_not_be_decided(shared_office: Office, user: str, change: dict[str, Any], status: int) -> None:
    assert shared_office.post(user, "/persons/decisions", SAME | change).status_code == status
    assert shared_office.decision_count == 0


def test_one_row_in_her_areas_is_not_enough(office: Office) -> None:
    office.casebook.add_users([NewUser("west_lead", PASSWORD, "grid_lead", (HERE,))])
    body = SAME | {"left": {"source": "resident", "key": "1"}, "right": {"source": "resident", "key": "2"}}
    assert office.post("west_lead", "/persons/decisions", body).status_code == 404
    assert office.post("lead", "/persons/decisions", body).status_code == 201
