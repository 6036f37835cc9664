"""`scored_pair`: rows without a usable number against the persons they may name, scored by the linkage model of the city.

A pair's weight follows from what its two sides tell and from nothing else, so pairs of an earlier night hold: only what
tells something new is matched again, against everything on the other side. Not here: what is decided on a weight
(`warehouse/models/row_link.sql`), how it is weighed (`models/city.yaml`, score.py).
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.linkage.inputs import count
from pipelines.linkage.model import LinkModel, load_model
from pipelines.linkage.score import decides_sql, reasons_sql, score
from warehouse.remembered import Remembered
from warehouse.settings import Settings

EDITION = "2"  # of this module, score.py and comparisons.py: what they would score otherwise is forgotten
PERSON, ROW = "person", "row"
PAIR = "person_id, row_id, match_weight, decides, reasons"


def make_scored_pairs(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    model = load_model("city").among(_about(connection, "known_person"))
    memory = Remembered.of(settings, "pairs", EDITION, duckdb.__version__, model.model_dump_json())
    persons = _side(connection, PERSON, "known_person", model)
    rows = _side(connection, ROW, "unnumbered_row", model)
    _recall(connection, memory)
    _score_new(connection, model)
    _remember(connection, memory)
    connection.execute(f"""
        create temp table scored_pair as
        select r.source, r.record_key, k.natural_id, p.match_weight, p.decides, p.reasons
        from known_pair p
        join {persons} k on k.id = p.person_id
        join {rows} r on r.id = p.row_id""")
    for table in (persons, rows, PERSON, ROW, "known_pair"):
        connection.execute(f"drop table {table}")


def make_linkage_bound(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """By source: from which share of the odds (0..1) a row is linked, and from which it is shown to a human."""
    model = load_model("city")
    connection.execute("create temp table linkage_bound (source varchar, auto double, grey double)")
    for source in ("resident", "property", "hotline"):
        auto = model.auto_by_source.get(source, model.auto)
        connection.execute("insert into linkage_bound values (?, ?, ?)", [source, _share(auto), _share(model.grey)])


def _share(weight: float) -> float:
    return float(2**weight / (1 + 2**weight))


def _about(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows, as a power of two: a few more or less do not make every weight another one."""
    return 1 << count(connection, table).bit_length()


def _side(connection: duckdb.DuckDBPyConnection, side: str, table: str, model: LinkModel) -> str:
    """`side`: what the rows of `table` tell, each once, under an id that follows from it. Returns the table of ids by row."""
    told = ", ".join(f"coalesce(cast({c} as varchar), '')" for c in model.reads)
    connection.execute(f"create temp table {side}_by_row as select *, md5(concat_ws('|', {told})) as id from {table}")
    columns = ", ".join(model.reads)
    connection.execute(
        f"create temp table {side} as select distinct '{side}' as source, id, {columns} from {side}_by_row"
    )
    return f"{side}_by_row"


def _recall(connection: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    """`known_pair`: remembered pairs whose two sides are still told; and what of each side is new tonight."""
    pairs = memory.file("pair.parquet")
    for side in (PERSON, ROW):
        known = memory.file(f"{side}.parquet") if pairs else None
        seen = f"anti join read_parquet('{_quoted(known)}') k on k.id = s.id" if known else ""
        connection.execute(f"create temp table new_{side} as select s.* from {side} s {seen}")
    if pairs:
        connection.execute(f"""
            create temp table known_pair as
            select p.* from read_parquet('{_quoted(pairs)}') p
            where p.person_id in (select id from {PERSON}) and p.row_id in (select id from {ROW})""")
    else:
        connection.execute(
            "create temp table known_pair (person_id varchar, row_id varchar, match_weight double,"
            " decides boolean, reasons varchar)"
        )


def _score_new(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """New rows against all persons, and new persons against the rows that are not new."""
    connection.execute(f"create temp view old_{ROW} as select * from {ROW} where id not in (select id from new_{ROW})")
    for persons, rows in ((PERSON, f"new_{ROW}"), (f"new_{PERSON}", f"old_{ROW}")):
        if not (count(connection, persons) and count(connection, rows)):
            continue  # Splink takes its time for nothing, too
        score(connection, model, [persons, rows], "scored")
        connection.execute(f"""
            insert into known_pair
            select left_id, right_id, match_weight, {decides_sql(model)}, {reasons_sql(model)} from scored""")
        connection.execute("drop table scored")
    connection.execute(f"drop view old_{ROW}")
    for side in (PERSON, ROW):
        connection.execute(f"drop table new_{side}")


def _remember(connection: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    with memory.replacing() as folder:
        for name, query in (
            ("pair", f"select {PAIR} from known_pair"),
            (PERSON, f"select id from {PERSON}"),
            (ROW, f"select id from {ROW}"),
        ):
            connection.execute(f"copy ({query}) to '{_quoted(folder / (name + '.parquet'))}' (format parquet)")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
