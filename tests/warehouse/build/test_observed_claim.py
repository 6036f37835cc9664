"""The Python model `observed_claim`: the person and home that each observed value is about tonight."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from tests.warehouse.build.followed import Trail, follow_trail
from warehouse.build.engine import models
from warehouse.build.observed_values import ResolvedValue, write_observed_value

DAY = date(2026, 11, 20)


def observed_value(
    nth: int, about: str, attribute: str = "phone", value: str = "v", home: str | None = None
) -> ResolvedValue:
    entity = "dwelling" if about.startswith("home") else "person"
    return ResolvedValue(nth, f"k{nth}", entity, about, attribute, value, None, home, nth, DAY)


def observed_claims(
    values: list[ResolvedValue],
    living: str = "",
    trail: Trail | None = None,
    links: dict[str, tuple[str | None, str]] | None = None,
) -> list[tuple[object, ...]]:
    """The claims as (entity, value, home, grid), given the living persons and the homes of spellings."""
    with duckdb.connect() as connection:
        write_observed_value(connection, values)
        connection.execute("create table address_link (address varchar, dwelling_id varchar, grid_code varchar)")
        follow_trail(connection, trail or [], living)
        for address, home in (links or {}).items():
            connection.execute("insert into address_link values (?, ?, ?)", [address, *home])
        connection.execute(f"create temp table observed_claim as {models()['observed_claim'].sql}")
        told = connection.execute("select entity_id, value, dwelling_id, grid_code from observed_claim order by all")
        return told.fetchall()


@pytest.mark.parametrize(
    ("trail", "living", "told"),
    [
        ([], "a", ["a"]),
        ([], "b", []),  # nobody of that id tonight
        ([("merged", "a", "b")], "b", ["b"]),
        ([("merged", "a", "b"), ("kept", "b", "c")], "c", ["c"]),
        ([("merged", "a", "b"), ("kept", "b", "c"), ("merged", "c", "d"), ("merged", "d", "e")], "e", ["e"]),
        ([("merged", "a", "b"), ("merged", "a", "c")], "b c", ["c"]),  # she left the one, and joined the other later
        ([("merged", "a", "b")], "a b", ["a"]),  # and is somebody again
        ([("merged", "a", "b"), ("merged", "b", "a")], "c", []),  # a circle of ids that nobody has
        ([("split", "a", "b")], "a b", ["a"]),  # who was split off took none of it
        ([("split", "a", "b")], "b", []),
    ],
)
def test_a_value_follows_the_trail_of_ids(trail: Trail, living: str, told: list[str]) -> None:
    assert [row[0] for row in observed_claims([observed_value(1, "a")], living, trail)] == told


def test_the_newest_value_of_each_attribute_counts_also_after_a_merge() -> None:
    values = [
        observed_value(1, "a", value="old"),
        observed_value(2, "b", value="new"),
        observed_value(3, "a", "name", value="n"),
    ]
    assert [row[:2] for row in observed_claims(values, "b", [("merged", "a", "b")])] == [("b", "n"), ("b", "new")]


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ({"3-2-501": ("home", "g")}, ("home", "g")),  # the spelling means a home
        ({"3-2-501": (None, "g")}, (None, None)),
        ({"3-2-501": ("other", "g"), "柳港园3-2-501": ("chosen", "g2")}, ("chosen", "g2")),  # the home that she chose
        ({"3-2-501": ("home", "g"), "柳港园3-2-501": ("home", "g")}, ("home", "g")),
    ],
)
def test_an_address_is_a_home_where_the_city_has_it(
    links: dict[str, tuple[str | None, str]], told: tuple[str | None, str | None]
) -> None:
    value = observed_value(1, "a", "living_address", "3-2-501", home="chosen")
    assert observed_claims([value], "a", links=links) == [("a", "3-2-501", *told)]


def test_observed_values_of_a_home_are_in_its_grid() -> None:
    values = [
        observed_value(1, "home", "occupancy", "rented"),
        observed_value(2, "home no more", "occupancy", "vacant"),
    ]
    assert observed_claims(values, links={"3-2-501": ("home", "g")}) == [("home", "rented", "home", "g")]
