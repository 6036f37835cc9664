"""`scored_pair`: rows without a usable number against the persons they may name, scored by the linkage model of the city.

A pair's weight follows from what its two sides tell and from nothing else, so pairs of an earlier night hold: only what
tells something new is matched again, against everything on the other side. Not here: what is decided on a weight
(`warehouse/models/row_link.sql`), how it is weighed (`models/city.yaml`, score.py).
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import duckdb

from pipelines.linkage.inputs import count, key_sql
from pipelines.linkage.model import LinkModel, load_model
from pipelines.linkage.score import decides_sql, pattern_sql, reasons_sql, score
from warehouse.remembered import Remembered
from warehouse.settings import Settings

PERSON, ROW = "person", "row"
SIDES = {PERSON: ("known_person", "person"), ROW: ("unnumbered_row", "row_hash")}


def make_scored_pair(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """`scored_pair` (row_hash, person, match_weight, decides, pattern) and `linkage_pattern` (pattern → reasons)."""
    model = load_model("city").among(_about(connection, "known_person"))
    memory = Remembered.of(settings, "pairs", edition(), model.model_dump_json())
    for side in SIDES:
        _told(connection, side, model)
    _recall(connection, memory)
    _score_new(connection, model)
    _remember(connection, memory)
    connection.execute("""
        create temp table scored_pair as
        select r.row_hash, k.person, p.match_weight, p.decides, p.pattern
        from known_pair p
        join person_told k on k.id = p.person_id
        join row_told r on r.id = p.row_id""")
    for table in ("person_told", "row_told", PERSON, ROW, "known_pair"):
        connection.execute(f"drop table {table}")


@cache
def edition() -> str:
    """What pairs depend on besides their two sides and the model: the code here and the libraries that count and compare."""
    code = sha256(b"\x1f".join(file.read_bytes() for file in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
    return " ".join([code, *(f"{name} {version(name)}" for name in ("duckdb", "splink"))])


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


def _told(connection: duckdb.DuckDBPyConnection, side: str, model: LinkModel) -> None:
    """`<side>`: what the rows tell, each once, under the hash of it as `id`; `<side>_told`: which of it each row tells.

    The hash is DuckDB's, which another version may compute otherwise: the memory's digest names the version.
    """
    table, key = SIDES[side]
    columns = ", ".join(model.reads)
    connection.execute(f"create temp table {side}_told as select {key}, hash({columns}) as id from {table}")
    connection.execute(
        f"create temp table {side} as select distinct '{side}' as source, hash({columns}) as id, {columns} from {table}"
    )


def _recall(connection: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    """`known_pair` and `linkage_pattern`: remembered pairs whose two sides are still told; and what is new on each side."""
    pairs, patterns = memory.file("pair.parquet"), memory.file("pattern.parquet")
    for side in SIDES:
        known = memory.file(f"{side}.parquet") if pairs else None
        seen = f"anti join read_parquet('{_quoted(known)}') k on k.id = s.id" if known else ""
        connection.execute(f"create temp table new_{side} as select s.* from {side} s {seen}")
    if pairs and patterns:
        connection.execute(f"""
            create temp table known_pair as
            select p.* from read_parquet('{_quoted(pairs)}') p
            where p.person_id in (select id from {PERSON}) and p.row_id in (select id from {ROW})""")
        connection.execute(f"create temp table linkage_pattern as from read_parquet('{_quoted(patterns)}')")
    else:
        connection.execute(
            "create temp table known_pair"
            " (person_id ubigint, row_id ubigint, match_weight double, decides boolean, pattern varchar)"
        )
        connection.execute("create temp table linkage_pattern (pattern varchar, reasons varchar)")


def _score_new(connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """New rows against all persons, and new persons against the rows that are not new."""
    connection.execute(f"create temp view old_{ROW} as select * from {ROW} where id not in (select id from new_{ROW})")
    for new, others in ((f"new_{ROW}", PERSON), (f"new_{PERSON}", f"old_{ROW}")):
        connection.execute(f"create temp table near as {_near(model, others, new)}")
        if count(connection, "near"):
            _score(connection, model, ["near", new] if others == PERSON else [new, "near"])
        connection.execute("drop table near")
    connection.execute(f"drop view old_{ROW}")
    for side in SIDES:
        connection.execute(f"drop table new_{side}")


def _score(connection: duckdb.DuckDBPyConnection, model: LinkModel, sides: list[str]) -> None:
    score(connection, model, sides, "scored", crowds=(PERSON, ROW))
    connection.execute(f"""
        insert into known_pair
        select left_id, right_id, match_weight, {decides_sql(model)}, {pattern_sql(model)} from scored""")
    connection.execute(f"""
        insert into linkage_pattern
        select distinct {pattern_sql(model)} as pattern, {reasons_sql(model)} from scored
        where pattern not in (select pattern from linkage_pattern)""")
    connection.execute("drop table scored")


def _near(model: LinkModel, others: str, new: str) -> str:
    """Those of the other side that share what proposes a pair with something new."""
    keys = [key_sql(rule) for rule in model.block_on]
    shared = [f"{key} in (select {key} from {new})" for key in keys]
    return f"select * from {others} where {' or '.join(shared)}"


def _remember(connection: duckdb.DuckDBPyConnection, memory: Remembered) -> None:
    with memory.replacing() as folder:
        for name, query in (
            ("pair", "from known_pair"),
            ("pattern", "from linkage_pattern order by pattern"),
            (PERSON, f"select id from {PERSON}"),
            (ROW, f"select id from {ROW}"),
        ):
            connection.execute(f"copy ({query}) to '{_quoted(folder / (name + '.parquet'))}' (format parquet)")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
