"""The engine: builds one candidate `city.duckdb` from the lake by the models, and closes it.

The file is built from nothing every night; indexes and the checkpoint come last. Not here: publishing it (releases/).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import md5
from pathlib import Path

import duckdb

from contracts.errors import HubError
from contracts.model import Catalog, Table
from contracts.quoting import quote_text
from warehouse.build import history
from warehouse.build.observed_values import OBSERVED_VALUE, make_observed_value
from warehouse.build.person_records import person_models
from warehouse.build.python_model import PythonModel, PythonModels, generated_model
from warehouse.build.sources import SPELLING, lake_view, source_reads, source_sql, spelling_sql
from warehouse.build.sql_files import SqlFile, in_order, last_readers, read_folder, upstream
from warehouse.build.survivorship import survivorship_models
from warehouse.environment import environment_fault
from warehouse.lake.lake import Delivery, Lake
from warehouse.lake.tokens import Tokens
from warehouse.releases.content_hash import contracts_digest, row_counts
from warehouse.releases.log import PublishedRelease
from warehouse.settings import Settings

MODELS = Path(__file__).parents[1] / "models"
WORKLIST = Path(__file__).parents[1] / "worklist"  # city tables made from findings, after the cross-check
MACROS = Path(__file__).parents[1] / "macros"  # one select each, with `day` and `known` as parameters
DELIVERY = "delivery"
ENGINE_TABLES = (DELIVERY, "finding", "finding_evidence", "rule_figure", "release")  # city tables that no model makes
ROW_GROUP = 16_384  # a grid has about a thousand residents: small groups let a reader skip the rest of the city
Progress = Callable[[str], None]


@dataclass
class BuildResult:
    """The result of a build: `inputs`, the deliveries it was built from, and `seconds` by relation."""

    inputs: list[Delivery] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def build_connection(target: Path, settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to build `target`, with its temporary files beside it. HubError if the disk fails."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": False,
        "temp_directory": str(target.parent / "spill"),
    }
    if settings.threads:
        config["threads"] = settings.threads
    if settings.memory:
        config["memory_limit"] = settings.memory
    connection = duckdb.connect(config=config)
    try:
        connection.execute(f"attach {quote_text(target)} as city (row_group_size {ROW_GROUP})")
        connection.execute("use city")
        yield connection
    except duckdb.IOException as error:
        fault = environment_fault(error)
        raise HubError(
            f"the new city database could not be written or read: {fault.what if fault else type(error).__name__}",
            where=str(target.parent),
            remedy=fault.remedy if fault else "look at the disk, and at `hub doctor --deep`",
        ) from error
    finally:
        connection.close()


def models() -> dict[str, SqlFile]:
    return read_folder(MODELS)


def plan(catalog: Catalog, files: Mapping[str, SqlFile], python_models: PythonModels) -> list[str]:
    """All relations in the order of building. HubError if a city table has no model, or a relation has two."""
    if twice := sorted(files.keys() & contract_models(catalog).keys()):
        raise HubError(
            f"relation {twice[0]} is a model and follows from the contracts, too",
            where=str(files[twice[0]].path),
            remedy="give the model (or the source) another name",
        )
    known = {*files, *python_models, *ENGINE_TABLES, *read_folder(WORKLIST)}
    for table in catalog.city():
        if table.name not in known:
            raise HubError(
                f"city table {table.name} is promised and no model makes it",
                where=table.path,
                remedy=f"write warehouse/models/{table.name}.sql",
            )
    return in_order(dependencies(catalog, files, python_models))


def contract_models(catalog: Catalog, with_history: Sequence[Table] = ()) -> dict[str, PythonModel]:
    """The models generated from the contracts, and `observed_value`; `with_history` are the sources with history."""
    spelling = generated_model(
        SPELLING, spelling_sql(catalog, with_history, OBSERVED_VALUE), frozenset({OBSERVED_VALUE})
    )
    own = {OBSERVED_VALUE: PythonModel(make_observed_value), SPELLING: spelling}
    return own | person_models(catalog) | survivorship_models(catalog)


def dependencies(
    catalog: Catalog, files: Mapping[str, SqlFile], python_models: PythonModels
) -> dict[str, frozenset[str]]:
    """The relations that each relation reads, from the SQL files and the Python models."""
    reads: dict[str, frozenset[str]] = {DELIVERY: frozenset()}
    reads |= {table.relation: source_reads(table) for table in catalog.sources()}
    reads |= {name: model.reads for name, model in (contract_models(catalog) | dict(python_models)).items()}
    return reads | {name: file.reads for name, file in files.items()}


def _all_reads(files: Mapping[str, SqlFile], python_models: PythonModels) -> frozenset[str]:
    """The relations that some other relation reads."""
    return frozenset().union(*(f.reads for f in files.values()), *(m.reads for m in python_models.values()))


def build_city(
    settings: Settings,
    catalog: Catalog,
    target: Path,
    python_models: PythonModels,
    progress: Progress | None = None,
    only: Collection[str] = (),
) -> BuildResult:
    """Build the city tables and the released source tables in the new file `target`; `only` these and their inputs."""
    files, lake, result = models(), Lake(settings), BuildResult()
    with build_connection(target, settings) as connection:
        connection.execute("create schema source")
        define_key_of(connection, Tokens.load(settings))
        for table in catalog.sources():
            result.inputs += lake_view(connection, lake, table)
        if not result.inputs:
            raise HubError(
                "no office has delivered anything that could be read",
                where=str(settings.landing),
                remedy="put each office's file into landing/<source>/ and look at receipts/ for refused ones",
            )
        _list_deliveries(connection, result.inputs)
        with_history = history.tables_with_history(_all_reads(files, python_models), catalog.sources())
        for table in with_history:
            history.fold_snapshots(connection, settings, lake, table)
        code_models = contract_models(catalog, with_history) | dict(python_models)
        reads = dependencies(catalog, files, python_models)
        order = in_order(upstream(reads, only)) if only else plan(catalog, files, python_models)
        published = {t.relation for t in catalog.tables.values()}
        views = {name for name, model in (files | code_models).items() if model.is_view}
        last_reads = last_readers(order, reads, views)
        for relation in order:
            started = time.perf_counter()
            try:
                _build(connection, relation, settings, catalog, files, code_models)
                for unused in {*last_reads[relation]} - published:  # working tables, dropped to free memory
                    connection.execute(f"drop table if exists temp.{unused}")
            except duckdb.IOException:
                raise
            except duckdb.Error as error:
                raise _broken_model(relation, files, error) from None
            result.seconds[relation] = round(time.perf_counter() - started, 3)
            if progress:
                progress(f"{relation} {result.seconds[relation]:.1f} s")
    return result


def _build(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    settings: Settings,
    catalog: Catalog,
    files: Mapping[str, SqlFile],
    python_models: PythonModels,
) -> None:
    table = catalog.tables.get(relation) or catalog.tables.get(f"city.{relation}")
    if relation in python_models:
        python_models[relation].make(connection, settings)
        return
    if relation == DELIVERY:
        sql = "select * from delivered"
    else:
        sql = source_sql(table) if table and table.layer == "source" else files[relation].sql
    if table:
        create(connection, table, sql)
    else:  # no contract promises it, so it is not published
        kind = "view" if relation in files and files[relation].is_view else "table"
        connection.execute(f"create temp {kind} {relation} as {sql}")


def define_key_of(connection: duckdb.DuckDBPyConnection, tokens: Tokens) -> None:
    """Define `key_of(kind, value)` in SQL: the id of a row, the same every night, 32 hexadecimal characters.

    It is keyed, because ids are public: without a key an address could be guessed from its id.
    """
    secret = tokens.token("key_of", "key_of")  # as `key_of` below
    connection.execute(f"create temp macro key_of(kind, value) as md5(concat('{secret}', kind, '|', value))")


def key_of(tokens: Tokens, kind: str, value: str) -> str:
    """The result of `key_of(kind, value)` in SQL, for a value that is in no table."""
    return md5(f"{tokens.token('key_of', 'key_of')}{kind}|{value}".encode()).hexdigest()


def _list_deliveries(connection: duckdb.DuckDBPyConnection, deliveries: list[Delivery]) -> None:
    """Make `delivered`, without times of receipt, so that the same files give the same content."""
    columns = "delivery_id varchar, source varchar, file_name varchar, delivered_on date, read_rows bigint"
    connection.execute(f"create temp table delivered ({columns}, accepted_rows bigint, rejected_rows bigint)")
    for d in deliveries:
        row = [d.id, d.table, d.file_name, d.delivered_on, d.read, d.accepted, d.rejected]
        connection.execute("insert into delivered values (?, ?, ?, ?, ?, ?, ?)", row)


def create(connection: duckdb.DuckDBPyConnection, table: Table, sql: str) -> None:
    """Make `table` from a select, with its contract's columns and types, sorted by grid and key."""
    columns = ", ".join(f"cast({c.name} as {c.sql_type}) as {c.name}" for c in table.released_columns)
    order = [name for name in ("grid_code", *table.key) if name in {c.name for c in table.released_columns}]
    sort = f" order by {', '.join(order)}" if order else ""
    connection.execute(f"create table {table.relation} as select {columns} from ({sql}) as made{sort}")


