"""Small tables for the linkage tests, one row a line, `-` where nothing is said: with the columns of the city's model, and
people as the FEBRL generator writes them."""

from __future__ import annotations

import random

import duckdb
import polars as pl

from pipelines.linkage.model import load_model
from pipelines.linkage.name_facts import words
from pipelines.linkage.name_features import name_features
from warehouse.frames import frame_as

CITY = load_model("city").among(1 << 20)
COLUMNS = ("id", "name", "sex", "birth_date", "phone", "home")

FEBRL = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth",
    "soc_sec_id",
)  # fmt: skip
GIVEN = sorted(words("mia noah ruby liam chloe jack ella lucas zoe ryan holly oscar isla henry poppy logan"))
FAMILY = sorted(words("white nguyen clarke webb ryan green campbell reid moody hage stubbs menzies blunden goode"))
STREETS = sorted(words("tullaroop giblin hawdon banfield lachlan derwent barraclough nangor kalgoorlie mawson"))


def rows(text: str) -> pl.DataFrame:
    """`id name sex birth_date phone home` a line."""
    lines = [[None if cell == "-" else cell for cell in line.split()] for line in text.strip().splitlines()]
    return pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def create_table(connection: duckdb.DuckDBPyConnection, table: str, source: str, people: pl.DataFrame) -> None:
    """The table as the city's model reads it; every name is one in a hundred thousand."""
    known = people.rename({"name": "written"}).join(name_features(people["name"]), on="written", nulls_equal=True)
    full = known.select(
        "id", "name", "name_variant", "name_pinyin", "name_kind", "surname", "surname_pinyin", "given",
        pl.lit(source).alias("source"), pl.coalesce("sex", "name_sex").alias("sex"), pl.col("birth_date").str.to_date(),
        *(pl.lit(4).alias(name) for name in ("rarity", "sound_rarity")),
        *(pl.col(name).alias(f"{name}_{nth}") for name in ("phone", "home") for nth in "abc"),
    )  # fmt: skip
    with frame_as(connection, "given", full):
        connection.execute(f"create or replace temp table {table} as select * from given")


def australians(seed: int, count: int = 300) -> list[list[str]]:
    """Cells in the order of FEBRL."""
    draw = random.Random(seed)
    return [
        [
            draw.choice(GIVEN), draw.choice(FAMILY), str(draw.randrange(1, 300)), f"{draw.choice(STREETS)} street",
            f"flat {draw.randrange(1, 900)}", draw.choice(STREETS), str(draw.randrange(2000, 8000)),
            draw.choice(["nsw", "vic", "wa"]), f"19{draw.randrange(100):02}{draw.randrange(1, 13):02}{draw.randrange(1, 28):02}",
            str(draw.randrange(1_000_000, 9_999_999)),
        ]
        for _ in range(count)
    ]  # fmt: skip


def spoilt(cells: list[str], draw: random.Random) -> list[str]:
    """One cell empty, one with a slip, now and then the names crossed."""
    again = list(cells)
    again[draw.randrange(10)] = ""
    slip = draw.randrange(10)
    again[slip] = again[slip][:2] + again[slip][3:]
    if draw.random() < 0.1:
        again[0], again[1] = again[1], again[0]
    return again
