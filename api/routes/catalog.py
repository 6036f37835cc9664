"""The data dictionary, from the contracts: tables and columns, their meaning, and how your role sees them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from api.dependencies import ViewDep
from api.schemas import ReleaseResponse, problems
from api.view import View
from contracts.model import Check, Column
from warehouse.access.grant import Grant
from warehouse.access.masking import ColumnAccess

router = APIRouter(prefix="/v1/catalog", tags=["catalog"])


class TableEntry(BaseModel):
    """A table in brief."""

    name: str = Field(examples=["city.person"])
    label: str = Field(examples=["人员"])
    description: str
    purpose: str
    rows_shown: str = Field(description="the rows you see", examples=["in your areas"])


class ColumnEntry(BaseModel):
    """A column, and how your role sees it."""

    name: str
    label: str
    type: str
    description: str
    classification: str
    purpose: str | None
    treatment: ColumnAccess = Field(description="full, mask (and then no filter or sort), hidden")
    codes: dict[str, str] | None = Field(description="labels by code")
    authority: str | None = Field(description="the authoritative source (一数一源)", examples=["resident"])
    authority_label: str | None = Field(examples=["人口登记"])
    policy: str | None = Field(
        description="the rule by which the shown value is picked",
        examples=["newest of resident, doorstep, property, hotline; valid: own_phone"],
    )
    checks: list[str]


class Tables(ReleaseResponse):
    """The tables you can read."""

    items: list[TableEntry]
    next_cursor: None = None


class TableDetail(ReleaseResponse):
    """A table with its columns and checks."""

    table: TableEntry
    key: list[str]
    columns: list[ColumnEntry]
    checks: list[str] = Field(description="checks of the table as a whole")


@router.get("", responses=problems(401))
async def catalog(view: ViewDep) -> Tables:
    """List every table you can read."""
    return Tables(items=[_entry(grant) for grant in view.grants()], release=view.release_id)


@router.get("/{name}", responses=problems(401, 404))
async def catalog_entry(
    name: Annotated[str, Path(description="of the table", examples=["city.person"])], view: ViewDep
) -> TableDetail:
    """Show one table with its columns, codes and checks."""
    grant = view.grant(name)
    return TableDetail(
        table=_entry(grant),
        key=list(grant.table.key),
        columns=[_column(column, grant.treatments[column.name], view) for column in grant.columns.values()],
        checks=[_text(check) for check in grant.table.checks],
        release=view.release_id,
    )


def _entry(grant: Grant) -> TableEntry:
    table = grant.table
    shown = "all" if grant.scope == "true" else "in your areas"
    return TableEntry(
        name=table.qualified,
        label=table.business_name,
        description=table.description,
        purpose=table.purpose,
        rows_shown=shown,
    )


def _column(column: Column, treatment: ColumnAccess, view: View) -> ColumnEntry:
    codes, survivorship = view.codes(column), column.survivorship
    return ColumnEntry(
        name=column.name,
        label=column.business_name,
        type=column.logical_type,
        description=column.description,
        classification=column.classification,
        purpose=column.purpose,
        treatment=treatment,
        codes=codes.labels if codes else None,
        authority=survivorship.authority if survivorship else None,
        authority_label=view.label("claim_source", survivorship.authority) if survivorship else None,
        policy=str(survivorship) if survivorship else None,
        checks=[_text(check) for check in column.checks],
    )


def _text(check: Check) -> str:
    """A check in one line: its description, else its rule and arguments."""
    if check.description:
        return check.description
    arguments: dict[str, Any] = {k: v for k, v in check.args.items() if v is not None and k != "query"}
    share = f", for {check.mostly:.1%} of rows" if check.mostly < 1 else ""
    return f"{check.rule} {', '.join(f'{k} {v}' for k, v in arguments.items())}".strip() + share
