"""The Python model `address_parsed`: parses the `spelling` table, only the spellings that are new tonight.

Belongs here: the cache and the order of the step, in blocks, so that memory does not grow with the city.
Does not: parsing (`parser.py`), the cache's key (`cache_key.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from contracts.quoting import quote_text
from pipelines.address.cache_key import parse_cache
from pipelines.address.gazetteer import Gazetteer
from pipelines.address.parser import COLUMNS, Parser
from pipelines.address.reference import READS, Reference, frame, reference
from warehouse.build.python_model import PythonModel
from warehouse.casebook.casebook import open_casebook
from warehouse.lake.cache import Cache
from warehouse.review.addresses import AddressDecision, current_decisions
from warehouse.settings import Settings

RELATION: Final = "address_parsed"
FILE: Final = "spelling.parquet"
BLOCK: Final = 500_000  # spellings at a time


def make_address_parsed(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create the view `address_parsed`: every spelling with its `uses` and the parser's COLUMNS."""
    tables, decisions = reference(connection), address_decisions(settings)
    cache = parse_cache(settings, tables, decisions)
    if cache.file(FILE) is None:
        with cache.replace_files() as folder:
            pl.DataFrame(schema=COLUMNS).write_parquet(folder / FILE)
    _update_cache(connection, cache, tables, decisions)
    columns = ", ".join(f"p.{name}" for name in COLUMNS if name != "address")
    connection.execute(
        f"create temp view {RELATION} as select s.address, s.uses, {columns}"
        f" from spelling s join {_file(cache.folder / FILE)} p on p.address = s.address"
    )


ADDRESS_PARSED: Final = PythonModel(make_address_parsed, READS | {"spelling"}, is_view=True)


def address_decisions(settings: Settings) -> list[AddressDecision]:
    """The decisions about addresses that are in force, from the casebook."""
    with open_casebook(settings) as casebook:
        return current_decisions(casebook)


def _update_cache(
    connection: duckdb.DuckDBPyConnection, cache: Cache, tables: Reference, decisions: list[AddressDecision]
) -> None:
    """Bring the cache up to date: parse new spellings, drop those that no source writes any more."""
    known = _file(cache.folder / FILE)
    apart = f"where not exists (select 1 from {known} k where k.address = s.address)"
    connection.execute(
        f"create temp table new_spelling as select row_number() over () as no, address from spelling s {apart}"
    )
    [(new,)] = connection.execute("select count(*) from new_spelling").fetchall()
    [(gone,)] = connection.execute(
        f"select count(*) from {known} k where not exists (select 1 from spelling s where s.address = k.address)"
    ).fetchall()
    if new or gone:
        unchanged = f"select k.* from {known} k where exists (select 1 from spelling s where s.address = k.address)"
        parser = Parser(Gazetteer.of(tables.areas, tables.buildings, decisions, tables.on)) if new else None
        with _parts(cache) as parts, cache.replace_files() as folder:
            files = [_file(part) for part in _parse(connection, parser, new, parts)] if parser else []
            every = " union all ".join([unchanged, *(f"select * from {file}" for file in files)])
            connection.execute(f"copy ({every}) to {quote_text(folder / FILE)} (format parquet, compression zstd)")
    connection.execute("drop table new_spelling")


def _parse(connection: duckdb.DuckDBPyConnection, parser: Parser, count: int, folder: Path) -> Iterator[Path]:
    for start in range(0, count, BLOCK):
        block = frame(connection, f"select address from new_spelling where no > {start} and no <= {start + BLOCK}")
        part = folder / f"{start}.parquet"
        parser.parse(block["address"]).write_parquet(part, compression="lz4")
        yield part


@contextmanager
def _parts(cache: Cache) -> Iterator[Path]:
    """A folder beside the cache, removed when the block ends."""
    folder = cache.root / f".{cache.name}.parts"
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        yield folder
    finally:
        for part in folder.iterdir():
            part.unlink()
        folder.rmdir()


def _file(path: Path) -> str:
    return f"read_parquet({quote_text(path)})"
