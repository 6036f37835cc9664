"""Reads source tables from the lake into the city database: the deliveries in force, and the dwelling of each row.

All of it follows from the contracts; no source has code of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from contracts.model import Catalog, Table
from contracts.quoting import quote_text
from warehouse.lake.lake import Delivery, Lake

SPELLING = "spelling"
ADDRESS_LINK = "address_link"


def lake_view(connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table) -> list[Delivery]:
    """Make the view `lake_<table>` with the rows in force, and return their deliveries; without any it is empty."""
    deliveries = lake.in_force(table)
    if deliveries:
        sql = rows_of([str(lake.rows_path(d)) for d in by_precedence(deliveries, table)], table)
    else:
        columns = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in table.lake_columns)
        sql = f"select {columns} where false"
    connection.execute(f"create temp view lake_{table.name} as {sql}")
    return deliveries


def by_precedence(deliveries: Sequence[Delivery], table: Table) -> list[Delivery]:
    """The deliveries in order of precedence for rows of one key: newest first; appended files oldest first, after their
    corrections."""
    newest_first = list(reversed(deliveries))
    if table.load != "append":
        return newest_first
    return [d for d in newest_first if d.correction] + [d for d in deliveries if not d.correction]


def rows_of(paths: list[str], table: Table) -> str:
    """SQL of the files' rows; a key in several files has the row of the first of them."""
    files = "[" + ", ".join(map(quote_text, paths)) + "]"
    names = ", ".join(c.name for c in table.lake_columns)
    # a file read before the contract gained a column has nulls there
    columns = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in table.lake_columns)
    found = f"select * from read_parquet({files}, union_by_name = true, filename = true, hive_partitioning = false)"
    rows = f"({found} union all by name select {columns} where false)"
    if len(paths) == 1 or not table.key:
        return f"select {names} from {rows}"
    return f"""
        select {names} from (
            select *, row_number() over (
                partition by {", ".join(table.key)} order by list_position({files}, filename)) as nth
            from {rows})
        where nth = 1"""


def spelling_sql(catalog: Catalog, former: Sequence[Table] = (), observed_value: str | None = None) -> str:
    """SQL of every distinct spelling of an address with `uses`, the number of rows that have it; each is parsed once.

    `uses` is 0 for a spelling that only the history of a register in `former` has. `observed_value` names the relation of
    observed values, whose addresses are spellings, too.
    """
    columns = [(f"lake_{t.name}", c.name, 1) for t in catalog.sources() for c in t.address_columns]
    columns += [(f"{t.name}_history", c.name, 0) for t in former for c in t.address_columns]
    selects = [f"select {column} as address, {one} as used from {relation}" for relation, column, one in columns]
    if observed_value:
        selects.append(f"select value, 1 from {observed_value} where attribute in ('living_address', 'hukou_address')")
    if not selects:
        return "select cast(null as varchar) as address, cast(0 as bigint) as uses where false"
    every = " union all ".join(selects)
    return (
        f"select address, sum(used) as uses from ({every}) as every_address where address is not null group by address"
    )


def source_reads(table: Table) -> frozenset[str]:
    return frozenset({ADDRESS_LINK}) if table.address_columns else frozenset()


def source_sql(table: Table) -> str:
    """SQL of the released rows of a source: the accepted rows, with the dwelling and grid of their first non-null address.

    Where it gives no grid, the area is that of the row's first address that names one.
    """
    lake = f"lake_{table.name}"
    if not table.address_columns:
        return f"select * from {lake}"
    own = {c.name for c in table.columns}
    stored = ", ".join(f"l.{c.name}" for c in table.lake_columns)
    first_address = f"coalesce({', '.join(f'l.{c.name}' for c in table.address_columns)})"
    joins, areas = f" left join address_link a on a.address = {first_address}", ["a.area_code"]
    grid = "l.grid_code" if "grid_code" in own else "a.grid_code"
    for n, column in enumerate(table.address_columns[1:]):
        # only the few rows that have no place yet are looked up again
        joins += f" left join address_link a{n} on a{n}.address = case when {grid} is null then l.{column.name} end"
        areas.append(f"a{n}.area_code")
    area = f"case when {grid} is null then coalesce({', '.join(areas)}) end"
    places = {"dwelling_id": "a.dwelling_id", "grid_code": "a.grid_code", "area_code": f"{area} as area_code"}
    items = ", ".join([stored, *(sql for name, sql in places.items() if name not in own)])
    return f"select {items} from {lake} l{joins}"
