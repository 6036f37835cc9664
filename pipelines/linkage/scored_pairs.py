"""The Python model `scored_pair`: rows without a usable ID number against persons, scored by the city's linkage model.

A pair's weight depends only on the values of its two sides, so earlier nights' pairs are cached: only new values are matched
again, against everything on the other side. Not here: deciding on a weight (`warehouse/models/row_link.sql`), computing it
(`models/city.yaml`, score.py).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from contracts.persons import STRENGTHS
from contracts.quoting import quote_text
from pipelines.linkage.model import LinkModel, load_model
from pipelines.linkage.score import decides_sql, pattern_sql, reasons_sql, score
from pipelines.linkage.workspace import count, key_sql
from warehouse.lake.cache import Cache, code_version
from warehouse.settings import Settings

HERE = Path(__file__).parent
PERSONS, ROWS = "known_person", "row_without_id_no"  # each with `told`, the hash of its values
PAIR = "person_told ubigint, row_told ubigint, match_weight double, decides boolean, pattern varchar"


def make_scored_pair(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `scored_pair` (row_hash, person, match_weight, decides, pattern) and `linkage_pattern` (pattern, reasons)."""
    model = load_model("city").among(_about(connection, PERSONS))
    memory = Cache.of(settings, "pairs", code_version(HERE, "duckdb", "splink"), model.model_dump_json())
    _recall(connection, memory)
    _score_new(connection, model)
    _remember(connection, memory)
    connection.execute(f"""
        create temp table scored_pair as
        select r.row_hash, k.person, p.match_weight, p.decides, p.pattern
        from known_pair p
        join {PERSONS} k on k.told = p.person_told
        join {ROWS} r on r.told = p.row_told""")
    connection.execute("drop table known_pair")


def make_linkage_bound(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create `linkage_bound`: by strength, the shares of the odds (0..1) from which a row is linked, or shown to a human."""
    model = load_model("city")
    connection.execute("create temp table linkage_bound (strength varchar, auto double, grey double)")
    for strength in STRENGTHS:
        auto = model.auto_by_strength.get(strength, model.auto)
        connection.execute("insert into linkage_bound values (?, ?, ?)", [strength, _share(auto), _share(model.grey)])


def _share(weight: float) -> float:
    return float(2**weight / (1 + 2**weight))


def _about(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """The number of rows rounded up to a power of two, so that a few more or less do not change every weight."""
    return 1 << count(connection, table).bit_length()


def _recall(connection: duckdb.DuckDBPyConnection, memory: Cache) -> None:
    """Create `known_pair` and `linkage_pattern` from the cache, for sides that still exist, and `old_person`, `old_row`."""
    found = [(name, memory.file(f"{name}.parquet")) for name in ("pair", "pattern", "person", "row")]
    files = {name: f"from read_parquet({quote_text(file)})" for name, file in found if file}
    if len(files) < len(found):
        files = {}
    for name, columns in (("pair", PAIR), ("pattern", "pattern varchar, reasons varchar")):
        connection.execute(f"create temp table {'known_pair' if name == 'pair' else 'linkage_pattern'} ({columns})")
    for name in ("person", "row"):
        told = files.get(name, "select null::ubigint as told where false")
        connection.execute(f"create temp table old_{name} as {told}")
    if files:
        connection.execute(f"""
            insert into known_pair
            select p.* {files["pair"]} p
            where p.person_told in (select told from {PERSONS}) and p.row_told in (select told from {ROWS})""")
        connection.execute(f"insert into linkage_pattern {files['pattern']}")


def _score_new(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """Score new rows against all persons, then new persons against old rows; equal values are scored once."""
    columns = ", ".join(model.reads)
    told = "select distinct '{0}' as source, told as id, {1} from {0} where {2}"
    connection.execute(f"create temp table new_row as {told.format(ROWS, columns, 'told not in (from old_row)')}")
    near = (
        f"select distinct '{PERSONS}' as source, told as id, {columns} from {PERSONS} where {_near(model, 'new_row')}"
    )
    connection.execute(f"create temp table near as {near}")
    _score(connection, model, ["near", "new_row"])
    connection.execute("drop table near; drop table new_row")
    connection.execute(
        f"create temp table new_person as {told.format(PERSONS, columns, 'told not in (from old_person)')}"
    )
    near = f"select distinct '{ROWS}' as source, told as id, {columns} from {ROWS}"
    connection.execute(
        f"create temp table near as {near} where told in (from old_row) and ({_near(model, 'new_person')})"
    )
    _score(connection, model, ["new_person", "near"])
    connection.execute("drop table near; drop table new_person; drop table old_person; drop table old_row")


def _score(connection: duckdb.DuckDBPyConnection, model: LinkModel, sides: list[str]) -> None:
    if not all(count(connection, side) for side in sides):
        return
    score(connection, model, sides, "scored", crowds=(PERSONS, ROWS))
    connection.execute(f"""
        insert into known_pair
        select left_id, right_id, match_weight, {decides_sql(model)}, {pattern_sql(model)} from scored""")
    connection.execute(f"""
        insert into linkage_pattern
        select distinct {pattern_sql(model)} as pattern, {reasons_sql(model)} from scored
        where pattern not in (select pattern from linkage_pattern)""")
    connection.execute("drop table scored")


def _near(model: LinkModel, new: str) -> str:
    """SQL: true if a row shares a blocking key with a row of the table `new`."""
    keys = [key_sql(rule) for rule in model.block_on]
    return " or ".join(f"{key} in (select {key} from {new})" for key in keys)


def _remember(connection: duckdb.DuckDBPyConnection, memory: Cache) -> None:
    with memory.replace_files() as folder:
        for name, query in (
            ("pair", "from known_pair"),
            ("pattern", "from linkage_pattern order by pattern"),
            ("person", f"select distinct told from {PERSONS}"),
            ("row", f"select distinct told from {ROWS}"),
        ):
            connection.execute(f"copy ({query}) to {quote_text(folder / f'{name}.parquet')} (format parquet)")
