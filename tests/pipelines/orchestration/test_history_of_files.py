"""The history of a day after files of other days and buildings that change their grid."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.town import EAST, FEBRUARY, JANUARY, MARCH, WEST, Town, copy_of, holds, home, lives

pytestmark = pytest.mark.slow


def test_the_same_bytes_for_another_day_do_not_move_what_was_known(tmp_path: Path) -> None:
    town, same = Town(tmp_path), lives(1, "R1", "3-1-101", "H1")
    town.titles("20240131", holds(1, "T1", "3-1-101"))
    town.residents("20240131", same)
    town.night("2024-02-01T01:30:00")
    town.residents("20240229", lives(1, "R1", "4-1-101", "H1", updated_on="2024-02-12"))
    town.night("2024-03-01T01:30:00")
    town.residents("20240331", same)
    known = town.night("2024-04-01T01:30:00")
    doors = [
        known.query(
            "select d.building_no from residence_as_of(?) r join dwelling d using (dwelling_id) where kind = 'hukou'",
            day,
        )
        for day in (JANUARY, FEBRUARY, MARCH)
    ]
    assert doors == [[(3,)], [(4,)], [(3,)]]
    again = copy_of(town, tmp_path / "again", without=("lake", "cache"))
    assert again.night().content_hash == known.content_hash


def test_a_building_that_moves_between_grids_is_in_the_one_of_the_day(tmp_path: Path) -> None:
    town = Town(tmp_path)
    town.titles("20240131", holds(1, "T1", "3-1-101"))
    town.residents("20240131", lives(1, "R1", "3-1-101", "H1"))
    town.buildings(
        "20240229",
        town.building("3", WEST, valid_to="2024-02-15"),
        town.building("3", EAST, valid_from="2024-02-15"),
        town.building("4", EAST, valid_from="2024-03-15"),  # not yet
    )
    known = town.night()
    assert known.query("select building_id, grid_code from dwelling") == [("B3", EAST)]


def test_an_address_that_nobody_writes_any_more_is_still_a_home_of_the_past(tmp_path: Path) -> None:
    town = Town(tmp_path)
    for day, door in (("20240131", "3-1-101"), ("20240229", "4-9-999"), ("20240331", "4-1-101")):
        town.titles(day, holds(2, "T1", "3-1-102"))
        town.residents(day, lives(1, "R1", door, "H1", updated_on=f"{day[:4]}-{day[4:6]}-{day[6:]}"))
    known = town.night(audited=True)
    spelt = dict(known.query("select address, uses from address_link"))
    assert [spelt[home(door)] for door in ("3-1-101", "4-9-999", "4-1-101")] == [0, 0, 1]
    assert known.query("select * from address_review") == []
