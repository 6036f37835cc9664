"""The rank of observed values among the offices' claims, by the policies that the contracts declare."""

from __future__ import annotations

from typing import Any

import pytest

from tests.warehouse.build.claimed import NEWEST, City, Said, door, says

pytestmark = pytest.mark.slow

RESIDENT, TITLE, TICKET = "resident", "property", "hotline"
WEI, WEI_NEW = "王伟", "王维"
PHONE, OTHER, THIRD = "154****0001", "154****0002", "154****0003"
NUMBER = "9900**********001X"
HERS = says(RESIDENT, "r", 900, name=WEI, living_address="甲")


@pytest.mark.parametrize(
    ("attribute", "rows", "expected"),
    [
        (
            "living_address",  # what the door showed counts until the register says something newer
            [says(RESIDENT, "r1", 9, living_address="甲"), door(1, 3, "living_address", "丁")],
            [("*丁", "door"), ("甲", "older")],
        ),
        (
            "living_address",
            [says(RESIDENT, "r1", 1, living_address="甲"), door(1, 3, "living_address", "丁")],
            [("*甲", "authority"), ("丁", "older")],
        ),
        (
            "living_address",  # of one day the door was seen, and the register only written
            [says(RESIDENT, "r1", 3, living_address="甲"), door(1, 3, "living_address", "丁")],
            [("*丁", "door"), ("甲", "same_day")],
        ),
        (
            "living_address",  # a ticket is no home while anybody says where she lives
            [HERS, door(1, 9, "living_address", "丁"), says(TICKET, "k1", 1, address="丙")],
            [("*丁", "door"), ("丙", "outranked"), ("甲", "older")],
        ),
        (
            "living_address",
            [says(RESIDENT, "r1", 9, living_address="甲"), says(TICKET, "k1", 1, address="丙")],
            [("*甲", "authority"), ("丙", "outranked")],
        ),
        (
            "phone",
            [says(RESIDENT, "r1", 9, name=WEI, phone=(PHONE, "ok")), door(1, 3, "phone", OTHER)],
            [("154****0001", "older"), ("*154****0002", "newest")],
        ),
        (
            "phone",
            [HERS, door(1, 3, "phone", OTHER), says(TICKET, "k1", 1, phone=(THIRD, "ok"))],
            [("154****0002", "older"), ("*154****0003", "newest")],
        ),
        (
            "occupancy",
            [says(TITLE, "t1", 9, dwelling_id="w", name=WEI, occupancy="vacant"),
             door(1, 3, "occupancy", "rented", "dwelling")],
            [("*rented", "newest"), ("vacant", "older")],
        ),
        (
            "name",  # the police register's matter: the door is heard, and asks for a correction
            [says(RESIDENT, "r1", 900, name=WEI), door(1, 3, "name", WEI_NEW)],
            [("*王伟", "authority"), ("王维", "outranked")],
        ),
        (
            "title_holder",
            [says(TITLE, "t1", 900, dwelling_id="w", name=WEI), door(1, 3, "title_holder", WEI_NEW, "dwelling")],
            [("*王伟", "authority"), ("王维", "outranked")],
        ),
        (
            "sex",  # what an office cannot have right, or does not say, the door may fill in
            [says(RESIDENT, "r1", 1, name=WEI, sex="9", id_no=(NUMBER, "ok")), door(1, 3, "sex", "2")],
            [("*2", "valid"), ("9", "invalid")],
        ),
        (
            "birth_date",
            [says(TITLE, "t1", 1, name=WEI), door(1, 3, "birth_date", "1980-05-17")],
            [("*1980-05-17", "only")],
        ),
        ("phone", [says(RESIDENT, "r1", 9, name=WEI), door(1, 3, "phone", OTHER)], [("*154****0002", "only")]),
    ],
)  # fmt: skip
def test_observed_values_have_their_rank_among_sources(
    attribute: str, rows: list[Said], expected: list[tuple[str, str]]
) -> None:
    assert City(rows).why(attribute) == sorted(expected)


def test_an_observed_living_address_decides_home_and_grid() -> None:
    """The register's household and grid of registration stay; home and grid are those of the door, or none it knows."""
    row = says(RESIDENT, "r1", 9, dwelling_id="甲", grid_code="g1", household_no="h", living_address="甲")
    places = "select dwelling_id, grid_code, household_id is not null from person"

    def lives(*rows: Said) -> list[tuple[Any, ...]]:
        return City([row, *rows]).query(places)

    assert lives() == [("甲", "g1", True)]
    assert lives(door(1, 3, "living_address", "丁") | {"dwelling_id": "丁", "grid_code": "g2"}) == [("丁", "g2", True)]
    assert lives(door(1, 3, "living_address", "省外")) == [(None, None, True)]
    assert lives(door(1, 3, "phone", PHONE)) == [("甲", "g1", True)]
    newer = row | {"record_no": "r2", "updated_on": NEWEST}
    assert lives(newer, door(1, 3, "living_address", "丁") | {"dwelling_id": "丁"}) == [("甲", "g1", True)]
