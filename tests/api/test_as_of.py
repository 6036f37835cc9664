"""`?as_of=` and `&known=`: a home as it was on a day, as it was known on a day, through the same gate as the present."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from api.app import create_app
from tests.api.city import FAR, HERE, PASSWORD, key, point_to, settings_in, small_city, write_release
from tests.api.conftest import USERS
from tests.api.document import DocumentedClient
from warehouse.casebook.casebook import open_casebook

FIRST, SECOND = date(2026, 1, 31), date(2026, 2, 28)
MOVED, SOLD = date(2026, 2, 10), date(2026, 2, 15)
Row = dict[str, Any]
FACT: Row = {"grid_code": HERE, "known_from": FIRST}


def member(who: str, relation: str, **row: Any) -> Row:
    ids = {"person_id": key(who), "name": who, "household_id": key("h1"), "household_no": "h1"}
    return FACT | ids | {"relation_to_head": relation} | row


def residence(who: str, kind: str, home: str, **row: Any) -> Row:
    ids = {"person_id": key(who), "household_id": key("h1"), "dwelling_id": key(home), "kind": kind}
    return FACT | ids | {"relation_to_head": "02"} | row


def title(no: str, holder: str, **row: Any) -> Row:
    return {
        "title_no": no,
        "dwelling_id": key("d1"),
        "holder_name": holder,
        "grid_code": HERE,
        "known_from": FIRST,
    } | row


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentedClient]:
    """王小明 moves from d4 to d1 in February and 王小红 marries in; 王老 held d1 and sold it. 赵远 is far away."""
    settings = settings_in(tmp_path_factory.mktemp("home"))
    moved = {"valid_to": MOVED, "known_from": SECOND}
    city = small_city(settings) | {
        "membership": [member("王小明", "02"), member("王小红", "10", valid_from=MOVED, known_from=SECOND)],
        "membership_history": [],
        "residence": [
            residence("王小明", "hukou", "d1", valid_from=MOVED, known_from=SECOND),
            residence("王小明", "living", "d1", valid_from=MOVED, known_from=SECOND),
            residence("王小红", "living", "d1", valid_from=MOVED, known_from=SECOND),
            residence("王小明", "hukou", "d4", **moved),
            residence("王小明", "living", "d4", valid_from=date(2020, 5, 1), **moved),
            residence("赵远", "hukou", "d3", household_id=key("h3"), grid_code=FAR),
        ],
        "residence_history": [
            residence("王小明", "hukou", "d4", known_to=SECOND),
            residence("王小明", "living", "d4", valid_from=date(2020, 5, 1), known_to=SECOND),
        ],
        "title": [
            title("t1", "王老", valid_to=SOLD, known_from=SECOND),
            title("t2", "王小明", valid_from=SOLD, known_from=SECOND),
        ],
        "title_history": [title("t1", "王老", known_to=SECOND)],
        "release": [
            {"release_id": "r0", "built_at": datetime(2026, 1, 31, 17, 30), "known_on": FIRST},
            {"release_id": "r1", "built_at": datetime(2026, 2, 28, 17, 30), "known_on": SECOND},
        ],
    }
    write_release(settings, "r1", city)
    point_to(settings, "r1")
    with open_casebook(settings) as casebook:
        casebook.add_users(USERS)
    with DocumentedClient(create_app(settings)) as opened:
        yield opened


def get_as(client: DocumentedClient, user: str, path: str) -> tuple[int, Row]:
    login = client.post("/v1/login", json={"username": user, "password": PASSWORD}).json()
    answer = client.get(path, headers={"Authorization": f"Bearer {login['access_token']}"})
    return answer.status_code, answer.json()


@pytest.fixture(scope="module")
def household(client: DocumentedClient) -> Any:
    """The file of household h1 as the worker of its grid gets it."""
    login = client.post("/v1/login", json={"username": "worker", "password": PASSWORD}).json()
    headers = {"Authorization": f"Bearer {login['access_token']}"}

    def file(as_of: str, known: str | None = None) -> Row:
        params = {"as_of": as_of} | ({"known": known} if known else {})
        answer = client.get(f"/v1/households/{key('h1')}", params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return file


def summary(file: Row) -> tuple[list[str], str | None, list[str]]:
    """The names of its members, the home where it is registered, and the holders of that home."""
    members = sorted(m["name"] for m in file["members"])
    home = file["dwelling"]["dwelling_id"] if file["dwelling"] else None
    return members, {key("d1"): "d1", key("d4"): "d4", None: None}[home], [t["holder_name"] for t in file["titles"]]


@pytest.mark.parametrize(
    ("as_of", "known", "expected"),
    [
        ("2026-02-01", None, (["王小明"], "d4", [])),
        ("2026-02-20", None, (["王小明"], "d4", [])),  # the move was not known yet
        ("2026-02-20", "2026-02-28", (["王小明", "王小红"], "d1", ["王小明"])),
        ("2026-02-09", "2026-02-28", (["王小明"], "d4", [])),
        ("2026-02-12", "2026-02-28", (["王小明", "王小红"], "d1", ["王老"])),  # moved in before he bought it
    ],
)
def test_a_household_of_a_day(household: Any, as_of: str, known: str | None, expected: tuple[object, ...]) -> None:
    file = household(as_of, known)
    assert summary(file) == expected
    assert (file["as_of"], file["known"], file["release"]) == (as_of, known or as_of, "r1")
    assert file["hint"] is None
    assert file["household"]["household_no"] == "h1"


def test_members_are_shown_as_people_read_them(household: Any) -> None:
    [head, spouse] = household("2026-02-28")["members"]
    assert (head["name"], head["relation_to_head_label"]) == ("王小明", "户主")
    assert (head["lives_here"], head["registered_here"]) == (True, True)
    assert (spouse["relation_to_head_label"], spouse["registered_here"]) == ("配偶", False)


@pytest.mark.parametrize(
    ("known", "release"),
    [("2026-01-31", None), ("2026-02-01", "r0"), ("2026-02-28", "r0"), ("2026-03-01", "r1"), ("2030-01-01", "r1")],
)
def test_the_release_that_served_then_is_named(household: Any, known: str, release: str | None) -> None:
    """A night at half past one in Shanghai serves its own day."""
    assert household("2026-01-31", known)["release_then"] == release


@pytest.mark.parametrize(
    ("as_of", "known", "hint"),
    [
        ("2026-01-30", None, "nothing was known of it on 2026-01-30; the first file that names it is of 2026-01-31"),
        ("2027-01-01", None, "the newest data is of 2026-02-28: of days after it only what was said before is told"),
    ],
)
def test_a_day_of_which_little_is_known_says_so(household: Any, as_of: str, known: str | None, hint: str) -> None:
    file = household(as_of, known)
    assert file["hint"] == hint
    assert bool(file["members"]) == (as_of > "2026-01-30")


@pytest.mark.parametrize(
    "question",
    [
        "as_of=yesterday",
        "as_of=20260201",
        "as_of=2026-02-30",
        "as_of=2026-02-01&known=x",
        "known=2026-02-01",
        "as_of=0001-01-01",
    ],
)
@pytest.mark.parametrize("kind", ["households", "dwellings"])
def test_what_is_no_day_is_told(client: DocumentedClient, question: str, kind: str) -> None:
    status, problem = get_as(client, "worker", f"/v1/{kind}/{key('h1')}?{question}")
    assert status == 400
    assert problem["remedy"]


def test_a_dwelling_of_a_day(client: DocumentedClient) -> None:
    def dwelling_on(day: str) -> tuple[list[tuple[str, bool, bool]], list[str], list[str]]:
        status, file = get_as(client, "worker", f"/v1/dwellings/{key('d1')}?as_of={day}&known=2026-02-28")
        assert status == 200, file
        members = [(m["name"], m["lives_here"], m["registered_here"]) for m in file["members"]]
        return (
            sorted(members),
            [h["household_no"] for h in file["households"]],
            [t["holder_name"] for t in file["titles"]],
        )

    assert dwelling_on("2026-02-01") == ([], [], ["王老"])
    assert dwelling_on("2026-02-20") == ([("王小明", True, True), ("王小红", True, False)], ["h1"], ["王小明"])


def test_an_empty_home_says_why_it_is(client: DocumentedClient) -> None:
    _, file = get_as(client, "worker", f"/v1/dwellings/{key('d4')}?as_of=2026-02-20&known=2026-02-28")
    assert (file["members"], file["titles"]) == ([], [])
    assert file["hint"] == "nobody was registered, lived or held a title here, as far as was known"


@pytest.mark.parametrize(
    ("user", "path", "status"),
    [
        ("next_worker", f"/v1/households/{key('h1')}", 404),  # another's grid
        ("worker", f"/v1/households/{key('h3')}", 404),
        ("worker", f"/v1/dwellings/{key('d3')}", 404),
        ("worker", f"/v1/households/{key('nobody')}", 404),
        ("admin", f"/v1/households/{key('h1')}", 404),
        ("supervisor", f"/v1/households/{key('h1')}", 403),  # sees years only: a day would tell the dates
        ("analyst", f"/v1/dwellings/{key('d1')}", 403),
    ],
)
def test_the_past_is_behind_the_same_gate(client: DocumentedClient, user: str, path: str, status: int) -> None:
    found, problem = get_as(client, user, f"{path}?as_of=2026-02-20")
    assert found == status
    assert "王" not in str(problem)


def test_without_a_day_it_is_the_present(client: DocumentedClient) -> None:
    status, file = get_as(client, "worker", f"/v1/households/{key('h1')}")
    assert status == 200
    assert "findings" in file
    assert "as_of" not in file
