"""Search, household file, dwelling file: what a grid worker gets, and what she does not."""

import pytest
from fastapi.testclient import TestClient

from tests.api.city import ID_NO, LANDLINE, PHONE, key


def search(client: TestClient, headers: dict[str, str], q: str, **more: object) -> dict:
    answer = client.post("/v1/households/search", json={"q": q, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("q", "matched"),
    [
        ("王小明", ["name"]),
        ("小明", ["name"]),
        ("3号楼2单元501室", ["address"]),
        ("３号楼２单元５０１", ["address"]),
        ("3-2-501", ["address"]),
        ("3栋2门501", ["address"]),
        ("西院3-2-501", ["address"]),
        ("西苑三号楼", ["address"]),
        ("001X", ["id_no"]),
        ("1234", ["phone"]),
        (ID_NO, ["id_no"]),
        (ID_NO.lower(), ["id_no"]),
        (ID_NO[:6] + ID_NO[8:17], ["id_no"]),  # as it was written before 1999
        (LANDLINE, ["phone"]),
        (f"({LANDLINE[:4]}){LANDLINE[4:]}", ["phone"]),
        (f"{LANDLINE[:4]}-{LANDLINE[4:]}", ["phone"]),
        (f"+86 {PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}", ["phone"]),
    ],
)
def test_search_finds_the_household(client, as_user, q, matched) -> None:
    found = search(client, as_user("worker"), q)
    assert [item["household_id"] for item in found["items"]] == [key("h1")]
    item = found["items"][0]
    assert item["matched"] == matched
    assert (item["head_name"], item["member_count"], item["open_findings"]) == ("王小明", 2, 1)
    assert item["address"].endswith("柳港园西院3号楼2单元501室")
    assert found["release"] == "r1"


@pytest.mark.parametrize("q", ["李雷", "赵远", "孙无", "13-2-501", "%", "_", "'; drop table person; --"])
def test_search_does_not_leave_the_grid(client, as_user, q) -> None:
    assert search(client, as_user("worker"), q)["items"] == []


def test_search_tells_a_dwelling_with_nobody_registered(client, as_user) -> None:
    item = search(client, as_user("worker"), "3-2-502")["items"][0]
    assert (item["household_id"], item["dwelling_id"], item["head_name"]) == (None, key("d4"), None)


@pytest.mark.parametrize("q", [PHONE[4:], PHONE[-5:], ID_NO[-6:], ID_NO[:17], "13501", "西院3501", "西院3号楼10501室"])
def test_a_piece_of_a_number_finds_nothing_rather_than_something_else(client, as_user, q) -> None:
    found = search(client, as_user("worker"), q)
    assert found["items"] == []
    assert bool(found["hint"]) == q.isascii()


@pytest.mark.parametrize(
    ("user", "what_instead"), [("supervisor", "a full ID number or phone"), ("analyst", "/v1/tables")]
)
@pytest.mark.parametrize("q", ["王小明", "柳港园", "西院3-2-501", "501室"])
def test_a_refused_search_says_what_to_search_by(client, as_user, user, what_instead, q) -> None:
    answer = client.post("/v1/households/search", json={"q": q}, headers=as_user(user))
    assert answer.status_code == 403
    assert what_instead in answer.json()["remedy"]
    assert q not in answer.text


def test_a_supervisor_searches_by_numbers(client, as_user) -> None:
    for q in (ID_NO, PHONE, "001X", "1234"):
        found = search(client, as_user("supervisor"), q)["items"]
        assert [(item["household_id"], item["head_name"]) for item in found] == [(key("h1"), "王**")]


def test_search_pages_without_gap_or_overlap(client, as_user) -> None:
    whole = search(client, as_user("worker"), "柳港园")["items"]
    first = search(client, as_user("worker"), "柳港园", limit=1)
    second = search(client, as_user("worker"), "柳港园", limit=1, cursor=first["next_cursor"])
    assert len(whole) == 2
    assert first["items"] + second["items"] == whole
    assert second["next_cursor"] is None


def test_who_may_not_see_names_may_not_search_by_them(client, as_user) -> None:
    answer = client.post("/v1/households/search", json={"q": ID_NO}, headers=as_user("analyst"))
    assert answer.status_code == 403
    assert ID_NO not in answer.text


def test_household_file(client, as_user) -> None:
    file = client.get(f"/v1/households/{key('h1')}", headers=as_user("worker")).json()
    assert file["household"]["household_no"] == "h1"
    assert file["dwelling"]["standard_address"].endswith("501室")
    assert file["dwelling"]["occupancy_label"] == "自住"
    who = [(m["name"], m["relation_to_head_label"], m["lives_here"], m["registered_here"]) for m in file["members"]]
    assert who == [("王小明", "户主", True, True), ("王小红", "配偶", False, True), ("王老", "父母", False, False)]
    assert file["titles"][0]["holder_name"] == "王小明"
    assert file["tickets"][0]["request_class_label"] == "供暖"
    assert file["findings"][0]["evidence"] == {"hukou": "西院", "living": "东院"}
    sides = {a["attribute"]: a for a in file["attributes"]}
    assert [(v["source"], v["value"]) for v in sides["living_address"]["values"]] == [
        ("hotline", "东院13-2-501"),
        ("resident", "西院3-2-501"),
    ]
    said = {"source", "source_label", "value", "shown", "why", "why_label", "claimed_on", "delivery_id", "row_no"}
    assert sides["living_address"]["values"][0].keys() == said
    assert file["release"] == "r1"


@pytest.mark.parametrize(
    ("attribute", "agree"),
    [
        ("name", True),
        ("living_address", False),
        ("phone", False),  # one hidden digit differs, the masked forms do not
        ("id_no", True),  # one number, masked from two spellings
        ("occupancy", False),  # what the door showed is a source as any other
        ("title_holder", None),  # two owners named by one office: nobody to agree with
    ],
)
def test_sources_agree_when_each_says_the_same(client, as_user, attribute, agree) -> None:
    file = client.get(f"/v1/households/{key('h1')}", headers=as_user("worker")).json()
    assert {a["attribute"]: a["agree"] for a in file["attributes"]}[attribute] is agree
    masked = client.get(f"/v1/households/{key('h1')}", headers=as_user("supervisor")).json()
    assert {a["agree"] for a in masked["attributes"]} == {None}
    assert "_number" not in str(file)


@pytest.mark.parametrize("user", ["worker", "supervisor"])
def test_every_value_says_why_it_is_shown_and_whose_matter_it_is(client, as_user, user) -> None:
    """Also to who sees no values: which rule decided tells nothing about a person."""
    file = client.get(f"/v1/households/{key('h1')}", headers=as_user(user)).json()
    sides = {a["attribute"]: a for a in file["attributes"]}
    assert [(v["source_label"], v["shown"], v["why"], v["why_label"]) for v in sides["living_address"]["values"]] == [
        ("12345热线", False, "outranked", "来源不及所示者权威"),
        ("人口登记", True, "authority", "来源更权威"),
    ]
    assert {name: (a["authority"], a["authority_label"]) for name, a in sides.items()} == {
        **dict.fromkeys(("name", "phone", "id_no", "living_address"), ("resident", "人口登记")),
        **dict.fromkeys(("title_holder", "occupancy"), ("property", "不动产登记")),
    }
    assert [(v["source_label"], v["shown"], v["why_label"]) for v in sides["occupancy"]["values"]] == [
        ("上门核实", True, "最新"),
        ("不动产登记", False, "较旧"),
    ]
    assert [v["why_label"] for v in sides["title_holder"]["values"]] == ["并列有效", "并列有效"]


@pytest.mark.parametrize(("user", "household_no"), [("lead", "h1"), ("next_worker", None)])
def test_who_only_lives_here_has_no_relation_to_this_head(client, as_user, user, household_no) -> None:
    """She is the spouse of a head next door; to the head of this home she is nothing."""
    file = client.get(f"/v1/dwellings/{key('d2')}", headers=as_user(user)).json()
    who = {m["name"]: (m["relation_to_head_label"], m["household_id"], m["household_no"]) for m in file["members"]}
    assert who == {"李雷": ("户主", key("h2"), "h2"), "王小红": (None, key("h1"), household_no)}


def test_dwelling_file(client, as_user) -> None:
    file = client.get(f"/v1/dwellings/{key('d2')}", headers=as_user("supervisor")).json()
    assert [h["household_no"] for h in file["households"]] == ["h2"]
    living = {(m["name"], m["lives_here"], m["registered_here"]) for m in file["members"]}
    assert living == {("李**", True, True), ("王**", True, False)}


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/households/{key('h2')}",
        f"/v1/households/{key('nobody')}",
        f"/v1/dwellings/{key('d2')}",
        f"/v1/findings/{key('f2')}",
    ],
)
def test_out_of_scope_looks_like_unknown(client, as_user, path) -> None:
    answer = client.get(path, headers=as_user("worker"))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert key("h2") not in answer.text
    assert answer.headers["X-Release"] == "r1"


def test_no_raw_number_is_in_any_file(client, as_user) -> None:
    text = client.get(f"/v1/households/{key('h1')}", headers=as_user("worker")).text
    assert "_token" not in text
    assert "9900**********001X" in text


def test_a_finding_says_whom_to_ask_where_and_leads_only_where_one_may_go(client, as_user) -> None:
    found = client.get("/v1/findings", headers=as_user("worker")).json()["items"]
    assert [item["person_name"] for item in found] == ["王小明"]
    assert all(item["address"] for item in found if item["dwelling_id"])
    for item in found:
        for kind in ("household", "dwelling"):
            if item[f"{kind}_id"]:
                path = f"/v1/{kind}s/{item[f'{kind}_id']}"
                assert client.get(path, headers=as_user("worker")).status_code == 200
