"""The layout of `homes.sqlite`: which columns of which tables it holds, in which order, and how a value is written.

A home is one text: sections of rows of fields. A field is JSON, but its quotes are written as MARK and nothing in it is
escaped: a reader escapes the whole text at once, which costs less than escaping each value. The separators and MARK are
control characters, which ingest takes out of every cell (pipelines/ingest/cells.py). Not here: SQL of whole sections (build.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.model import PLACE_CODES, Catalog, Column, LogicalType, Table
from contracts.quoting import quote_identifier
from warehouse.access.masking import MASKS, ROLES, column_access, mask_sql

FORMAT: Final = "1"  # a reader leaves a file of another format alone
SECTION, ROW, FIELD, MARK = b"\x1c", b"\x1d", b"\x1e", b"\x02"
NULL: Final = b"null"
TABLES: Final = ("dwelling", "household", "person", "title", "ticket")  # whose rows a home holds as they are
FINDING: Final = "finding"
ROW_SCOPE: Final = {  # the columns by which scope.py decides
    **dict.fromkeys((*TABLES, FINDING), PLACE_CODES),
    **dict.fromkeys(("person", "claim"), ("grid_code", "hukou_grid_code", "area_code")),
    "residence": ("grid_code",),
}
SECTIONS: Final = (*TABLES, "matter", "claim")
OPEN_TICKETS: Final = ("awaiting_dispatch", "handling")  # a returned ticket (退单) is not open
LATEST_TICKETS: Final = 100
MEMBER_FIELDS: Final = (
    "household_no",
    "household_grid",
    "household_area",
    "relations",
)  # before the columns of a person
MATTER_FIELDS: Final = (
    "matter_id", "request_class", "tickets", "open", "overdue", "first_reported_at", "last_reported_at", "ticket_nos",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One field of a row: a column, or its masked form. `name` is the column's, with `:mask` behind it."""

    name: str
    kind: LogicalType
    sql: str

    @property
    def column(self) -> str:
        """The name of the column whose value or masked form it is."""
        return self.name.partition(":")[0]

    @property
    def text(self) -> str:
        """DuckDB SQL of the field's text."""
        return text_sql(self.kind, self.sql)


def parts(table: Table, alias: str = "t") -> list[Part]:
    """The fields of a table's row in SQL: its columns that any role sees, then the masks that any role gets."""
    columns = [c for c in table.released_columns if any(column_access(role, c) != "hidden" for role in ROLES)]
    found = [Part(c.name, c.logical_type, f"{alias}.{quote_identifier(c.name)}") for c in columns]
    for column in columns:
        if column.mask in MASKS and any(column_access(role, column) == "mask" for role in ROLES):
            sql = mask_sql(column, f"{alias}.{quote_identifier(column.name)}")
            found.append(Part(masked_name(column), column.logical_type, sql))
    return found


def masked_name(column: Column) -> str:
    """The name of the field with a column's masked form; another mask of the contract is another field."""
    return f"{column.name}:{column.mask}"


def layout(catalog: Catalog) -> dict[str, list[str]]:
    """The names of the fields of each table's rows, as the file itself has them."""
    return {name: [part.name for part in parts(catalog.tables[f"city.{name}"])] for name in (*TABLES, FINDING)}


def text_sql(kind: LogicalType, sql: str) -> str:
    """DuckDB SQL of a value as JSON with marks for quotes; dates and times as ISO 8601, as pydantic writes them."""
    text = f"cast({sql} as varchar)"
    if kind in ("string", "date"):
        return f"coalesce(chr(2) || {text} || chr(2), 'null')"
    if kind == "timestamp":  # a part of a second has six digits
        whole = f"case when contains({text}, '.') then rpad({text}, 26, '0') else {text} end"
        return f"coalesce(chr(2) || replace({whole}, ' ', 'T') || chr(2), 'null')"
    if kind == "number":  # a cast writes 1e+16
        return f"coalesce(cast(to_json({sql}) as varchar), 'null')"
    return f"coalesce({text}, 'null')"
