"""Plants contradictions that would be too rare to be counted: crowded homes, shared phones, addresses that do not exist,
callers who are registered elsewhere, buildings in a wrong grid.

They are drawn from a random stream of their own, on finished rows, so that the rest of the city does not change. The cases
themselves are found in the final rows (homes.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from demo.geography.buildings import Buildings
from demo.geography.communities import LIUGANGYUAN
from demo.geography.layout import outline_grids
from demo.offices.office import Offices, Rows
from demo.people.homes import Homes, Tenure
from demo.people.people import People
from demo.shares import distributions as shares
from demo.shares import planted_homes as rates
from demo.shares.hard_cases import GRID_UNWRITTEN
from demo.shares.sampling import Ints, Rng, between, pick
from demo.spellings.addresses import AddressBook

INSIDE: Final = ("供水", "供电", "燃气", "供暖", "房屋漏水")  # requests that arise inside a home
NO_SUCH_BUILDING: Final = "no_such_building"  # style of an address whose building does not exist


def misplace_grids(rng: Rng, buildings: Buildings, noise: float) -> Buildings:
    """The buildings with `written_grid`: for a few, where outlines show the error, another grid of their community.

    A city without hard cases (noise 0) has no outlines.
    """
    table, written = buildings.table, buildings.table["grid_code"].to_list()
    by_community = {
        code: grids["grid_code"].unique(maintain_order=True).to_list()
        for (code,), grids in table.group_by("community_code", maintain_order=True)
    }
    several = (
        table["community_code"].replace_strict({code: len(of) > 1 for code, of in by_community.items()}).to_numpy()
    )
    has_grid = (table["grid_coin"] >= GRID_UNWRITTEN * noise).to_numpy()  # the others have no written grid
    candidates = rng.permutation(np.flatnonzero(outline_grids(table["community_code"]) & several & has_grid))
    at_home = table["community_code"].is_in(LIUGANGYUAN).to_numpy()[candidates]
    elsewhere = candidates[~at_home]
    count = int(rates.MISPLACED_ELSEWHERE * len(elsewhere) + rng.random())
    chosen = np.concatenate([candidates[at_home][: rates.MISPLACED_IN_LIUGANGYUAN], elsewhere[:count]])
    for row in chosen if noise else ():
        others = [grid for grid in by_community[table["community_code"][int(row)]] if grid != written[row]]
        written[row] = others[int(rng.integers(0, len(others)))]
    return replace(buildings, table=table.with_columns(pl.Series("written_grid", written)))


@dataclass(frozen=True)
class Crowds:
    """Crowded homes: each `dwelling` and its number of `people`."""

    dwelling: Ints
    people: Ints


def crowd(rng: Rng, people: People, homes: Homes) -> tuple[Homes, Crowds]:
    """Move groups of households of tenants from elsewhere into the home of the first of each group."""
    renters = rng.permutation(np.flatnonzero(homes.tenure == Tenure.FLOATING_RENTER))
    size = np.bincount(people.household[: people.residents], minlength=len(people.head))
    group = np.full(len(people.head), -1, dtype=np.int64)
    where: list[int] = []
    inside: list[int] = []
    for household in renters[: int(rates.CROWDED_HOUSEHOLDS * len(renters))]:
        if not where or inside[-1] >= rates.CROWD:
            where.append(int(homes.lives_at[people.head[household]]))
            inside.append(0)
        group[household] = len(where) - 1
        inside[-1] += int(size[household])
    if inside and inside[-1] < rates.CROWD:  # too few for a crowd: they do not move
        where.pop()
        inside.pop()
        group[group == len(where)] = -1
    mine = group[people.household[: people.residents]]
    living = np.where(mine >= 0, np.array([*where, -1])[mine], homes.lives_at)
    return replace(homes, lives_at=living), Crowds(np.array(where, dtype=np.int64), np.array(inside, dtype=np.int64))


def plant_homes(rng: Rng, offices: Offices, people: People, homes: Homes, crowds: Crowds, book: AddressBook) -> Offices:
    """The offices' rows with all these contradictions."""
    residents = _shared_phones(rng, offices.resident, people)
    residents = _nonexistent_addresses(
        rng, residents, book, "现住址", "dwelling", "address", rates.NO_SUCH_BUILDING["living"]
    )
    residents = _nonexistent_addresses(
        rng, residents, book, "户籍地址", "hukou_dwelling", "hukou_address", rates.NO_SUCH_BUILDING["hukou"]
    )
    titles = _small_areas(rng, offices.property, crowds)
    titles = _nonexistent_addresses(
        rng, titles, book, "坐落", "dwelling", "address", rates.NO_SUCH_BUILDING["property"]
    )
    tickets = _unregistered_callers(rng, offices.hotline, people, homes, book)
    tickets = _nonexistent_addresses(
        rng, tickets, book, "诉求地址", "dwelling", "address", rates.NO_SUCH_BUILDING["hotline"]
    )
    return replace(offices, resident=residents, property=titles, hotline=tickets)


