"""Small registers of residents, titles and tickets, and the persons that the night's models find in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import polars as pl

from contracts.load import load_catalog
from contracts.model import Catalog, Table
from pipelines.python_models import PYTHON_MODELS
from tests.api.city import point_to, write_release
from warehouse.build.engine import contract_models, create, define_key_of, dependencies, models
from warehouse.build.sql_files import in_order, upstream
from warehouse.frames import frame_as
from warehouse.lake.tokens import Tokens, ensure_keys
from warehouse.settings import Settings

CATALOG = load_catalog()
Row = dict[str, Any]
FOUND = ("person_link", "person_pair", "person_alias")
BIRTH, DAY = date(1980, 5, 17), date(2026, 10, 31)


class Persons(NamedTuple):
    """Rows of the three tables that linkage ends in, by name of the column."""

    link: dict[str, dict[str, Any]]  # by record key
    pair: list[dict[str, Any]]
    alias: list[dict[str, Any]]

    def person(self, key: str) -> str | None:
        """The person a row is linked to."""
        return self.link[key]["person_id"] if key in self.link else None

    def same(self, *keys: str) -> bool:
        """All of the rows are linked, and to one person."""
        found = {self.person(key) for key in keys}
        return len(found) == 1 and None not in found

    def doubts(self, key: str) -> int:
        return sum(p["left_key"] == key for p in self.pair)


def resident(key: str, name: str, number: str | None = None, **more: Any) -> Row:
    """A register row; `number` is the person's ID number in a word, None for a broken one."""
    row = {
        "record_no": key,
        "name": name,
        "sex": "1",
        "birth_date": BIRTH,
        "household_no": f"h-{key}",
        "updated_on": DAY,
    }
    row |= {"id_no_token": f"t-{number or key}", "id_no_status": "ok" if number else "check_digit"}
    return row | ({"phone_status": "ok"} if "phone_token" in more else {}) | more


def title(key: str, name: str, number: str | None = None, **more: Any) -> Row:
    row = {"title_no": key, "holder_name": name, "updated_on": DAY}
    return (
        row | {"holder_id_no_token": f"t-{number or key}", "holder_id_no_status": "ok" if number else "length"} | more
    )


def ticket(key: str, name: str | None, phone: str | None = None, dwelling: str | None = None) -> Row:
    status = "ok" if phone else "missing"
    return {
        "ticket_no": key, "requester_name": name, "dwelling_id": dwelling,
        "requester_phone_token": phone, "requester_phone_status": status,
    }  # fmt: skip


def crowd(count: int) -> list[Row]:
    """People of other homes, so that names and phones are as rare as in a town."""
    surnames, given = "赵钱孙李周吴郑冯陈褚", "安邦昌达恩芳刚海杰坤"
    return [
        resident(f"c{n}", f"{surnames[n % 10]}{given[n // 10 % 10]}{given[n // 100 % 10]}", f"c{n}",
                 birth_date=date(1950 + n % 50, 1 + n % 12, 1 + n % 28), phone_token=f"p-c{n}", dwelling_id=f"d-c{n // 3}")
        for n in range(count)
    ]  # fmt: skip


def find(
    home: Path,
    residents: Sequence[Row] = (),
    titles: Sequence[Row] = (),
    tickets: Sequence[Row] = (),
    people: int = 600,
    more: Mapping[str, Sequence[Row]] | None = None,
    catalog: Catalog = CATALOG,
) -> Persons:
    """The persons that a night finds among these rows, those of `more` sources of `catalog`, and `people` others.

    `home` keeps casebook, memory and releases.
    """
    settings = Settings(home=home)
    ensure_keys(settings)
    with duckdb.connect() as connection:
        connection.execute("create schema source")
        define_key_of(connection, Tokens.load(settings))
        connection.execute("create table address_link (address varchar, dwelling_id varchar, grid_code varchar)")
        connection.execute(f"create table delivery as select date '{DAY}' as delivered_on")
        given = {"resident": [*crowd(people), *residents], "property": titles, "hotline": tickets, **(more or {})}
        for name, rows in given.items():
            _fill(connection, catalog.tables[f"source.{name}"], rows)
        python_models = contract_models(catalog) | dict(PYTHON_MODELS)
        for relation in _order(connection, catalog):
            if relation in python_models:
                python_models[relation].make(connection, settings)
            else:
                connection.execute(f"create temp table {relation} as {models()[relation].sql}")
        link, pair, alias = (_rows(connection, name) for name in FOUND)
    return Persons({row["record_key"]: row for row in link}, pair, alias)


def serve(home: Path, persons: Persons, release: str = "r1") -> None:
    """Make these persons those of the release that is served."""
    known = sorted({row["person_id"] for row in persons.link.values()})
    rows = {
        "person_link": list(persons.link.values()),
        "person": [{"person_id": person} for person in known],
        "person_alias": persons.alias,
    }
    write_release(Settings(home=home), release, rows)
    point_to(Settings(home=home), release)


def _order(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> list[str]:
    """Build the relations that linkage needs beyond the given tables, in the night's order."""
    reads = dependencies(catalog, models(), PYTHON_MODELS)
    there = {name if schema == "main" else f"{schema}.{name}" for schema, name in connection.execute(
        "select schema_name, table_name from duckdb_tables()").fetchall()}  # fmt: skip
    return in_order(upstream({name: read for name, read in reads.items() if name not in there}, FOUND))


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Row]) -> None:
    create(connection, table, f"select {', '.join(f'null as {c.name}' for c in table.released_columns)} limit 0")
    if rows:
        with frame_as(connection, "given", pl.DataFrame(rows, infer_schema_length=None)):
            connection.execute(f"insert into {table.relation} by name select * from given")


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    found = connection.execute(f"select * from {relation} order by all")
    names = [d[0] for d in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
