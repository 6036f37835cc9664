"""The layout of the simulated city, and its coordinates in GCJ-02."""

from __future__ import annotations

import polars as pl
import pytest

from demo.geography.buildings import tables
from demo.geography.communities import communities, households_of
from demo.geography.layout import gcj02, grounds, place_buildings


def test_buildings_stand_on_the_ground_of_their_grid_and_grounds_do_not_overlap() -> None:
    built = pl.concat(tables(7, communities(households_of(100_000))))
    ground = built.select("grid_code").join(grounds(built), on="grid_code", how="left", maintain_order="left")
    longitude, latitude = place_buildings(built)
    assert ((ground["west"].to_numpy() < longitude) & (longitude < ground["east"].to_numpy())).all()
    assert ((ground["south"].to_numpy() < latitude) & (latitude < ground["north"].to_numpy())).all()
    assert len(set(zip(longitude, latitude, strict=True))) == built.height
    all_grounds = grounds(built).rows()
    for i, (_, west, south, east, north) in enumerate(all_grounds):
        for _, other_west, other_south, other_east, other_north in all_grounds[:i]:
            apart = east <= other_west + 1e-9 or other_east <= west + 1e-9
            assert apart or north <= other_south + 1e-9 or other_north <= south + 1e-9


def test_maps_in_china_are_a_few_hundred_metres_off() -> None:
    """The example every implementation of GCJ-02 is checked with: Tiananmen."""
    longitude, latitude = gcj02(pl.Series([116.391305]).to_numpy(), pl.Series([39.907353]).to_numpy())
    assert longitude[0] == pytest.approx(116.39754, abs=2e-5)
    assert latitude[0] == pytest.approx(39.90876, abs=2e-5)
