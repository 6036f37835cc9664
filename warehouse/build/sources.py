"""Source tables on their way from the lake into the city database: which deliveries count, and which dwelling a row is at.

Everything here follows from the contract; no source has code of its own.
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
    """Make `lake_<table>`, the rows in force, and return the deliveries they come from; without any it is empty and typed."""
    deliveries = lake.in_force(table)
    if deliveries:
        sql = rows_of([str(lake.accepted_path(d)) for d in by_precedence(deliveries, table)], table)
    else:
        columns = ", ".join(f"cast(null as {c.sql_type}) as {c.name}" for c in table.lake_columns)
        sql = f"select {columns} where false"
    connection.execute(f"create temp view lake_{table.name} as {sql}")
    return deliveries


def by_precedence(deliveries: Sequence[Delivery], table: Table) -> list[Delivery]:
    """Whose row of a key counts, first to last: the newest; of appended files the oldest, after what corrects them."""
    newest_first = list(reversed(deliveries))
    if table.load != "append":
        return newest_first
    return [d for d in newest_first if d.correction] + [d for d in deliveries if not d.correction]


def rows_of(paths: list[str], table: Table) -> str:
    """SQL of the files' rows; of a key in several the row of the first file that has it."""
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
    """Every distinct spelling of an address with its `uses`, the rows that carry it; 0 for one that only a register's history
    in `former` has. Each is parsed once, however many rows carry it. What was seen at doors is a row of `observed_value`."""
    columns = [(f"lake_{t.name}", c.name, 1) for t in catalog.sources() for c in t.address_columns]
    columns += [(f"{t.name}_history", c.name, 0) for t in former for c in t.address_columns]
    said = [f"select {column} as address, {one} as used from {relation}" for relation, column, one in columns]
    if observed_value:
        said.append(f"select value, 1 from {observed_value} where attribute in ('living_address', 'hukou_address')")
    if not said:
        return "select cast(null as varchar) as address, cast(0 as bigint) as uses where false"
    every = " union all ".join(said)
    return (
        f"select address, sum(used) as uses from ({every}) as every_address where address is not null group by address"
    )


def source_reads(table: Table) -> frozenset[str]:
    return frozenset({ADDRESS_LINK}) if table.address_columns else frozenset()


def source_sql(table: Table) -> str:
    """The released rows of a source: as accepted, with the dwelling and grid of the first address that is given."""
    lake = f"lake_{table.name}"
    if not table.address_columns:
        return f"select * from {lake}"
    own = {c.name for c in table.columns}
    stored = ", ".join(f"l.{c.name}" for c in table.lake_columns)
    place = ", ".join(f"a.{name}" for name in ("dwelling_id", "grid_code") if name not in own)
    first_given = f"coalesce({', '.join(f'l.{c.name}' for c in table.address_columns)})"
    return f"select {stored}{', ' + place if place else ''} from {lake} l left join address_link a on a.address = {first_given}"
