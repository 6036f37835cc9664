"""Rows of one person in the city: rows that link, pairs left to a human, and rows that are never merged."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.pipelines.linkage.persons import BIRTH, Persons, find, resident, ticket, title

pytestmark = pytest.mark.slow

HOME, PHONE = "d-home", "p-home"
WANG = resident("r1", "王建国", "wang", phone_token=PHONE, dwelling_id=HOME)


@pytest.mark.parametrize("status", ["ok", "old_15", "birth_mismatch", "sex_mismatch"])
def test_a_number_that_is_right_names_its_person(tmp_path: Path, status: str) -> None:
    rows = [WANG, resident("r2", "王建国", "wang", id_no_status=status)]
    found = find(
        tmp_path, rows, [title("p1", "王建国", "wang"), title("p2", "王建国", "wang", holder_id_no_status="old_15")]
    )
    assert found.same("r1", "r2", "p1", "p2")
    assert {found.link[key]["rule"] for key in ("r1", "r2", "p1", "p2")} == {"id_no"}


@pytest.mark.parametrize("status", ["check_digit", "area", "birth_date", "length", "characters", "precision_lost"])
def test_a_number_that_is_wrong_names_nobody(tmp_path: Path, status: str) -> None:
    one = resident("r1", "王建国", "wang", id_no_status=status)
    found = find(tmp_path, [one], [title("p1", "李四光", "wang", holder_id_no_status=status)])
    assert found.link["r1"]["rule"] == "record"
    assert found.person("p1") is None


# name, telephone, home of a ticket. All of them are tickets of one night, so no two give the same strange telephone.
LINKED = {
    "full name and phone": ("王建国", PHONE, None),
    "full name and home": ("王建国", None, HOME),
    "full name and home, another phone": ("王建国", "p-a", HOME),
    "title and home, another phone": ("王先生", "p-b", HOME),
    "title and home": ("王先生", None, HOME),
    "title and phone": ("王先生", PHONE, None),
    "a character that sounds the same": ("王建帼", PHONE, HOME),
    "written with blanks": ("王建国先生", PHONE, HOME),
}
DOUBTED = {
    "phone and home, no name": (None, PHONE, HOME),
    "phone alone": (None, PHONE, None),
    "surname that sounds the same": ("汪建国", None, HOME),
    "one other character": ("王建军", PHONE, HOME),
}
LEFT = {
    "name alone": ("王建国", None, None),
    "home alone": (None, None, HOME),
    "another person at home": ("张三丰", None, HOME),
    "nothing": (None, None, None),
    "a place nobody knows": ("王建国", "p-nobody", "d-nobody"),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Persons:
    tickets = [ticket(case, *told) for case, told in (LINKED | DOUBTED | LEFT).items()]
    return find(tmp_path_factory.mktemp("night"), [WANG], tickets=tickets)


@pytest.mark.parametrize("case", LINKED)
def test_a_requester_is_linked_where_the_evidence_is_enough(night: Persons, case: str) -> None:
    assert night.same("r1", case)
    link = night.link[case]
    assert link["rule"] == "evidence"
    assert link["confidence"] >= 0.95
    assert "王" not in link["reasons"]


@pytest.mark.parametrize("case", DOUBTED)
def test_a_doubt_is_shown_and_not_merged(night: Persons, case: str) -> None:
    assert night.person(case) is None
    assert night.doubts(case) == 1
    [pair] = [p for p in night.pair if p["left_key"] == case]
    assert (pair["right_key"], pair["person_id"]) == ("r1", night.person("r1"))


@pytest.mark.parametrize("case", LEFT)
def test_too_little_is_neither_linked_nor_shown(night: Persons, case: str) -> None:
    assert night.person(case) is None
    assert not night.doubts(case)


def test_two_of_one_name_stay_two(tmp_path: Path) -> None:
    other = resident("r2", "王建国", "other", phone_token="p-2", dwelling_id="d-2")
    found = find(tmp_path, [WANG, other], tickets=[ticket("k1", "王建国", PHONE), ticket("k2", "王建国", None, "d-2")])
    assert found.same("r1", "k1")
    assert found.same("r2", "k2")
    assert not found.same("r1", "r2")


def test_two_of_one_name_birth_date_and_home_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    twin = resident("r2", "王建国", "other", phone_token=PHONE, dwelling_id=HOME)
    found = find(tmp_path, [WANG, twin], tickets=[ticket("k", "王建国", PHONE, HOME)])
    assert not found.same("r1", "r2")
    assert found.person("k") is None
    assert found.doubts("k") == 2


@pytest.mark.parametrize("status", ["length", "prefix", "characters", "service", "missing"])
def test_a_telephone_that_is_none_links_nobody(tmp_path: Path, status: str) -> None:
    one = WANG | {"phone_status": status, "dwelling_id": None}
    found = find(tmp_path, [one], tickets=[ticket("k", "王建国", PHONE) | {"requester_phone_status": status}])
    assert found.person("k") is None
    assert not found.doubts("k")


def test_a_family_phone_without_a_name_is_a_doubt_between_its_members(tmp_path: Path) -> None:
    wife = resident("r2", "李秀英", "li", sex="2", phone_token=PHONE, dwelling_id=HOME, household_no="h-r1")
    found = find(tmp_path, [WANG, wife], tickets=[ticket("k1", None, PHONE, HOME), ticket("k2", "李女士", PHONE)])
    assert found.doubts("k1") == 2
    assert found.same("r2", "k2")


def test_a_title_that_fits_father_and_son_is_a_doubt(tmp_path: Path) -> None:
    son = resident("r2", "王海峰", "son", dwelling_id=HOME, household_no="h-r1", birth_date=date(2004, 1, 1))
    found = find(tmp_path, [WANG, son], tickets=[ticket("k", "王先生", None, HOME)])
    assert found.person("k") is None
    assert found.doubts("k") == 2


def test_an_agencys_phone_identifies_nobody(tmp_path: Path) -> None:
    calls = [ticket(f"k{n}", f"{surname}{given}", PHONE) for n, (surname, given) in enumerate(
        (s, g) for s in "赵钱孙李周吴" for g in ("一鸣", "二虎", "三多", "四喜", "五福"))]  # fmt: skip
    found = find(
        tmp_path, [WANG], tickets=[*calls, ticket("k", "王先生", PHONE), ticket("mine", "王建国", PHONE, HOME)]
    )
    assert found.person("k") is None
    assert found.same("r1", "mine")


def test_a_phone_is_learned_from_a_call_that_gave_name_and_home(tmp_path: Path) -> None:
    calls = [ticket("k1", "王建国", "p-new", HOME), ticket("k2", "王先生", "p-new")]
    assert find(tmp_path, [WANG], tickets=calls).same("r1", "k1", "k2")
    assert find(tmp_path / "alone", [WANG], tickets=calls[1:]).person("k2") is None


@pytest.mark.parametrize(("name", "born", "one"), [
    ("王建国", BIRTH, True), ("王建帼", BIRTH, True), ("王建中", BIRTH, True), ("李四光", BIRTH, True),
    ("李四光", date(1991, 1, 1), False), ("王秀英", date(1991, 1, 1), False), ("王建军", date(1991, 1, 1), False),
])  # fmt: skip
def test_an_id_number_used_by_two_people_does_not_merge_them(tmp_path: Path, name: str, born: date, one: bool) -> None:
    """The number confirms the first row's birth date; a row that shares neither name nor birth is somebody else's."""
    found = find(tmp_path, [WANG, resident("r2", name, "wang", birth_date=born, id_no_status="birth_mismatch")])
    assert found.same("r1", "r2") is one
    assert found.doubts("r2") == (0 if one else 1)


def test_a_title_under_a_relatives_number_is_nobodys_until_a_human_says_so(tmp_path: Path) -> None:
    found = find(tmp_path, [WANG], [title("p1", "李四光", "wang")])
    assert found.person("p1") is None
    assert found.doubts("p1") == 1


def test_a_title_under_a_number_is_its_persons_if_one_character_of_the_given_name_is_wrong(tmp_path: Path) -> None:
    names = {"王建军": True, "王爱国": True, "王军建": False, "李建国": False, "王建": False}
    found = find(tmp_path, [WANG], [title(name, name, "wang") for name in names])
    assert {name: found.same("r1", name) for name in names} == names
    assert {name: found.doubts(name) == 0 for name in names} == names


def test_twins_are_two(tmp_path: Path) -> None:
    twins = [
        resident("r1", "王佳怡", "one", household_no="h", dwelling_id=HOME, phone_token=PHONE),
        resident("r2", "王佳欣", None, household_no="h", dwelling_id=HOME, phone_token=PHONE),
        resident("r3", "王佳仪", None, household_no="h", dwelling_id=HOME, phone_token=PHONE),
    ]
    found = find(tmp_path, twins)
    assert len({found.person(key) for key in ("r1", "r2", "r3")}) == 3


def test_a_person_entered_twice_without_a_number_is_one(tmp_path: Path) -> None:
    twice = [resident(key, "王建国", None, household_no="h") for key in ("r1", "r2")]
    assert find(tmp_path, twice).same("r1", "r2")
    again = [WANG | {"household_no": "h"}, resident("r2", "王建国", None, household_no="h", dwelling_id=HOME)]
    assert find(tmp_path / "again", again).same("r1", "r2")


def test_a_broken_number_is_linked_by_name_birth_and_home_in_another_household(tmp_path: Path) -> None:
    found = find(
        tmp_path, [WANG, resident("r2", "王建国", None, dwelling_id=HOME)], tickets=[ticket("k", "王建国", PHONE)]
    )
    assert found.same("r1", "r2", "k")
    assert found.link["r2"]["rule"] == "evidence"
    assert "姓名" in found.link["r2"]["reasons"]


def test_an_old_title_is_linked_by_name_and_home_but_two_holders_of_one_home_stay_two(tmp_path: Path) -> None:
    found = find(tmp_path, [WANG], [title("p1", "王建国", None, dwelling_id=HOME)])
    assert found.same("r1", "p1")
    both = [title("p1", "王建国", "wang", dwelling_id=HOME), title("p2", "王建帼", None, dwelling_id=HOME)]
    assert find(tmp_path / "both", [WANG], both).person("p2") is None


def test_every_name_has_a_defined_outcome(tmp_path: Path) -> None:
    names = dict(enumerate(["", "王", "·", "买买提·艾力", "John Smith", "王" * 50, "网上平台", "１２３"]))
    people = [resident(f"x{n}", name or "未", f"x{n}", dwelling_id=f"d-x{n}") for n, name in names.items()]
    found = find(tmp_path, people, tickets=[ticket(f"k{n}", name, None, f"d-x{n}") for n, name in names.items()])
    for n in names:
        assert found.person(f"x{n}")
        assert found.person(f"k{n}") in (None, found.person(f"x{n}"))


def test_a_minority_name_is_one_name_however_its_dot_is_written(tmp_path: Path) -> None:
    person = resident("r1", "买买提·艾力", "one", dwelling_id=HOME)
    written = ["买买提•艾力", "买买提.艾力", "买买提・艾力"]
    assert find(tmp_path, [person], tickets=[ticket(name, name, None, HOME) for name in written]).same("r1", *written)


def test_a_dormitory_of_400_is_400_people(tmp_path: Path) -> None:
    workers = [
        resident(
            f"w{n}",
            f"{'王李张刘'[n % 4]}{chr(0x4E00 + n)}{chr(0x5000 + n)}",
            f"w{n}",
            household_no="h",
            dwelling_id=HOME,
        )
        for n in range(400)
    ]
    found = find(
        tmp_path, workers, tickets=[ticket("k", workers[7]["name"], None, HOME), ticket("none", None, None, HOME)]
    )
    assert len({found.person(f"w{n}") for n in range(400)}) == 400
    assert found.same("w7", "k")
    assert found.person("none") is None
