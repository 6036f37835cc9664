"""A register's history is every file again: whatever is sent in whatever order, each day's knowledge can be read out of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.model import Column, Table
from warehouse.build import history
from warehouse.build.sources import lake_view
from warehouse.lake.lake import Delivery, Lake
from warehouse.settings import Settings

DOG = Table(
    name="dog",
    layer="source",
    version="1.0.0",
    business_name="犬只",
    columns=(
        Column("tag", "牌号", "牌号", "string", primary_key=True),
        Column("home", "住址", "住址", "string", address=1),
        Column("updated_on", "更新日期", "更新日期", "date"),
    ),
    path="dog.odcs.yaml",
    digest="0" * 64,
)
START = datetime(2024, 1, 1, tzinfo=UTC)


class File(NamedTuple):
    """A file of an office on a day of January: the whole register or a correction."""

    day: int
    homes: dict[str, str]
    correction: bool = False


files = st.lists(
    st.builds(
        File,
        day=st.integers(1, 5),
        homes=st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), min_size=1),
        correction=st.booleans(),
    ),
    min_size=1,
    max_size=7,
)


def deliver(home: Path, sent: list[File]) -> Settings:
    """A lake in which the files lie, received in this order."""
    made = Settings(home=home)
    lake = Lake(made)
    for n, file in enumerate(sent):
        received = START.replace(minute=n)
        record = Delivery(f"{n:016d}", "", "dog", f"{n}.csv", 1, date(2024, 1, file.day), received, "", "accepted")
        record = replace(record, correction=file.correction, accepted=len(file.homes))
        rows = {
            "tag": list(file.homes),
            "home": list(file.homes.values()),
            "updated_on": [date(2024, 1, n + 1)] * len(file.homes),
        }
        frame = pl.DataFrame(rows).with_columns(
            delivery_id=pl.lit(record.id), row_no=pl.int_range(2, len(file.homes) + 2)
        )
        path = lake.accepted_path(record)
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
        lake.record(record)
    return made


def folded_relations(made: Settings) -> tuple[list[tuple[object, ...]], ...]:
    """All rows of `dog_history` and `dog_current_since`."""
    with duckdb.connect() as connection:
        history.fold_snapshots(connection, made, Lake(made), DOG)
        tables = ("dog_history", "dog_current_since", "first_stated")
        return tuple(connection.execute(f"from {t} order by all").fetchall() for t in tables)


def known_by(made: Settings, day: int) -> dict[str, str]:
    """The homes known at the end of a day, by the history."""
    with duckdb.connect() as connection:
        lake_view(connection, Lake(made), DOG)
        history.fold_snapshots(connection, made, Lake(made), DOG)
        return dict(
            connection.execute(
                "select tag, home from dog_history where known_from <= $day and known_to > $day union all"
                " select l.tag, l.home from lake_dog l left join dog_current_since s using (tag) join first_stated f"
                " on f.source = 'dog'"
                " where coalesce(s.known_from, f.day) <= $day",
                {"day": date(2024, 1, day)},
            ).fetchall()
        )


def expected_homes(sent: list[File], day: int) -> dict[str, str]:
    """The homes known at the end of a day: those of the last whole file up to it, with its corrections."""
    known: dict[str, str] = {}
    for file in sorted((f for f in sent if f.day <= day), key=lambda f: f.day):
        if not file.correction:
            known = dict(file.homes)
        elif known:
            known |= file.homes
    return known


@settings(max_examples=40)
@given(sent=files)
def test_history_of_every_day_is_what_the_files_stated(
    tmp_path_factory: pytest.TempPathFactory, sent: list[File]
) -> None:
    made = deliver(tmp_path_factory.mktemp("lake"), sent)
    for day in range(1, 6):
        assert known_by(made, day) == expected_homes(sent, day), day


@settings(max_examples=15)
@given(sent=files)
def test_night_by_night_or_all_at_once_is_the_same(tmp_path_factory: pytest.TempPathFactory, sent: list[File]) -> None:
    home = tmp_path_factory.mktemp("lake")
    for n in range(1, len(sent) + 1):
        nightly = folded_relations(deliver(home, sent[:n]))
    assert nightly == folded_relations(deliver(tmp_path_factory.mktemp("anew"), sent))


@pytest.mark.parametrize(
    ("sent", "former"),
    [
        pytest.param([File(1, {"a": "x"}), File(2, {"a": "y"})], [("a", "x", 1, 2, "first")], id="changed"),
        pytest.param([File(1, {"a": "x"}), File(2, {"a": "x"})], [], id="only its date changed"),
        pytest.param([File(1, {"a": "x"}), File(2, {"b": "x"})], [("a", "x", 1, 2, "first")], id="gone"),
        pytest.param([File(1, {"a": "x"}), File(1, {"a": "y"})], [], id="never known at the end of a day"),
        pytest.param(
            [File(1, {"a": "x"}), File(2, {"a": "y"}), File(3, {"a": "x"}, correction=True)],
            [("a", "x", 1, 2, "first"), ("a", "y", 2, 3, "said")],
            id="corrected",
        ),
        pytest.param([File(1, {"a": "x"}, correction=True), File(2, {"a": "y"})], [], id="a correction of nothing"),
        pytest.param(
            [File(3, {"a": "x"}), File(1, {"a": "y"})], [("a", "y", 1, 3, "first")], id="an older file came later"
        ),
    ],
)
def test_former_states_of_a_register(tmp_path: Path, sent: list[File], former: list[tuple[object, ...]]) -> None:
    rows, _, _ = folded_relations(deliver(tmp_path, sent))
    assert [(r[0], r[1], r[5].day, r[6].day, r[7]) for r in rows] == former  # type: ignore[attr-defined]


def test_a_column_that_the_contract_gained_is_no_change_of_every_row(tmp_path: Path) -> None:
    made = deliver(tmp_path, [File(1, {"a": "x"}), File(2, {"a": "x"})])
    lake = Lake(made)
    newest = lake.accepted_path(lake.deliveries("dog")[-1])
    pl.read_parquet(newest).with_columns(breed=pl.lit("京巴")).write_parquet(newest)
    wider = replace(DOG, columns=(*DOG.columns, Column("breed", "品种", "品种", "string")), digest="1" * 64)
    with duckdb.connect() as connection:
        history.fold_snapshots(connection, made, lake, wider)
        assert connection.execute("from dog_history").fetchall() == []


def test_only_the_newest_history_and_its_predecessor_are_cached(tmp_path: Path) -> None:
    sent = [File(day, {"a": "xy"[day % 2]}) for day in range(1, 6)]
    for n in range(1, len(sent) + 1):
        made = deliver(tmp_path, sent[:n])
        folded_relations(made)
    assert len(list(made.cache.glob("history-dog-*.parquet"))) == 2
    shutil.rmtree(made.cache)
    folded_relations(made)
    assert len(list(made.cache.glob("history-dog-*.parquet"))) == 1
