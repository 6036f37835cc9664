"""疑点 findings: where the offices contradict each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Caller
from api.answers import Answer, Page, Row, problems, with_evidence
from api.paging import Cursor, Limit
from api.view import View
from warehouse.conditions import Condition

router = APIRouter(prefix="/v1/findings", tags=["findings"])


class Finding(Answer):
    finding: Row


@router.get("", responses=problems(400, 401, 410))
def findings(
    caller: Caller,
    rule: Annotated[str | None, Query(max_length=100, examples=["hukou_residence_split"])] = None,
    severity: Annotated[str | None, Query(max_length=20)] = None,
    grid_code: Annotated[str | None, Query(pattern="^[0-9]{15}$", examples=["140213052001001"])] = None,
    dwelling_id: Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page:
    """The findings of your areas: whom and where to ask, and `evidence` as an object."""
    asked = {"rule": rule, "severity": severity, "grid_code": grid_code, "dwelling_id": dwelling_id}
    where = [Condition(name, "eq", value) for name, value in asked.items() if value is not None]
    items, next_cursor = caller.page("finding", where, limit, cursor)
    return Page(items=_at_the_door(caller, items), next_cursor=next_cursor, release=caller.release_id)


@router.get("/{finding_id}", responses=problems(401, 404))
def finding(finding_id: str, caller: Caller) -> Finding:
    """One finding with its evidence."""
    row = caller.one("finding", Condition("finding_id", "eq", finding_id))
    return Finding(finding=_at_the_door(caller, [row])[0], release=caller.release_id)


def _at_the_door(view: View, rows: list[Row]) -> list[Row]:
    """Findings with the person's name and the home's address, and only ids that lead somewhere for this caller."""
    names = _of(view, "person", rows, "name")
    addresses = _of(view, "dwelling", rows, "standard_address")
    households = _of(view, "household", rows, "household_no")
    return [
        with_evidence(row)
        | {
            "household_id": row["household_id"] if row["household_id"] in households else None,
            "person_name": names.get(row["person_id"]),
            "address": addresses.get(row["dwelling_id"]),
        }
        for row in view.labelled("finding", rows)
    ]


def _of(view: View, table: str, rows: list[Row], column: str) -> dict[str, str]:
    """`column` by id, of those that the rows name and the caller may see."""
    key = f"{table}_id"
    ids = sorted({row[key] for row in rows} - {None})
    found = view.rows(table, Condition(key, "in", ids), columns=(key, column)) if ids else []
    return {row[key]: row[column] for row in found}
