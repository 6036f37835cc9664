"""Compares a sample of prepared homes with what the gate reads of the same release, before it is published.

For a role of each kind, in the home's grid alone and in its whole province: every prepared row must be one that the gate gives,
column by column, and no row of the home may be missing. Not here: the bytes of an answer (tests/api/test_prepared_homes.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import product
from pathlib import Path
from typing import Any, Final

import duckdb
from pydantic import TypeAdapter

from contracts.errors import ReleaseError
from contracts.model import Catalog
from warehouse.access.areas import CITY_AREAS, widest_areas
from warehouse.access.filters import Condition
from warehouse.access.masking import Role
from warehouse.access.policy import Gate, User
from warehouse.prepared.columns import shown_fields
from warehouse.prepared.layout import FINDING, LATEST_TICKETS, NULL, TABLES
from warehouse.prepared.reader import PreparedHomes
from warehouse.prepared.scope import HomeScope, ScopedHome, UnclearScope
from warehouse.releases.layout import CITY, HOME_FILES
from warehouse.releases.readonly import open_readonly

ROLES: Final[tuple[Role, ...]] = ("grid_worker", "district_supervisor", "analyst")  # one of each treatment
SAMPLE: Final = 30  # homes
WHOSE: Final = {"person": "household_id", "title": "dwelling_id", "ticket": "dwelling_id"}  # all of them must be there
ShownRow = dict[str, bytes]
VALUE: Final[TypeAdapter[Any]] = TypeAdapter(Any)


def check_home_files(catalog: Catalog, folder: Path, seed: str) -> None:
    """Raise ReleaseError naming home and column if a sampled home in `folder` differs from the gate's reading of it."""
    with closing(PreparedHomes(folder)) as homes, closing(open_readonly(folder / CITY)) as city:
        if problem := next(differences(catalog, city, homes, random.Random(seed)), ""):
            raise ReleaseError(
                problem,
                where=HOME_FILES,
                remedy="this is a defect, and the served release stays: report it with the home's id",
            )


def differences(
    catalog: Catalog, city: duckdb.DuckDBPyConnection, homes: PreparedHomes, chance: random.Random
) -> Iterator[str]:
    """Yield how sampled homes differ from the gate's rows, such as `home 0f…: person.name for grid_worker`; no values."""
    sample = dict.fromkeys(homes.sample(chance, SAMPLE))
    found = {id_: home for id_ in sample if (home := homes.find(id_))}
    yield from (f"home {id_}: it cannot be read" for id_ in sample if id_ not in found)
    grids = {id_: homes.grid(home) for id_, home in found.items()}
    whole_city = widest_areas(city.execute(CITY_AREAS).fetchall())
    areas = [code for grid in [*grids.values()][:1] for code in (grid[:2], grid)]
    for role, area in product(ROLES, areas):
        gate = Gate(catalog, User("check", role, (area,)), city=whole_city)
        scope, shown = HomeScope(gate, homes.layout.fields), dict[str, ScopedHome]()
        for id_, home in found.items():
            with suppress(UnclearScope):
                if (scoped := scope.whole(home)) is not None:
                    shown[id_] = scoped
                elif gate.covers(grids[id_]):
                    yield f"home {id_}: out of scope for {role}"
        yield from (f"home {home}: {column} for {role}" for home, column in _compare(city, gate, homes, shown))


def _compare(
    city: duckdb.DuckDBPyConnection, gate: Gate, homes: PreparedHomes, shown: Mapping[str, ScopedHome]
) -> Iterator[tuple[str, str]]:
    """Yield home and column of what differs from the rows that the gate gives for the same keys, or `missing` rows."""
    own = {id_: _rows(gate, homes, home, "dwelling") for id_, home in shown.items()}
    at_home = {"dwelling_id": [*shown]}
    at_home |= {
        "household_id": [
            _id(row["household_id"]) for home in shown.values() for row in _rows(gate, homes, home, "household")
        ]
    }
    for table in (*TABLES, FINDING):
        key = f"{table}_id"
        rows = {id_: _rows(gate, homes, home, table) for id_, home in shown.items()}
        ids = sorted({_id(row[key]) for some in rows.values() for row in some})
        true = {row[key]: row for row in _read(city, gate, table, Condition(key, "in", ids))}
        for id_, some in rows.items():
            differs = (name for row in some for name in row if true.get(row[key], {}).get(name) != row[name])
            yield from ((id_, f"{table}.{name}") for name in differs)
        if column := WHOSE.get(table):
            here = _read(city, gate, table, Condition(column, "in", at_home[column]))
            full = {id_ for id_, some in rows.items() if len(some) == LATEST_TICKETS}
            near = {id_: {row["grid_code"] for row in home} for id_, home in own.items()}
            missing = (
                row
                for row in here
                if row[key] not in true
                and _id(row[column]) not in full
                and (table == "person" or row["grid_code"] in near[_id(row[column])])  # as a file is narrowed
            )
            yield from ((_id(row[column]), f"{table}: a row is missing") for row in missing)


def _rows(gate: Gate, homes: PreparedHomes, home: ScopedHome, table: str) -> list[ShownRow]:
    """A home's rows of a table by column."""
    if table == FINDING:
        return _findings(gate, homes, home.findings)
    return _by_column(gate, homes, table, home.rows(table))


def _by_column(gate: Gate, homes: PreparedHomes, table: str, rows: Sequence[Sequence[bytes]]) -> list[ShownRow]:
    names = homes.layout.fields[table]
    fields = shown_fields(gate.grant(table), names)
    return [{name: row[names.index(at)] if at else NULL for name, at in fields.items()} for row in rows]


def _findings(gate: Gate, homes: PreparedHomes, findings: Sequence[dict[str, Any]]) -> list[ShownRow]:
    fields = shown_fields(gate.grant(FINDING), homes.layout.fields[FINDING])
    return [{name: VALUE.dump_json(finding[at]) if at else NULL for name, at in fields.items()} for finding in findings]


def _read(city: duckdb.DuckDBPyConnection, gate: Gate, table: str, *where: Condition) -> list[ShownRow]:
    """The rows in the gate's scope as it treats them, each value as JSON."""
    sql, params = gate.select(table, where=where)
    cursor = city.execute(sql, params)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, map(VALUE.dump_json, row), strict=True)) for row in cursor.fetchall()]


def _id(field: bytes) -> str:
    return field.decode().strip('"')
