"""A verdict of 17:00 is used the same night: the observed value is a claim, decides the home, and closes the finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.doors import DAY, Doors, doubt, is_used, lives_at
from tests.pipelines.town import EAST, WEST, Release, Town, holds, home, lives

pytestmark = pytest.mark.slow

SAYS = (
    "select source, value, shown, why, delivery_id, row_no, claimed_on from claim where attribute = ? order by source"
)
HOME = """select d.standard_address, p.grid_code from person p left join dwelling d on d.dwelling_id = p.dwelling_id
    where p.name = '测试1'"""


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Number 1 is registered in the west and lives, the register says, in the east; the home of 2 is said to be empty."""
    town = Town(tmp_path)
    town.residents(
        "20240131",
        lives(1, "R1", "3-1-101", "H1", living_address=home("4-1-101"), updated_on="2024-01-10"),
        lives(2, "R2", "3-1-102", "H2"),
    )
    town.titles("20240131", holds(2, "T2", "3-1-102"))
    return town


def moves_in_the_register(town: Town, door: str, updated_on: str, day: str = "20240310") -> None:
    town.residents(
        day,
        lives(1, "R1", "3-1-101", "H1", living_address=home(door), updated_on=updated_on),
        lives(2, "R2", "3-1-102", "H2"),
    )


def state(known: Release) -> tuple[str, str | None, int]:
    found = doubt(known)
    return found.status, found.verdict, found.visits


def test_what_was_seen_is_used_the_same_night(town: Town) -> None:
    """Even of a door that no office has named, read as every other spelling is."""
    before = town.night()
    found = doubt(before)
    assert state(before) == ("open", None, 0)
    assert before.query(HOME) == [(home("4-1-101"), EAST)]
    nth = Doors(town).say(found, "moved", lives_at(found.person_id, "柳港园3号楼2单元301室"))

    after = town.night()

    assert state(after) == ("closed", "moved", 1)
    assert after.query(SAYS, "living_address") == [
        ("doorstep", home("3-2-301"), True, "door", "doorstep", nth, DAY),
        *[row for row in before.query(SAYS, "living_address") if row[1] != home("4-1-101")],
        *[(*row[:2], False, "older", *row[4:]) for row in before.query(SAYS, "living_address") if row[1] == home("4-1-101")],
    ]  # fmt: skip
    assert after.query(HOME) == [(home("3-2-301"), WEST)]
    assert after.query("select household_id, hukou_grid_code from person order by 1") == before.query(
        "select household_id, hukou_grid_code from person order by 1"
    )
    assert after.query("select * from residence order by all") == before.query("select * from residence order by all")


def test_it_is_open_again_when_its_evidence_changes(town: Town) -> None:
    found = doubt(town.night())
    Doors(town).say(found, "moved", lives_at(found.person_id, home("3-2-301")))
    town.night()

    moves_in_the_register(town, "4-1-201", updated_on="2024-03-05")  # after the visit
    after = town.night()

    assert doubt(after).finding_id == found.finding_id
    assert state(after) == ("open", None, 0)
    assert after.query(HOME) == [(home("4-1-201"), EAST)]


def test_an_office_that_writes_later_what_it_knew_before_the_visit_does_not_win(town: Town) -> None:
    found = doubt(town.night())
    Doors(town).say(found, "moved", lives_at(found.person_id, home("3-2-301")))

    moves_in_the_register(town, "4-1-201", updated_on="2024-02-20")
    after = town.night()

    assert state(after) == ("open", None, 0)
    assert after.query(HOME) == [(home("3-2-301"), WEST)]


def test_workers_who_disagree_leave_it_to_the_lead_who_decides(town: Town) -> None:
    """Nothing contested is told to anybody; whom the lead believes is believed with all that she saw."""
    before = town.night()
    found, doors = doubt(before), Doors(town)
    doors.say(found, "moved", lives_at(found.person_id, home("3-2-301")))
    doors.say(found, "wrong", by="bo")

    contested = town.night()
    assert state(contested) == ("lead", None, 2)
    assert contested.query(SAYS, "living_address") == before.query(SAYS, "living_address")

    doors.lead(found, "moved")
    decided = town.night()
    assert state(decided) == ("closed", "moved", 3)
    assert decided.query(HOME) == [(home("3-2-301"), WEST)]


def test_nobody_home_three_times_is_the_leads(town: Town) -> None:
    found, doors = doubt(town.night()), Doors(town)
    doors.say(found, "nobody_home")
    doors.say(found, "nobody_home")
    assert state(town.night()) == ("open", "nobody_home", 2)

    doors.say(found, "nobody_home", by="bo")
    assert state(town.night()) == ("lead", "nobody_home", 3)

    doors.lead(found, "impossible")
    assert state(town.night()) == ("closed", "impossible", 4)


def test_what_is_seen_of_a_home_is_shown_of_it(town: Town) -> None:
    found = doubt(before := town.night())
    [(dwelling,)] = before.query("select dwelling_id from dwelling where standard_address = ?", home("3-1-102"))
    Doors(town).say(found, "confirmed", is_used(str(dwelling), "rented"))

    after = town.night()

    assert after.query("select occupancy, grid_code from dwelling where dwelling_id = ?", dwelling) == [
        ("rented", WEST)
    ]
    assert [(row[0], row[2], row[3]) for row in after.query(SAYS, "occupancy")] == [
        ("doorstep", True, "newest"),
        ("property", False, "older"),
    ]
    assert after.query("select distinct occupancy from title") == [
        ("owner_occupied",)
    ]  # the register's word stays there


def test_a_home_that_is_no_longer_there_stays_as_what_was_said(town: Town) -> None:
    """Building 4 is taken down: of the door in it there is the text, and no home."""
    found = doubt(town.night())
    Doors(town).say(found, "moved", lives_at(found.person_id, home("4-1-601"))._replace(value_dwelling_id="a" * 32))
    assert town.night().query(HOME) == [(home("4-1-601"), EAST)]

    town.buildings("20240315", town.building("3", WEST))
    after = town.night()

    assert after.query(HOME) == [(None, WEST)]
    [(value, shown)] = after.query("select value, shown from claim where source = 'doorstep'")
    assert (value, shown) == (home("4-1-601"), True)


def test_of_nobody_the_city_knows_nothing_is_told(town: Town) -> None:
    found = doubt(before := town.night())
    Doors(town).say(found, "confirmed", lives_at("0" * 32, home("3-2-301")), is_used("0" * 32, "vacant"))

    after = town.night()

    assert after.query("select * from claim order by all") == before.query("select * from claim order by all")
    assert state(after) == ("closed", "confirmed", 1)
