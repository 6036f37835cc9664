"""Scoring in the caller's connection: independent of row order, without leftovers or output."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import duckdb
import polars as pl
import pytest

from contracts.errors import HubError
from pipelines.linkage.model import LinkModel, load_model
from pipelines.linkage.score import decides_sql, reasons_sql, score
from pipelines.linkage.train import train
from tests.pipelines.linkage.tables import CITY, FEBRL, australians, create_table, rows, spoilt

pytestmark = pytest.mark.slow

PERSONS = """
a  王伟    1 1980-02-03 p1 d1
b  李丽    2 1982-05-06 p1 d1
c  王玥    2 2008-07-09 -  d1
d  欧阳静  2 1990-09-09 p6 d5
"""
CLAIMS = """
t1  王伟   - - p1 -
t2  王月   - - -  d1
t3  王女士 - - p1 d1
t4  -      - - p1 d1
t5  欧阳静 1 1990-09-08 p6 -
"""


def night(persons: str | pl.DataFrame = PERSONS, claims: str | pl.DataFrame = CLAIMS) -> duckdb.DuckDBPyConnection:
    """A connection with the tables `person` and `claim`."""
    connection = duckdb.connect()
    for table, given in (("person", persons), ("claim", claims)):
        create_table(connection, table, table, rows(given) if isinstance(given, str) else given)
    return connection


def score_pairs(connection: duckdb.DuckDBPyConnection, at_least: float | None = -40) -> pl.DataFrame:
    score(connection, CITY, ["person", "claim"], "pair", at_least)
    sql = (
        f"select *, {decides_sql(CITY)} as decides, {reasons_sql(CITY)} as reasons from pair order by left_id, right_id"
    )
    pairs: pl.DataFrame = connection.sql(sql).pl()
    return pairs


def test_the_same_rows_give_the_same_pairs_and_weights_in_any_order_and_on_any_threads() -> None:
    first = score_pairs(night())
    assert first.height == 10
    for seed, threads in ((1, 1), (2, 2), (3, 4)):
        persons, claims = (rows(t).sample(fraction=1, shuffle=True, seed=seed) for t in (PERSONS, CLAIMS))
        again = night(persons, claims)
        again.execute(f"set threads = {threads}")
        assert score_pairs(again).equals(first)


def test_it_works_in_a_night_and_leaves_nothing_but_its_result(tmp_path: Path) -> None:
    connection = night()
    connection.execute(f"attach '{tmp_path / 'city.duckdb'}' as city")
    connection.execute("use city")
    before = relations(connection)
    score(connection, CITY, ["person", "claim"], "pair")
    assert relations(connection) - before == {("temp", "main", "pair")}
    assert connection.execute("select current_database()").fetchall() == [("city",)]


def test_it_leaves_nothing_when_it_fails() -> None:
    connection = night()
    connection.execute("alter table claim drop column phone_b")
    before = relations(connection)
    with pytest.raises(HubError, match="phone_b") as refused:
        score(connection, CITY, ["person", "claim"], "pair")
    assert "王" not in str(refused.value)
    assert relations(connection) == before
    assert connection.execute("select current_database()").fetchall() == [("memory",)]


def relations(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    tables = "select database_name, schema_name, table_name from duckdb_tables() union all"
    views = "select database_name, schema_name, view_name from duckdb_views() where not internal"
    return set(connection.execute(f"{tables} {views}").fetchall())


def test_no_name_is_said_aloud(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    score_pairs(night())
    assert tuple(capfd.readouterr()) == ("", "")
    assert not [record for record in caplog.records if record.name.startswith("splink")]


def test_one_table_or_the_right_number_of_them() -> None:
    with pytest.raises(HubError, match="link_only of 1 tables"):
        score(night(), CITY, ["person"], "pair")


@pytest.mark.parametrize("empty", ["person", "claim"])
def test_an_empty_table_gives_no_pairs(empty: str) -> None:
    connection = night()
    connection.execute(f"delete from {empty}")
    assert score_pairs(connection).is_empty()


def test_a_phone_on_more_rows_than_the_model_allows_proposes_nobody() -> None:
    tickets = "\n".join(f"agency{n} 王女士 - - p1 -" for n in range(CITY.most_rows_per_key))
    found = score_pairs(night(claims=f"{tickets}\nt1 王伟 - - p1 d1"))
    assert set(found["right_id"]) == {"t1"}, "by home and surname alone"
    assert score_pairs(night(claims=tickets)).height > CITY.most_rows_per_key


def test_a_pair_is_explained_as_a_clerk_reads_it() -> None:
    pairs = score_pairs(night())
    told = {(pair["left_id"], pair["right_id"]): pair["reasons"] for pair in pairs.to_dicts()}
    assert told["a", "t1"] == "姓名 一致 +17.8；电话 一致 +19.4"
    assert told["c", "t2"] == "姓名 异体字 +6.6；住址 一致 +18.2"
    assert told["b", "t1"] == "姓名 不同 −6.3；电话 一致 +19.4"
    assert told["a", "t4"] == "电话 一致 +19.4；住址 一致 +18.2"
    assert told["d", "t5"] == "姓名 一致 +17.8；性别 不同 −6.6；出生日期 差一位 +5.2；电话 一致 +19.4"


def test_a_level_that_never_decides_and_a_name_that_is_missing_are_for_a_human() -> None:
    decides = {(p["left_id"], p["right_id"]): p["decides"] for p in score_pairs(night()).to_dicts()}
    assert decides["a", "t1"]
    assert decides["c", "t2"]
    assert not decides["b", "t1"], "another name"
    assert not decides["a", "t4"], "no name: it is needed"
    assert not decides["d", "t5"], "another sex, whatever else agrees"


def test_partial_weights_and_the_prior_make_the_weight() -> None:
    prior = pl.col("match_weight") - pl.sum_horizontal(pl.col(f"mw_{c.name}").fill_null(0) for c in CITY.comparisons)
    assert score_pairs(night()).select(prior.round(3).unique()).to_series().to_list() == [-16.83]


def test_below_grey_there_is_no_pair_unless_asked_for() -> None:
    weights = score_pairs(night())["match_weight"]
    assert sorted(score_pairs(night(), None)["match_weight"]) == sorted(weights.filter(weights >= CITY.grey))
    assert weights.min() < CITY.grey  # type: ignore[operator]


def test_training_is_the_same_in_any_order_and_fills_in_every_number() -> None:
    draw, originals = random.Random(7), australians(1)
    again = [spoilt(cells, draw) for cells in originals]
    people = pl.DataFrame(originals + again, schema=list(FEBRL), orient="row").with_row_index("nth")
    everyone = people.with_columns(
        pl.col(pl.String).replace("", None), id=pl.col("nth").cast(pl.String), source=pl.lit("file")
    )

    def trained(shuffle: int) -> LinkModel:
        connection = duckdb.connect(config={"threads": shuffle})
        connection.register("everyone", everyone.sample(fraction=1, shuffle=True, seed=shuffle))
        return train(connection, load_model("febrl"), ["everyone"], seed=1)

    first = trained(1)
    assert trained(2) == first
    levels = {(c.name, name): level for c in first.comparisons for name, level in c.levels.items()}
    assert len(levels) == sum(len(c.shape.level_names) for c in first.comparisons)
    assert all(level.m and level.u for level in levels.values())
    numbers = [(one[-1], other[-1]) for one, other in zip(originals, again, strict=True) if other[-1]]
    alike = sum(one == other for one, other in numbers) / len(numbers)
    assert levels["soc_sec_id", "same"].m == pytest.approx(alike, abs=0.01)
    assert levels["state", "same"].u == pytest.approx(1 / 3, abs=0.03), "of three states"
    assert first.prior == pytest.approx(300 / (600 * 599 / 2), rel=0.2)
