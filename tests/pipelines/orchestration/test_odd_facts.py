"""Odd facts that all registers have: each has a defined outcome, no person is lost and no value is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.town import Release, Town, holds, lives

pytestmark = pytest.mark.slow

DAY = "2024-01-31"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Release:
    town = Town(tmp_path_factory.mktemp("odd"))
    town.titles("20240131", holds(1, "T1", "3-1-101"), holds(1, "T2", "3-1-102", cancelled_on="2010-01-01"))
    town.residents(
        "20240131",
        # ends before it begins
        lives(1, "R1", "3-1-101", "H1", moved_in_on="2020-01-01", cancelled_on="2015-01-01", cancel_reason="迁出"),
        # a household without a head, and one with two
        lives(2, "R2", "3-1-102", "H2", relation_to_head="妻"),
        lives(3, "R3", "3-1-102", "H2", relation_to_head="子"),
        lives(4, "R4", "3-1-103", "H4"),
        lives(5, "R5", "3-1-103", "H4"),
        # a circle: each is the child of the other's household
        lives(6, "R6", "3-1-201", "H6"),
        lives(7, "R7", "3-1-201", "H6", relation_to_head="子"),
        lives(7, "R7b", "3-1-202", "H7"),
        lives(6, "R6b", "3-1-202", "H7", relation_to_head="子"),
        # twice in one household: one ended, one not
        lives(8, "R8", "3-1-301", "H8", moved_in_on="2020-01-01", cancelled_on="2023-01-01", cancel_reason="重复"),
        lives(8, "R8b", "3-1-301", "H8", moved_in_on="2018-01-01"),
        # a flat for nine families, and a dormitory
        *(lives(n, f"R{n}", "4-1-101", f"H{n}") for n in range(20, 29)),
        *(
            lives(n, f"R{n}", "4-1-102", "H100", relation_to_head="非亲属" if n > 100 else "户主")
            for n in range(100, 500)
        ),
    )
    return town.night()


def test_what_ends_before_it_begins_is_kept_and_valid_on_no_day(known: Release) -> None:
    rows = known.query(
        "select valid_from::varchar, valid_to::varchar from residence where kind = 'living' and valid_to < valid_from"
    )
    assert rows == [("2020-01-01", "2015-01-01")]
    assert known.query("select count(*) from title where valid_to < valid_from") == [(1,)]
    for day in ("2014-12-31", "2017-01-01", "2021-01-01"):
        [(living,)] = known.query(
            "select count(*) from residence_as_of(?, ?) where kind = 'living' and household_id ="
            " (select household_id from membership where name = '测试1')",
            day,
            DAY,
        )
        assert living == 0, day


@pytest.mark.parametrize(
    ("household", "members", "heads", "has_head"),
    [("H2", 2, 0, False), ("H4", 2, 2, True), ("H6", 2, 1, True), ("H7", 2, 1, True), ("H8", 1, 1, True), ("H100", 400, 1, True)],
)  # fmt: skip
def test_a_household_whatever_is_written_in_it(
    known: Release, household: str, members: int, heads: int, has_head: bool
) -> None:
    [(count, head)] = known.query(
        "select member_count, head_person_id is not null from household_as_of(?) where household_no = ?", DAY, household
    )
    [(written,)] = known.query(
        "select count(*) from membership_as_of(?) where household_no = ? and relation_to_head = '02'", DAY, household
    )
    assert (count, head, written) == (members, has_head, heads)
    assert known.query("select member_count from household where household_no = ?", household) == [(members,)]


def test_two_rows_of_one_person_in_one_household_are_one_tie(known: Release) -> None:
    rows = known.query(
        "select r.kind, valid_from::varchar, valid_to from residence r join household h using (household_id)"
        " where h.household_no = 'H8' order by 1"
    )
    assert rows == [("hukou", None, None), ("living", "2018-01-01", None)]


def test_who_lives_together_is_a_household_of_its_own(known: Release) -> None:
    rows = known.query(
        "select d.building_no || '-' || d.room_no, h.kind, h.member_count, h.hukou_household_count"
        " from resident_household h join dwelling d using (dwelling_id) where d.room_no in (101, 102, 103) order by 1"
    )
    assert rows == [
        ("3-102", "family", 2, 1),
        ("3-103", "family", 2, 1),
        ("4-101", "collective", 9, 9),
        ("4-102", "collective", 400, 1),
    ]


def test_a_register_that_contradicts_its_own_dates_from_file_to_file(tmp_path: Path) -> None:
    """It says in February that somebody came before she was there before: the earlier home was never hers, on any day."""
    town = Town(tmp_path)
    town.titles("20240131", holds(1, "T1", "3-1-101"))
    town.residents("20240131", lives(1, "R1", "3-1-101", "H1", moved_in_on="2020-01-01"))
    town.residents("20240229", lives(1, "R1", "4-1-101", "H1", moved_in_on="2015-01-01"))
    known = town.night()
    doors = (
        "select d.building_no from residence_as_of(?, ?) r join dwelling d using (dwelling_id) where kind = 'living'"
    )
    assert known.query(doors, "2021-01-01", "2024-02-29") == [(4,)]
    assert known.query(doors, "2021-01-01", "2024-02-28") == [(3,)]
    assert known.query("select count(*) from residence where valid_to < valid_from and known_to is null") == [(1,)]


def test_somebody_without_a_usable_number_who_leaves_the_register_is_still_told(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.titles("20240131", holds(1, "T1", "3-1-101"))
    stays = lives(1, "R1", "3-1-101", "H1")
    town.residents("20240131", stays, lives(2, "R2", "3-1-101", "H1", id_no="99000119900101002", relation_to_head="妻"))
    first = town.night("2024-02-01T01:30:00")
    town.residents("20240229", stays, lives(3, "R3", "3-1-101", "H1", relation_to_head="子", updated_on="2024-02-20"))
    second = town.night("2024-03-01T01:30:00")
    was = "select person_id, name from membership_as_of(date '2024-02-10', date '2024-01-31') order by name"
    assert second.query(was) == first.query("select person_id, name from membership order by name")
    assert [name for _, name in second.query(was.replace("2024-01-31", "2024-02-29"))] == ["测试1", "测试2"]
