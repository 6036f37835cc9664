"""The kinds of comparison: in which level two rows fall. The table is the manual; `-` is an empty cell, and no level."""

from __future__ import annotations

from functools import cache

import duckdb
import polars as pl
import pytest

from pipelines.linkage.comparisons import KINDS
from pipelines.linkage.model import Comparison, Level, LinkModel
from pipelines.linkage.name_features import name_features
from pipelines.linkage.score import score

# kind, cells of the left row, cells of the right row, level
CASES = """
exact            | nsw         | nsw         | same
exact            | nsw         | vic         | different
exact            | -           | vic         | -
any_of           | a - -       | a - -       | same
any_of           | a b c       | x x c       | same
any_of           | a - -       | x y -       | different
any_of           | - - -       | x y -       | -
date             | 1980-02-03  | 19800203    | same
date             | 1980-02-03  | 1980-03-02  | swapped
date             | 1980-02-03  | 1980-02-08  | one_digit
date             | 1980-02-03  | 1980-11-30  | year
date             | 1980-02-03  | 1991-11-30  | different
date             | 1980-02-03  | -           | -
numbers          | 4021        | 4021        | same
numbers          | 4021        | 402         | one_digit
numbers          | 4021        | 4012        | one_digit
numbers          | 4021        | 4132        | different
edit             | barraclough | barraclough | same
edit             | hawdon      | hawdn       | slip
edit             | barraclough | barracloguhs | slip
edit             | barraclough | barrow      | alike
edit             | barraclough | mawson      | different
forename_surname | mia white   | mia white   | same
forename_surname | mia white   | white mia   | crossed
forename_surname | mia white   | maia whit   | slip
forename_surname | mia white   | zoe white   | surname
forename_surname | - white     | mia white   | surname
forename_surname | mia white   | mia stubbs  | given
forename_surname | mia white   | zoe stubbs  | different
forename_surname | - -         | mia white   | -
register_name    | 王伟        | 王伟        | same_3
register_name    | 陳玥        | 陈月        | variant
register_name    | 王伟        | 王为        | sound_2
register_name    | 王伟        | wang_wei    | sound_2
register_name    | 王伟        | 汪伟        | surname_sound
register_name    | 王伟        | 李伟        | different
register_name    | 王伟        | 王芳        | different
register_name    | 王建国      | 王建军      | one_character
register_name    | 王建国      | 王爱国      | one_character
register_name    | 王建国      | 王国建      | different
register_name    | 王建国      | 李建军      | different
register_name    | 王建国      | 王建        | different
register_name    | 买买提·吐尔逊 | 买买提·吐拉逊 | one_character
register_name    | john_smith  | john_smyth  | one_character
register_name    | 王伟        | 王女士      | title
register_name    | 欧阳静      | 欧女士      | title_other
register_name    | 王伟        | 匿名        | -
"""
LINES = CASES.strip().splitlines()


@cache
def levels(kind: str) -> dict[str, str]:
    """The level of each line of a kind, all in one run."""
    lines = [line for line in LINES if line.split()[0] == kind]
    columns = KINDS[kind].columns
    given = [f"c{n}" for n in range(len(lines[0].split("|")[1].split()))] if isinstance(columns, int) else []
    connection = duckdb.connect()
    for side, table in ((1, "register"), (2, "claim")):
        cells = [[None if cell == "-" else cell for cell in line.split("|")[side].split()] for line in lines]
        compared = pl.DataFrame(cells, schema=dict.fromkeys(given or ["name"], pl.String), orient="row")
        rows = compared if given else name_levels(compared["name"])
        nth = pl.int_range(len(lines)).cast(pl.String)
        connection.register(table, rows.with_columns(nth.alias("id"), nth.alias("pair"), source=pl.lit(table)))
    score(connection, model(kind, given), ["register", "claim"], "pair", at_least=-99)
    found = connection.execute("select left_id, level_it from pair").fetchall()
    return {lines[int(nth)]: level or "-" for nth, level in found}


def name_levels(names: pl.Series) -> pl.DataFrame:
    """The features of names, in a register where one person in 5,000 has the name and one in 500 the same sound."""
    written = names.str.replace("_", " ").alias("written").to_frame()
    told = written.join(name_features(written["written"]), on="written", how="left", maintain_order="left")
    return told.with_columns(rarity=pl.lit(3), sound_rarity=pl.lit(2))


def model(kind: str, columns: list[str]) -> LinkModel:
    """One comparison, every level of it worth the same."""
    levels = {name: Level(m=0.5, u=0.5) for name in KINDS[kind].shape(columns).level_names}
    it = Comparison(name="it", title="它", kind=kind, columns=tuple(columns), levels=levels)
    return LinkModel(
        link_type="link_only", prior=0.5, comparisons=(it,), block_on=(("pair",),), most_rows_per_key=9, auto=4, grey=0
    )


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line.replace("|", " ").split()))
def test_two_rows_fall_into_a_level(line: str) -> None:
    kind, *_, level = line.split()
    assert levels(kind)[line] == level


def test_every_kind_has_its_examples() -> None:
    assert {line.split()[0] for line in LINES} == set(KINDS)
