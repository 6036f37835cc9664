"""Rows of the contracts' tables in the OpenAPI document: each column with its type, its label on screen and its meaning.

Belongs here: the base of such rows, and the schema of a table's columns. Does not: what an answer adds to a row (a subclass of
`ContractRow` where it is added), the document as a whole (openapi.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.code_lists import CodeList
from contracts.model import Column, LogicalType, Table
from warehouse.access.masking import MASKS, ROLES, ColumnAccess, column_access

PYTHON_TYPES: Final[dict[LogicalType, type]] = {
    "string": str,
    "integer": int,
    "number": float,
    "date": date,
    "timestamp": datetime,
    "boolean": bool,
}
MANY_CODES: Final = 20  # of a longer list the catalogue has the codes
MARK: Final = "x-table"


class ContractRow(BaseModel):
    """Base of rows of a table. Its columns come as the gate selects them and are not checked again; a subclass says which table
    (`model_config = columns_of("person")`) and declares as fields what the answer adds.

    The columns are in no class, for contracts are read when the application starts and classes are made at import.
    """

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class TableColumns:
    """Which columns of a table a row has. `labelled`: with `<column>_label` beside what is coded (`View.labelled`)."""

    table: str
    labelled: bool
    only: Sequence[str]
    omit: Sequence[str]

    def columns(self, table: Table) -> list[Column]:
        """Those that some role may see."""
        return [
            column
            for column in table.released_columns
            if column.name not in self.omit
            and (not self.only or column.name in self.only)
            and _treatments(column) != {"hidden"}
        ]


def columns_of(table: str, *, labelled: bool = True, only: Sequence[str] = (), omit: Sequence[str] = ()) -> ConfigDict:
    """The configuration of a row of a table (`person`, `source.dog`): a mark that openapi.py replaces by the columns."""
    return ConfigDict(json_schema_extra={MARK: asdict(TableColumns(table, labelled, only, omit))})


def column_schemas(
    columns: TableColumns, table: Table, code_lists: Mapping[str, CodeList]
) -> dict[str, dict[str, Any]]:
    """By name the JSON Schema of each column. None is required: a role may have a column hidden."""
    found = {}
    for column in columns.columns(table):
        codes = code_lists.get(column.codes or "")
        found[column.name] = _column(column, codes, table)
        if codes and columns.labelled:
            label = Field(title=column.business_name, description=f"what `{column.name}` stands for")
            found[f"{column.name}_label"] = _schema(Annotated[str | None, label])
    return found


def _column(column: Column, codes: CodeList | None, table: Table) -> dict[str, Any]:
    python: Any = PYTHON_TYPES[column.logical_type]
    parts = [column.description, _codes(column, codes, table), _mask(column)]
    about = Field(title=column.business_name, description="; ".join(part for part in parts if part) or None)
    return _schema(Annotated[python | None if _may_be_null(column) else python, about])


def _schema(annotation: Any) -> dict[str, Any]:
    return TypeAdapter(annotation).json_schema(mode="serialization")


def _codes(column: Column, codes: CodeList | None, table: Table) -> str:
    if codes is None:
        return ""
    if len(codes.labels) > MANY_CODES:
        return f"a code of the list {column.codes}, which GET /v1/catalog/{table.qualified} has"
    return "codes: " + ", ".join(f"{code} {label}" for code, label in codes.labels.items())


def _mask(column: Column) -> str:
    if "mask" not in _treatments(column):
        return ""
    return f"masked for some roles ({column.mask})" if column.mask in MASKS else "null for some roles"


def _may_be_null(column: Column) -> bool:
    """Where the contract lets it be empty, and where nothing remains of it under its mask."""
    return not column.required or ("mask" in _treatments(column) and column.mask not in MASKS)


def _treatments(column: Column) -> set[ColumnAccess]:
    return {column_access(role, column) for role in ROLES}
