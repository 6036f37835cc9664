"""Scope: the whole city by the area table, what two users share, and an agent within its owner's rights."""

import pytest

from contracts.errors import AccessError
from tests.warehouse.access.test_policy import CATALOG, CITY, GRID, SMALL
from warehouse.access.areas import common_areas, widest_areas
from warehouse.access.masking import ROLES, Role
from warehouse.access.policy import Gate, Owner, User


@pytest.mark.parametrize(
    ("areas", "city"),
    [
        ([("140000000000", "province"), ("140200000000", "city"), ("140213000000", "county")], {"1402"}),
        ([("140200000000", "city"), ("140300000000", "city")], {"1402", "1403"}),
        ([("140213000000", "county"), ("140213052000", "subdistrict")], {"140213"}),  # the hub of one county
        ([("140000000000", "province")], {"14"}),
        ([], set()),
    ],
)
def test_the_whole_city_is_what_the_area_table_says(areas: list[tuple[str, str]], city: set[str]) -> None:
    assert widest_areas(areas) == city


@pytest.mark.parametrize(
    ("areas", "city", "is_citywide"),
    [
        (("1402",), {"1402"}, True),
        (("140000",), {"1402"}, True),
        (("140213", "140214"), {"1402"}, False),
        (("140213",), {"140213"}, True),
        (("1402",), {"1402", "1403"}, False),
        (("1402", "1403"), {"1402", "1403"}, True),
        (("14",), set(), False),  # a release without an area table
        ((), {"1402"}, False),
    ],
)
def test_who_has_every_part_of_the_city_has_what_lies_nowhere(areas, city, is_citywide) -> None:
    one = Gate(SMALL, User("someone", "district_supervisor", areas), city=city)
    assert (one.is_citywide, one.covers(None)) == (is_citywide, is_citywide)
    assert ("unplaced" in {grant.table.name for grant in one.grants()}) == is_citywide


@pytest.mark.parametrize(
    ("own", "hers", "shared"),
    [
        (("1402",), (GRID,), (GRID,)),
        ((GRID,), ("1402",), (GRID,)),
        ((GRID,), (f"{GRID[:-1]}2",), ()),
        (("140213", "140214"), ("140214", "140213052"), ("140213052", "140214")),
        ((), ("1402",), ()),
    ],
)
def test_what_lies_in_both_areas(own, hers, shared) -> None:
    assert common_areas(own, hers) == shared


@pytest.mark.parametrize("role", [role for role in ROLES if role != "agent"])
def test_an_agent_sees_no_table_and_no_column_that_its_owner_does_not(role: Role) -> None:
    owner = Gate(CATALOG, User("her", role, ("1402",)), city=CITY)
    agent = Gate(CATALOG, User("it", "agent", ("1402",), owner=Owner("her", role)), city=CITY)
    narrower = {"full": {"full", "mask", "hidden"}, "mask": {"mask", "hidden"}, "hidden": {"hidden"}}
    for grant in agent.grants():
        hers = owner.grant(grant.table.qualified)
        assert all(grant.treatments[name] in narrower[treatment] for name, treatment in hers.treatments.items())


@pytest.mark.parametrize(
    ("role", "owner"),
    [("agent", None), ("grid_worker", Owner("her", "grid_lead")), ("agent", Owner("her", "mayor"))],  # type: ignore[arg-type]
)
def test_an_agent_without_owner_and_an_owner_of_somebody_else_have_no_access(role: Role, owner: Owner | None) -> None:
    with pytest.raises(AccessError):
        Gate(SMALL, User("it", role, ("1402",), owner=owner))
