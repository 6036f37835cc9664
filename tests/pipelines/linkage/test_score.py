"""Scoring in the caller's connection: the same whatever the order, nothing left behind, nothing said aloud."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.errors import HubError
from pipelines.linkage.model import LinkModel
from pipelines.linkage.score import explain, reasons_sql, score
from pipelines.linkage.train import train
from tests.pipelines.linkage.tables import PEOPLE, crowd, put, rows

PERSONS = """
a  王伟    1 1980-02-03 p1 d1
b  李丽    2 1982-05-06 p1 d1
c  王玥    2 2008-07-09 -  d1
"""
CLAIMS = """
t1  王伟   - - p1 -
t2  王月   - - -  d1
t3  王女士 - - p1 d1
t4  -      - - p1 -
"""
EVERYTHING = "select * from pair order by all"


def scored(shuffle: int | None = None, threads: int = 2) -> list[tuple[object, ...]]:
    connection = duckdb.connect(config={"threads": threads})
    persons, claims = pl.concat([rows(PERSONS), crowd()]), rows(CLAIMS)
    if shuffle is not None:
        persons, claims = (table.sample(fraction=1, shuffle=True, seed=shuffle) for table in (persons, claims))
    put(connection, "person", "register", persons)
    put(connection, "claim", "hotline", claims)
    score(connection, PEOPLE, ["person", "claim"], "pair", at_least=-40)
    return connection.execute(EVERYTHING).fetchall()


def test_the_same_rows_give_the_same_pairs_and_weights_in_any_order_and_on_any_threads() -> None:
    first = scored()
    assert len(first) > 5
    assert all(scored(shuffle, threads) == first for shuffle, threads in ((1, 1), (2, 2), (3, 4)))


def test_it_works_in_a_night_and_leaves_nothing_but_its_result(tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.execute(f"attach '{tmp_path / 'city.duckdb'}' as city")
    connection.execute("use city")
    put(connection, "person", "register", pl.concat([rows(PERSONS), crowd()]))
    put(connection, "claim", "hotline", rows(CLAIMS))
    before = relations(connection)
    score(connection, PEOPLE, ["person", "claim"], "pair")
    assert relations(connection) - before == {("temp", "main", "pair")}
    assert connection.execute("select current_database()").fetchall() == [("city",)]
    assert {"left_id", "match_weight", "level_name", "mw_name"} <= {
        c[0] for c in connection.execute("describe pair").fetchall()
    }


def test_it_leaves_nothing_when_it_fails() -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", rows(PERSONS))
    connection.execute("create temp table claim as select * exclude (phone_token) from person")
    before = relations(connection)
    with pytest.raises(HubError, match="phone_token") as refused:
        score(connection, PEOPLE, ["person", "claim"], "pair")
    assert "王" not in str(refused.value)
    assert relations(connection) == before
    assert connection.execute("select current_database()").fetchall() == [("memory",)]


def relations(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    tables = "select database_name, schema_name, table_name from duckdb_tables() union all"
    views = "select database_name, schema_name, view_name from duckdb_views() where not internal"
    return set(connection.execute(f"{tables} {views}").fetchall())


def test_no_name_is_said_aloud(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scored()
    assert tuple(capfd.readouterr()) == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("splink")]


def test_one_table_or_the_right_number_of_them() -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", rows(PERSONS))
    with pytest.raises(HubError, match="link_only of 1 tables"):
        score(connection, PEOPLE, ["person"], "pair")


@pytest.mark.parametrize("empty", ["person", "claim"])
def test_an_empty_table_gives_no_pairs(empty: str) -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", rows(PERSONS))
    put(connection, "claim", "hotline", rows(CLAIMS))
    connection.execute(f"delete from {empty}")
    score(connection, PEOPLE, ["person", "claim"], "pair")
    assert connection.execute("select count(*) from pair").fetchall() == [(0,)]


def test_a_phone_on_a_thousand_tickets_proposes_nobody() -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", pl.concat([rows(PERSONS), crowd()]))
    tickets = "\n".join(f"agency{n} 王女士 - - p1" for n in range(1000))
    put(connection, "claim", "hotline", rows(f"{tickets}\nt1 王伟 - - p1 d1"))
    score(connection, PEOPLE, ["person", "claim"], "pair")
    assert connection.execute("select left_id, right_id from pair").fetchall() == [("a", "t1")], (
        "by home and name alone"
    )


def test_a_pair_is_explained_as_a_clerk_reads_it() -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", pl.concat([rows(PERSONS), crowd()]))
    put(connection, "claim", "hotline", rows(CLAIMS))
    score(connection, PEOPLE, ["person", "claim"], "pair", at_least=-40)
    pairs = (
        connection.sql(f"select *, {reasons_sql(PEOPLE)} as reasons from pair order by left_id, right_id")
        .pl()
        .to_dicts()
    )
    assert all(explain(PEOPLE, pair) == pair["reasons"] for pair in pairs)
    told = {(pair["left_id"], pair["right_id"]): pair["reasons"].split("；") for pair in pairs}
    assert [part.rsplit(" ", 1)[0] for part in told["c", "t2"]] == ["联系 住址一致", "姓名 异体字"]
    assert [part.rsplit(" ", 1)[0] for part in told["b", "t1"]] == ["联系 电话一致", "姓名 不同"]
    assert told["b", "t1"][1].endswith("−10.0")


def test_partial_weights_and_the_prior_make_the_weight() -> None:
    connection = duckdb.connect()
    put(connection, "person", "register", pl.concat([rows(PERSONS), crowd()]))
    put(connection, "claim", "hotline", rows(CLAIMS))
    score(connection, PEOPLE, ["person", "claim"], "pair", at_least=-40)
    parts = " + ".join(f"mw_{c.name}" for c in PEOPLE.comparisons)
    priors = connection.execute(f"select distinct round(match_weight - ({parts}), 3) from pair").fetchall()
    assert len(priors) == 1, "what is left is the prior, the same for all"
    odds = "select max(abs(match_probability - 1 / (1 + pow(2, -match_weight)))) < 1e-5 from pair"
    assert connection.execute(odds).fetchall() == [(True,)]


def test_training_is_the_same_in_any_order_and_fills_in_every_number() -> None:
    people = (
        crowd().head(600).select("id", "name", "phone_token", "birth_date", "sex", pl.lit("register").alias("source"))
    )
    spoilt = people.with_columns(pl.col("id") + "-again", pl.col("name").str.replace("^王", "汪"))
    model = LinkModel.model_validate(
        {
            "link_type": "dedupe_only",
            "prior": {"sure": [["phone_token"]], "recall": 0.9},
            "block_on": [["phone_token"], ["name"]],
            "most_rows_per_key": 50,
            "auto": 4,
            "grey": 0,
            "training": {"block_on": [["phone_token"], ["name"]], "pairs": 20_000},
            "comparisons": [
                {"name": "name", "title": "姓名", "kind": "exact", "columns": ["name"], "train": True},
                {"name": "born", "title": "出生日期", "kind": "exact", "columns": ["birth_date"], "train": True},
                {"name": "sex", "title": "性别", "kind": "exact", "columns": ["sex"], "train": True},
                {"name": "phone", "title": "电话", "kind": "exact", "columns": ["phone_token"], "train": True},
            ],
        }
    )

    def trained(shuffle: int) -> LinkModel:
        connection = duckdb.connect(config={"threads": shuffle})
        everyone = pl.concat([people, spoilt]).sample(fraction=1, shuffle=True, seed=shuffle)
        connection.register("everyone", everyone)
        return train(connection, model, ["everyone"], seed=1)

    first = trained(1)
    assert trained(2) == first
    levels = [level for comparison in first.comparisons for level in comparison.levels.values()]
    assert len(levels) == 8
    assert all(level.m and level.u for level in levels)
    assert first.comparisons[-1].levels["same"].m == pytest.approx(1, abs=0.01)
    assert first.comparisons[0].levels["same"].m == pytest.approx(0.9, abs=0.01), "one in ten is called 王"
    assert isinstance(first.prior, float)
