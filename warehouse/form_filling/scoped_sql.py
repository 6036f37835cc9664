"""Restricts a form's SQL to one user's rows and columns, by the same gate as all other reads.

Every table in it is replaced by the select of `Gate.select` under the same name: the user's rows, masked as for her, without
hidden columns. Not here: the SQL that is allowed at all (expression.py), running it (releases/reader.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from contracts.quoting import quote_identifier
from warehouse.access.filters import AnyOf, Condition
from warehouse.access.policy import Gate, Query
from warehouse.form_filling.expression import confined_sql
from warehouse.sql_reading.statement import UnsafeSql

GRID: Final = "grid"
GRID_COLUMNS: Final[Mapping[str, str]] = {"grid_code": "area_code", "name": "name", "community_code": "parent_code"}


def scope_sql(gate: Gate, sql: str, tables: Iterable[str]) -> Query:
    """The query for `sql`, one select without parameters that reads `tables` by their bare names, within the gate.

    Besides the city tables there is `grid` (grid_code, name, community_code): the grids in the user's areas. NotFound for a
    table she may not read; UnsafeSql if the SQL reads anything else than `tables`.
    """
    names = sorted({*tables})
    checked = confined_sql(sql, names)
    parts: list[str] = []
    params: dict[str, Any] = {}
    for name in names:
        query = _grids(gate) if name == GRID else _city(gate, name)
        # `not materialized`: only the columns and rows that the SQL uses are read
        parts.append(f"{quote_identifier(name)} as not materialized ({query.sql})")
        params |= query.params
    return Query(f"with {', '.join(parts)} {checked}" if parts else checked, params)


def _city(gate: Gate, name: str) -> Query:
    if gate.grant(name).table.relation != name:  # a source table has a schema, and stays out
        raise UnsafeSql(f"there is no city table {name}", remedy="read the tables of the city database")
    return gate.select(name)


def _grids(gate: Gate) -> Query:
    """The current grids in the user's areas."""
    in_areas = AnyOf(tuple(Condition("area_code", "like", f"{area}%") for area in gate.areas))
    found = gate.select("area", where=[Condition("level", "eq", GRID), Condition("valid_to", "null", True), in_areas])
    columns = ", ".join(f"{column} as {name}" for name, column in GRID_COLUMNS.items())
    return Query(f"select {columns} from ({found.sql})", found.params)
