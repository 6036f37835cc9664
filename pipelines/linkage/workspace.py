"""Prepares the tables for Splink in a temporary in-memory database, which is detached afterwards.

Belongs here: numbering rows, helper columns, blocking keys without those on too many rows. Does not: weights.
The caller's databases and current schema stay unchanged.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import SplinkException

from contracts.errors import HubError
from contracts.quoting import quote_identifier
from pipelines.linkage.model import LinkModel
from pipelines.linkage.splink_settings import splink_settings

WORK = "linkage_work"


class NarrowAPI(DuckDBAPI):
    """A Splink API that drops the compared columns from predictions, which Splink would keep together with the levels."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
        super().__init__(connection)
        levels = [f"{part}_{c.name}" for c in model.comparisons for part in ("gamma", "mw")]
        self.columns = ", ".join(["match_weight", "unique_id_l", "unique_id_r", *levels])

    def _setup_for_execute_sql(self, sql: str, physical_name: str) -> str:
        predicted = physical_name.startswith("__splink__df_predict")
        narrow = f"select {self.columns} from ({sql}) as predicted" if predicted else sql
        return super()._setup_for_execute_sql(narrow, physical_name)


@dataclass(frozen=True)
class Workspace:
    """The prepared `tables` (with `unique_id`, `source_dataset`, `key_<n>`) and a Splink linker on them."""

    connection: duckdb.DuckDBPyConnection
    model: LinkModel
    tables: tuple[str, ...]

    def linker(self) -> Linker:
        api = NarrowAPI(self.connection, self.model)
        frames = [api.register(table, table_name=table) for table in self.tables]
        inputs = frames if len(frames) > 1 else frames[0]
        return Linker(inputs, splink_settings(self.model), log_level=None, validate_settings=False)


@contextmanager
def workspace(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, tables: Sequence[str], crowds: Sequence[str] = ()
) -> Iterator[Workspace]:
    """Prepare `tables` (columns source, id and `model.reads`); rows per key are counted in `crowds`.

    HubError: the model does not fit the tables.
    """
    if len(tables) != 1 if model.link_type == "dedupe_only" else len(tables) < 2:
        raise HubError(f"{model.link_type} of {len(tables)} tables", remedy="one table to dedupe, two or more to link")
    before = connection.execute("select current_database(), current_schema()").fetchall()[0]
    connection.execute(f"attach ':memory:' as {WORK}")
    try:
        names, last = tuple(f"t{n}" for n in range(len(tables))), 0
        for name, table in zip(names, tables, strict=True):
            last = _number(connection, model, table, name, last)
        _leave_out_crowded(connection, model, [f"{WORK}.{name}" for name in names], crowds or tables)
        connection.execute(f"use {WORK}")
        with without_splink_log():
            yield Workspace(connection, model, names)
    except SplinkException:  # its message quotes the SQL and DuckDB's words, which may quote rows
        raise HubError(
            "Splink could not run the linkage model", remedy="check the model's columns and their types"
        ) from None
    finally:
        connection.execute(f"use {'.'.join(map(quote_identifier, before))}")
        connection.execute(f"detach {WORK}")


@contextmanager
def without_splink_log() -> Iterator[None]:
    """Switch Splink's log off in the block: its messages quote SQL and values."""
    log = logging.getLogger("splink")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(level)


def _number(connection: duckdb.DuckDBPyConnection, model: LinkModel, table: str, into: str, after: int) -> int:
    """Create `into`: the rows numbered from `after` on, with helper columns and a key per blocking rule; the last number.

    Where the order matters (left and right of one table, samples), rows are ordered by source and id.
    """
    ordered = "" if model.link_type == "link_only" and not model.training else "order by source, id"
    columns = [_column(model, name, name) for name in (*model.reads, *sorted(model.derived))]
    helpers = {name: sql for comparison in model.comparisons for name, sql in comparison.shape.prepare.items()}
    columns += [_column(model, name, sql) for name, sql in sorted(helpers.items())]
    columns += [f"{key_sql(rule)} as key_{n}" for n, rule in enumerate(model.block_on)]
    derived = "".join(f", {sql} as {name}" for name, sql in sorted(model.derived.items()))
    try:
        connection.execute(
            f"""create table {WORK}.{into} as
                select {after} + row_number() over ({ordered}) as unique_id, '{into}' as source_dataset,
                       source as row_source, id as row_id, {", ".join(columns)}
                from (select *{derived} from {table}) as given"""
        )
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        first_line = str(error).splitlines()[0]
        raise HubError(
            f"the linkage model does not fit the table: {first_line}", where=table, remedy="correct either"
        ) from None
    return after + count(connection, f"{WORK}.{into}")


def _column(model: LinkModel, name: str, sql: str) -> str:
    """The column's text if its text is compared, else a hash, which halves memory and time."""
    is_text = any(name in comparison.shape.text_columns for comparison in model.comparisons)
    return f"{sql} as {name}" if is_text else f"case when ({sql}) is not null then hash({sql}) end as {name}"


def key_sql(rule: Sequence[str]) -> str:
    return f"case when {' and '.join(f'{column} is not null' for column in rule)} then hash({', '.join(rule)}) end"


def _leave_out_crowded(
    connection: duckdb.DuckDBPyConnection, model: LinkModel, tables: Sequence[str], crowds: Sequence[str]
) -> None:
    """Set a key on too many rows of one of `crowds` to null in all `tables`; only keys of the smallest table are counted."""
    smallest = min(tables, key=lambda table: count(connection, table))
    derived = "".join(f", {sql} as {name}" for name, sql in sorted(model.derived.items()))
    for n, rule in enumerate(model.block_on):
        key = f"key_{n}"
        crowded = " union ".join(
            f"select {key_sql(rule)} as {key} from (select *{derived} from {crowd}) as given"
            f" where {key_sql(rule)} in (select {key} from {smallest})"
            f" group by all having count(*) > {model.most_rows_per_key}"
            for crowd in crowds
        )
        connection.execute(
            f"create temp table crowded as select {key} from ({crowded}) as counted where {key} is not null"
        )
        for table in tables:
            connection.execute(f"update {table} set {key} = null where {key} in (select {key} from crowded)")
        connection.execute("drop table crowded")


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
