"""SQL that others wrote, over a release, within what one user may see: the same gate, as tables instead of rows.

Every table it names becomes what `Gate.select` gives her of it, under the same name: her rows, her masks, and no column
that is hidden from her. Not here: what SQL may say at all (expression.py), running it (releases/reader.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from contracts.quoting import quote_identifier
from warehouse.access.filters import AnyOf, Condition
from warehouse.access.policy import Gate, Query
from warehouse.form_filling.expression import UnsafeSql, require_confined

GRID: Final = "grid"
GRID_COLUMNS: Final[Mapping[str, str]] = {"grid_code": "area_code", "name": "name", "community_code": "parent_code"}


def scope_sql(gate: Gate, sql: str, tables: Iterable[str]) -> Query:
    """`sql`, one select without parameters that reads `tables` by their bare names, as that user may ask it.

    Besides the city tables there is `grid` (grid_code, name, community_code): the grids in her areas. NotFound for a table
    that is not hers; Unsafe if the SQL reads anything else, whatever was said of it before.
    """
    names = sorted({*tables})
    require_confined(sql, names)
    parts: list[str] = []
    params: dict[str, Any] = {}
    for name in names:
        query = _grids(gate) if name == GRID else _city(gate, name)
        # `not materialized`: only what the SQL takes of a table is read
        parts.append(f"{quote_identifier(name)} as not materialized ({query.sql})")
        params |= query.params
    return Query(f"with {', '.join(parts)} {sql}" if parts else sql, params)


def _city(gate: Gate, name: str) -> Query:
    if gate.grant(name).table.relation != name:  # a source table has a schema, and stays out
        raise UnsafeSql(f"there is no city table {name}", remedy="read the tables of the city database")
    return gate.select(name)


def _grids(gate: Gate) -> Query:
    """The grids that stand now in the user's areas; everybody may read the list itself."""
    hers = AnyOf(tuple(Condition("area_code", "like", f"{area}%") for area in gate.areas))
    found = gate.select("area", where=[Condition("level", "eq", GRID), Condition("valid_to", "null", True), hers])
    columns = ", ".join(f"{column} as {name}" for name, column in GRID_COLUMNS.items())
    return Query(f"select {columns} from ({found.sql})", found.params)