def _some(rng: Rng, rows: Rows, share: float, where: pl.Expr) -> Ints:
    """A share of the good rows that meet `where` (over truth and file), in random order."""
    both = pl.concat([rows.truth, rows.file], how="horizontal")
    fitting = both.select((where & pl.col("reject_kind").is_null()).fill_null(False)).to_series().arg_true().to_numpy()
    count = min(len(fitting), int(share * len(fitting) + rng.random()))
    return rng.permutation(fitting)[:count].astype(np.int64)


def _nonexistent_addresses(
    rng: Rng, rows: Rows, book: AddressBook, column: str, dwelling: str, kind: str, share: float
) -> Rows:
    """Give some addresses of a column a building number that does not exist; they then identify no dwelling."""
    chosen = _some(rng, rows, share, (pl.col(dwelling) >= 0) & pl.col(column).is_not_null())
    of, truth = rows.truth[dwelling].to_numpy()[chosen], _without_location(rows.truth, chosen, dwelling, kind)
    if kind == "hukou_address":  # a blank living address means the registered one
        truth = _without_location(
            truth, chosen[rows.file["现住址"].is_null().to_numpy()[chosen]], "dwelling", "address"
        )
    return Rows(rows.file.with_columns(rows.file[column].scatter(chosen, book.beyond(rng, of))), truth)


def _without_location(truth: pl.DataFrame, rows: Ints, dwelling: str, kind: str) -> pl.DataFrame:
    """The truth with these rows' addresses of a kind set to unknown."""
    unlocated = truth.with_columns(
        truth[dwelling].scatter(rows, -1),
        truth[f"{kind}_style"].scatter(rows, NO_SUCH_BUILDING),
        truth[f"{kind}_noise"].scatter(rows, None),
    )
    return unlocated if kind == "hukou_address" else unlocated.with_columns(truth["building_of"].scatter(rows, -1))


def _shared_phones(rng: Rng, rows: Rows, people: People) -> Rows:
    """Give groups of adults of different households and homes the phone of one of them."""
    adults = pl.Series(people.person[: people.residents][people.age[: people.residents] >= 18])
    giving = (pl.col("dwelling") >= 0) & pl.col("is_current") & pl.col("联系电话").is_not_null()
    chosen = _some(rng, rows, rates.SHARED_PHONE, giving & pl.col("person").is_in(adults.implode()))
    apart = rows.truth[chosen].select(
        pl.col("household_no").is_first_distinct() & pl.col("dwelling").is_first_distinct()
    )
    chosen = chosen[apart.to_series().to_numpy()]
    size = between(rng, *rates.PEOPLE_PER_SHARED_PHONE, len(chosen))
    ends = np.cumsum(size)[np.cumsum(size) <= len(chosen)]
    group = np.searchsorted(ends, np.arange(int(ends[-1]) if len(ends) else 0), side="right")
    firsts = chosen[np.concatenate([[0], ends[:-1]]).astype(np.int64)] if len(ends) else chosen[:0]
    phones = rows.file["联系电话"]
    shared = phones.scatter(chosen[: len(group)], phones.gather(firsts[group]))
    return Rows(rows.file.with_columns(shared), rows.truth)


def _small_areas(rng: Rng, rows: Rows, crowds: Crowds) -> Rows:
    """Give the titles of crowded homes a small floor area."""
    a_head = rates.CROWDED_M2[0] + rng.random(len(crowds.dwelling)) * (rates.CROWDED_M2[1] - rates.CROWDED_M2[0])
    small = pl.DataFrame({"dwelling": crowds.dwelling, "m2": (crowds.people * a_head).round(2)})
    area = pl.coalesce(pl.col("m2").cast(pl.String), "建筑面积").alias("建筑面积")
    areas = pl.concat([rows.truth.select("dwelling"), rows.file.select("建筑面积")], how="horizontal")
    joined = areas.join(small, on="dwelling", how="left", maintain_order="left").select(area).to_series()
    areas_of_file = pl.when(rows.file["建筑面积"].is_not_null()).then(joined).alias("建筑面积")
    return Rows(rows.file.with_columns(areas_of_file), rows.truth)


def _unregistered_callers(rng: Rng, rows: Rows, people: People, homes: Homes, book: AddressBook) -> Rows:
    """Let some callers report the inside of a home that is somebody else's by the registers."""
    by_name = pl.DataFrame({"person": people.person, "whole_name": people.name})
    named = rows.truth.select("person").join(by_name, on="person", how="left", maintain_order="left")["whole_name"]
    identified = (pl.col("诉求人姓名") == named) & pl.col("联系电话").is_not_null() & pl.col("person_case").is_null()
    chosen = _some(
        rng, rows, rates.UNREGISTERED_CALLER, identified & (pl.col("dwelling") >= 0) & pl.col("诉求分类").is_in(INSIDE)
    )
    spelled = book.spell(rng, pick(rng, homes.lives_at, len(chosen)), shares.HOTLINE_STYLES)
    truths = {
        "dwelling": pl.Series(spelled.known_dwelling), "building_of": pl.Series(spelled.known_building),
        "address_style": spelled.style, "address_noise": pl.Series([None] * len(chosen), dtype=pl.String),
    }  # fmt: skip
    truth = rows.truth.with_columns(rows.truth[name].scatter(chosen, values) for name, values in truths.items())
    return Rows(rows.file.with_columns(rows.file["诉求地址"].scatter(chosen, spelled.text)), truth)
