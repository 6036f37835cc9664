"""Forms filled over HTTP: whose rows, whose masks, which office and day, what is left open and why, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from tests.api.city import FAR, HERE, NEXT, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.conftest import USERS, login_headers
from tests.api.document import DocumentedClient
from tests.pipelines.workbooks import cells, comments, fills, formulas
from warehouse.casebook.casebook import open_casebook
from warehouse.settings import Settings

pytestmark = pytest.mark.slow

SHEET, YELLOW, GREY = "报表", "FFFFEB9C", "FFD9D9D9"
FORMULA = '=HYPERLINK("http://x.example","h")'
FORM = """title: {0}
office: 社区
legal_basis: 某条例
purpose: door_service
since: 2026-11-20
rows: household
{1}
cells:
  - name: it
    label: 数
    sql: {2}
    from: [household.household_no]
"""
PERSONS = """title: 人员现住表
office: 社区
legal_basis: 某条例
purpose: door_service
since: 2026-11-20
rows: person
where: person.status = 'active'
cells:
  - {name: name, label: 姓名, sql: person.name, from: [person.name]}
  - name: home
    label: 现住址
    sql: (select d.standard_address from dwelling d where d.dwelling_id = person.dwelling_id)
    from: [person.dwelling_id]
  - {name: status, label: 状态, sql: person.status, from: [person.status]}
