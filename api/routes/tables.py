"""Rows of any contracted table of the release: scoped, masked, filtered and paged."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from api.dependencies import StateDep, ViewDep
from api.filters import conditions
from api.paging import Cursor, Limit
from api.schemas import Page, Row, problems

router = APIRouter(prefix="/v1/tables", tags=["tables"])
NAMES = r"^-?[a-z0-9_]+(,-?[a-z0-9_]+)*$"
# every column of the table's contract is a parameter
FILTERS = {
    "name": "filters",
    "in": "query",
    "style": "form",
    "explode": True,
    "description": "`column=value`, `column__gte=value`, … as above",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}


class TablePage(Page[Row]):
    """A page of rows of a table. GET /v1/catalog/{name} has its columns, with type and how your role sees each."""


@router.get("/{name}", responses=problems(400, 401, 403, 404, 410), openapi_extra={"parameters": [FILTERS]})
def table_rows(
    name: Annotated[str, Path(description="`name` in GET /v1/catalog", examples=["city.person"])],
    request: Request,
    view: ViewDep,
    state: StateDep,
    columns: Annotated[
        str | None, Query(max_length=2000, pattern=NAMES, description="columns to return", examples=["grid_code,rule"])
    ] = None,
    sort: Annotated[
        str | None, Query(max_length=2000, pattern=NAMES, description="columns to sort by; `-` first: descending")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> TablePage:
    """List rows of a table (`person`, `source.resident`, …) in your areas.

    Every other query parameter is a filter: `column=value`, or `column__gte`, `__gt`, `__lte`, `__lt`, `__ne`,
    `__like` (text only; `%` and `_` as in SQL), `__in` (`a,b`), `__null` (`true` or `false`). Only columns that you see in full
    can be filtered or sorted by. GET /v1/catalog/{name} describes the columns.
    """
    grant = view.grant(name)
    own = {"columns", "sort", "limit", "cursor"}
    where = conditions(grant, ((k, v) for k, v in request.query_params.multi_items() if k not in own), state.zone)
    items, next_cursor = view.page(
        grant.table.qualified,
        where,
        limit,
        cursor,
        columns=columns.split(",") if columns else None,
        order=sort.split(",") if sort else (),
    )
    return TablePage(items=items, next_cursor=next_cursor, release=view.release_id)
