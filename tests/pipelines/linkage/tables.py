"""Small tables of people for the linkage tests (one row a line, `-` where nothing is said) and a model that fits them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from pipelines.linkage.model import read_model
from pipelines.linkage.names import name_features

PEOPLE = read_model(Path(__file__).with_name("people.yaml"))

COLUMNS = ("id", "name", "sex", "birth_date", "phone_token", "dwelling_id")
CROWD = 3_000


def rows(text: str) -> pl.DataFrame:
    """`id name sex birth_date phone dwelling` a line; the last ones may be left out."""
    lines = [line.split() for line in text.strip().splitlines()]
    cells = [[None if cell == "-" else cell for cell in line + ["-"] * (len(COLUMNS) - len(line))] for line in lines]
    return pl.DataFrame(cells, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def crowd() -> pl.DataFrame:
    """A town around the few people of an example: 3,000 others, a thousandth each of whom is called 王伟."""
    given = "安博昌德恩帆刚海佳凯磊明宁鹏琪睿思涛婉欣雅泽志忠"
    surnames = "王李张刘陈杨赵黄周吴"
    line = []
    for n in range(CROWD):
        name = "王伟" if n % 1000 == 0 else surnames[n % 10] + given[n // 10 % 24] + given[n // 240 % 24]
        day = f"19{40 + n % 60}-{1 + n % 12:02}-{1 + n % 28:02}"
        line.append([f"c{n}", name, "12"[n % 2], day, f"crowd-phone-{n}", f"crowd-home-{n // 3}"])
    return pl.DataFrame(line, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def put(connection: duckdb.DuckDBPyConnection, table: str, source: str, people: pl.DataFrame) -> None:
    """The table as `score` reads it: with name features and source."""
    features = name_features(people.get_column("name"))
    known = people.rename({"name": "written"}).join(features, on="written", nulls_equal=True)
    sex = pl.coalesce("sex", "name_sex").alias("sex")
    full = known.with_columns(sex, pl.lit(source).alias("source"), pl.col("birth_date").str.to_date("%Y-%m-%d"))
    connection.register("given", full)
    connection.execute(f"create or replace temp table {table} as select * from given")
    connection.unregister("given")