"""
OWN = {
    "persons": PERSONS,
    "converting": FORM.format("转换", "", "cast(household.household_no as bigint)"),
    "unknown": FORM.format("无此列", "", "household.head_name || household.household_no"),
    "by_name": FORM.format(
        "按姓名",
        "where: (select max(p.name) from person p where p.person_id = household.head_person_id) is not null",
        "upper(household.household_no)",
    ),
}


def occupancy(home: str, value: str, source: str, shown: bool) -> dict[str, Any]:
    said = {"entity": "dwelling", "entity_id": key(home), "attribute": "occupancy", "value": value, "source": source}
    return said | {"shown": shown, "claimed_on": date(2026, 9, 1 if source == "property" else 9), "grid_code": HERE}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = settings_in(tmp_path_factory.mktemp("forms"))
    rows = small_city(settings)
    rows["release"] = [{"release_id": "r1", "known_on": date(2026, 11, 22)}]
    rows["delivery"] = [{"delivery_id": "d1", "source": "resident", "delivered_on": date(2026, 11, 20)}]
    rows["area"] += [{"area_code": code, "name": code[-3:], "level": "grid"} for code in (HERE, NEXT, FAR)]
    rows["claim"] += [
        occupancy("d1", "owner_occupied", "property", False),
        occupancy("d4", "owner_occupied", "property", True),
        occupancy("d4", "vacant", "hotline", False),
    ]
    rows["household"][2]["household_no"] = FORMULA
    write_release(settings, "r1", rows)
    point_to(settings, "r1")
    settings.forms.mkdir()
    for name, text in OWN.items():
        (settings.forms / f"{name}.yaml").write_text(text, encoding="utf-8")
    with open_casebook(settings) as casebook:
        casebook.add_users(USERS)
    return settings


@pytest.fixture(scope="module")
def client(city: Settings) -> Iterator[DocumentedClient]:
    with DocumentedClient(create_app(city)) as client:
        yield client


@pytest.fixture(scope="module")
def as_user(client: DocumentedClient) -> Callable[[str], dict[str, str]]:
    return login_headers(client)


@pytest.fixture
def fill(client: DocumentedClient, as_user: Callable[[str], dict[str, str]], tmp_path: Path) -> Callable[..., Path]:
    """Fills a form as a user; the workbook."""

    def filled(name: str, user: str, **query: str) -> Path:
        answer = client.get(f"/v1/forms/{name}/filled", params=query, headers=as_user(user))
        assert answer.status_code == 200, answer.text
        path = tmp_path / "form.xlsx"
        path.write_bytes(answer.content)
        return path

    return filled


def column(path: Path, letter: str) -> list[str | None]:
    """What stands in a column of the form, below its heading."""
    found = cells(path, SHEET)
    last = max(int(at.lstrip("ABCDEFGHIJ")) for at in cells(path, "来源"))
    return [found.get(f"{letter}{row}") for row in range(4, last + 1)]


def test_a_household_is_filled_and_only_what_is_doubtful_is_open(fill: Callable[..., Path]) -> None:
    path = fill("household_registration", "worker")
    found, source, why = cells(path, SHEET), cells(path, "来源"), comments(path, SHEET)
    heading = {at: label for at, label in found.items() if at.endswith("3")}
    assert heading == {at: label for at, label in source.items() if at.endswith("3")}
    assert {heading[f"{at[0]}3"]: value for at, value in found.items() if at.endswith("4")} == {
        "户号": "h1",
        "户主姓名": "王小明",
        "户主性别": "男性",
        "户主出生日期": "29358",  # 1980-05-17
        "户主证件号（掩码）": "9900**********001X",
        "联系电话（掩码）": "154****1234",
        "户籍人数": "2",
    }
    assert {heading[f"{at[0]}3"]: text for at, text in why.items()} == {
        "户籍房屋地址": f"疑点：人户分离（{key('f1')}）",
        "现住人数": f"疑点：人户分离（{key('f1')}）",
    }
    assert fills(path, SHEET).items() >= {"G4": YELLOW, "I4": YELLOW}.items()
    assert (source["A4"], source["B4"], source["D4"]) == (
        "人口登记 2026-11-20",
        "人口登记 2026-11-01",
        "人口登记 2026-11-20",
    )
    assert source["I4"].startswith("人口登记、")
    assert "12345热线 2026-11-22；疑点" in source["I4"]
    about = cells(path, "说明")
    assert {"worker", "r1", "door_service", "社区居民委员会"} <= set(about.values())


def test_a_finding_about_one_member_leaves_the_others_filled(fill: Callable[..., Path]) -> None:
    path = fill("persons", "lead")
    homes = dict(zip(column(path, "A"), column(path, "B"), strict=True))
    assert homes.keys() == {"王小明", "王小红", "李雷"}
    # f1 is about 王小明, f2 about all of 李雷's household; 王小红 lives in his home and is registered in the other's
    assert {name for name, home in homes.items() if home is None} == {"王小明", "李雷"}
    source = cells(path, "来源")
    of_her = next(at[1:] for at, name in cells(path, SHEET).items() if name == "王小红")
    assert source[f"C{of_her}"] == "人口登记 2026-11-01"  # the day of her own row


def test_whom_somebody_asked_at_the_door_settles_it(fill: Callable[..., Path]) -> None:
    path = fill("dwelling_use", "worker")
    assert column(path, "C") == ["自住", None]  # d1 as `dwelling` shows it; of d4 two offices say two things
    assert comments(path, SHEET)["C5"] == "来源说法不一致：12345热线、不动产登记"
    assert cells(path, "来源")["C4"] == "上门核实 2026-11-20"  # the newest look at it


@pytest.mark.parametrize(
    ("user", "query", "households", "people"),
    [
        ("worker", {}, ["h1"], {HERE: "1"}),
        ("lead", {}, ["h1", "h2"], {HERE: "1", NEXT: "2"}),
        ("lead", {"grid_code": NEXT}, ["h2"], {NEXT: "2"}),
        ("far_worker", {}, [FORMULA], {FAR: "1"}),
        ("analyst", {}, ["h1", "h2", FORMULA], {HERE: "1", NEXT: "2", FAR: "1"}),
    ],
)  # fmt: skip
def test_rows_and_counts_are_of_her_areas(
    fill: Callable[..., Path], user: str, query: dict[str, str], households: list[str], people: dict[str, str]
) -> None:
    assert sorted(map(str, column(fill("household_registration", user, **query), "A"))) == sorted(households)
    path = fill("grid_population", user, **query)
    assert dict(zip(column(path, "A"), column(path, "F"), strict=True)) == people
    assert formulas(path) == 0


def test_a_supervisor_gets_masks_and_no_count_of_what_is_masked(fill: Callable[..., Path]) -> None:
    path = fill("household_registration", "supervisor")
    assert set(column(path, "B")) == {"王**", "李**"}
    assert set(column(path, "C")) == {None}
    assert fills(path, SHEET)["C4"] == GREY
    path = fill("grid_population", "supervisor")
    assert column(path, "F") == ["1", "2"]
    assert column(path, "I") == [None, None]
    assert "出生日期：本角色只见掩码，不能据此计算" in comments(path, SHEET).values()


def test_a_text_is_never_a_formula(fill: Callable[..., Path]) -> None:
    path = fill("household_registration", "far_worker")
    assert column(path, "A") == [FORMULA]
    assert formulas(path) == 0


@pytest.mark.parametrize("user", ["admin", "office", "nowhere"])
def test_a_form_that_a_role_may_not_read_is_not_there(
    client: DocumentedClient, as_user: Callable[[str], dict[str, str]], user: str
) -> None:
    headers = as_user(user)
    assert client.get("/v1/forms", headers=headers).json()["items"] == []
    for path in ("/v1/forms/grid_population", "/v1/forms/grid_population/filled"):
        assert client.get(path, headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("user", "form", "query", "status", "says"),
    [
        ("worker", "no_such_form", {}, 404, "no such form"),
        ("worker", "household_registration", {"grid_code": NEXT}, 404, "no such grid"),
        ("worker", "household_registration", {"grid_code": "1' or true --"}, 422, "not as expected"),
        ("worker", "converting", {}, 422, "cell it: the SQL fails on these rows (ConversionException)"),
        ("worker", "unknown", {}, 422, "cell it: the SQL does not fit"),
        ("supervisor", "by_name", {}, 403, "column name is not shown to you in full"),
    ],
)  # fmt: skip
def test_what_cannot_be_filled_is_told(
    client: DocumentedClient,
    as_user: Callable[[str], dict[str, str]],
    user: str,
    form: str,
    query: dict[str, str],
    status: int,
    says: str,
) -> None:
    answer = client.get(f"/v1/forms/{form}/filled", params=query, headers=as_user(user))
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert "h1" not in answer.text


def test_the_list_has_every_form_and_what_is_wrong_with_a_broken_one(
    client: DocumentedClient, as_user: Callable[[str], dict[str, str]]
) -> None:
    answer = client.get("/v1/forms", headers=as_user("worker")).json()
    assert {f["name"] for f in answer["items"]} >= {"grid_population", "household_registration", "dwelling_use"}
    assert [b["name"] for b in answer["broken"]] == ["unknown"]
    form = client.get("/v1/forms/dwelling_use", headers=as_user("worker")).json()
    assert form["cells"][2] == {"name": "occupancy", "label": "使用状态", "taken_from": ["dwelling.occupancy"]}


def test_a_form_of_too_many_rows_is_refused(city: Settings) -> None:
    with DocumentedClient(create_app(city.model_copy(update={"form_rows": 1}))) as client:
        token = client.post("/v1/login", json={"username": "lead", "password": PASSWORD}).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.get("/v1/forms/household_registration/filled", headers=headers)
        assert (answer.status_code, answer.json()["remedy"]) == (413, "fill it grid by grid (grid_code)")
        one = client.get("/v1/forms/household_registration/filled", params={"grid_code": NEXT}, headers=headers)
        assert one.status_code == 200


def test_a_new_file_is_a_new_form_without_a_restart(
    client: DocumentedClient, as_user: Callable[[str], dict[str, str]], city: Settings
) -> None:
    path = city.forms / "later.yaml"
    assert client.get("/v1/forms/later", headers=as_user("worker")).status_code == 404
    path.write_text(FORM.format("后来", "", "lower(household.household_no)"), encoding="utf-8")
    assert client.get("/v1/forms/later", headers=as_user("worker")).status_code == 200
    path.unlink()
