"""疑点 findings: where the offices contradict each other."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import Caller
from api.answers import Answer, Page, Row, problems, with_evidence
from api.paging import Cursor, Limit
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
    """The findings of your areas, `evidence` as an object."""
    asked = {"rule": rule, "severity": severity, "grid_code": grid_code, "dwelling_id": dwelling_id}
    where = [Condition(name, "eq", value) for name, value in asked.items() if value is not None]
    items, next_cursor = caller.page("finding", where, limit, cursor)
    shown = [with_evidence(row) for row in caller.labelled("finding", items)]
    return Page(items=shown, next_cursor=next_cursor, release=caller.release_id)


@router.get("/{finding_id}", responses=problems(401, 404))
def finding(finding_id: str, caller: Caller) -> Finding:
    """One finding with its evidence."""
    row = caller.one("finding", Condition("finding_id", "eq", finding_id))
    return Finding(finding=with_evidence(caller.labelled("finding", [row])[0]), release=caller.release_id)
