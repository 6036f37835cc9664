"""Models of rows of contracted tables: the OpenAPI document has each column with its type, label and description.

Belongs here: the base of such models, and the schema of a table's columns. Does not: fields that an answer adds to a row (a
subclass of `ContractRow` in its own module), the document as a whole (`openapi.py`).
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
MANY_CODES: Final = 20  # a longer list is described by its name only; GET /v1/catalog has its codes
MARK: Final = "x-table"


class ContractRow(BaseModel):
    """Base of rows of a table. Its columns are those the gate selects, not validated again; a subclass names the table
    (`model_config = columns_of("person")`) and declares the fields that the answer adds.

    The columns are not fields of a class: contracts are read when the application starts, classes are made at import.
    """

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class TableColumns:
    """The columns of a table that a row has. `with_labels`: a `<column>_label` follows each coded column (`View.with_labels`)."""

    table: str
    with_labels: bool
    only: Sequence[str]
    omit: Sequence[str]

    def columns(self, table: Table) -> list[Column]:
        """Those columns of the table that at least one role may see."""
        return [
            column
            for column in table.released_columns
            if column.name not in self.omit
            and (not self.only or column.name in self.only)
            and _treatments(column) != {"hidden"}
        ]


def columns_of(
    table: str, *, with_labels: bool = True, only: Sequence[str] = (), omit: Sequence[str] = ()
) -> ConfigDict:
    """The model_config of a row of a table (`person`, `source.dog`): a mark that `openapi.py` replaces by the columns."""
    return ConfigDict(json_schema_extra={MARK: asdict(TableColumns(table, with_labels, only, omit))})


def column_schemas(
    columns: TableColumns, table: Table, code_lists: Mapping[str, CodeList]
) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each column by name. None is required, as a column may be hidden from a role."""
    found = {}
    for column in columns.columns(table):
        codes = code_lists.get(column.codes or "")
        found[column.name] = _column(column, codes, table)
        if codes and columns.with_labels:
            label = Field(title=column.business_name, description=f"label of `{column.name}`")
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
    """True if the contract lets the column be empty, or if its mask leaves nothing of it."""
    return not column.required or ("mask" in _treatments(column) and column.mask not in MASKS)


def _treatments(column: Column) -> set[ColumnAccess]:
    return {column_access(role, column) for role in ROLES}