def _broken_model(relation: str, files: Mapping[str, SqlFile], error: duckdb.Error) -> HubError:
    """The error of a failed model. Messages of binder and parser quote SQL only; others may quote rows and are left out."""
    where = str(files[relation].path) if relation in files else relation
    if fault := environment_fault(error):
        return HubError(fault.what, where=relation, remedy=fault.remedy)
    if isinstance(error, duckdb.BinderException | duckdb.CatalogException | duckdb.ParserException):
        return HubError(f"model fails: {str(error).splitlines()[0]}", where=where, remedy="correct the model")
    return HubError(f"model fails with {type(error).__name__}", where=where, remedy="run it alone with `hub sql`")


def finish_release(
    settings: Settings, catalog: Catalog, target: Path, served: Sequence[PublishedRelease]
) -> dict[str, int]:
    """Write the table `release`, the macros and the declared indexes, then checkpoint and close. Returns row counts.

    `served` are the published releases; the last of them is the one that `target` becomes.
    """
    with build_connection(target, settings) as connection:
        _list_releases(connection, catalog, served)
        macros = read_folder(MACROS)
        calls = {name: frozenset(m for m in macros if f"{m}(" in file.sql) for name, file in macros.items()}
        for name in in_order(calls):
            connection.execute(f"create macro {name}(day, known := null) as table {macros[name].sql}")
        for table in catalog.tables.values():
            for column in table.columns:
                if column.index:
                    name = f"{table.layer}_{table.name}_{column.name}"
                    connection.execute(f"create index {name} on {table.relation} ({column.name})")
        counts = row_counts(connection)
        connection.execute("checkpoint")
    return counts


def _list_releases(connection: duckdb.DuckDBPyConnection, catalog: Catalog, served: Sequence[PublishedRelease]) -> None:
    """Make `release`; contracts and engine are known of the newest release only, which is this one."""
    connection.execute(f"create table {catalog.tables['city.release'].definition}")
    for s in served:
        by = (contracts_digest(catalog), f"duckdb {duckdb.__version__}") if s is served[-1] else (None, None)
        built_at = s.built_at.astimezone(UTC).replace(tzinfo=None)
        connection.execute("insert into release values (?, ?, ?, ?, ?)", [s.release_id, built_at, s.known_on, *by])
