"""疑点 findings: where the offices contradict each other, what each of them wrote, and what was seen at the door."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.dependencies import LiveFindingsDep, ViewDep
from api.paging import Cursor, Limit
from api.responses.evidence import EvidenceRow, evidence_rows
from api.responses.finding_file import Finding, VerdictQuestions, finding_rows, verdict_questions
from api.responses.verdicts import VerdictOut, verdict_out
from api.schemas import Page, ReleaseResponse, problems
from warehouse.access.filters import Condition
from warehouse.cross_check.live_status import UNDECIDED_STATUSES

router = APIRouter(prefix="/v1/findings", tags=["findings"])
Status = Literal["open", "lead", "closed", "stopped", "waiting", "any"]
HEX = "^[0-9a-f]{32}$"


class FindingPage(Page[Finding]):
    """Findings of your areas."""


class FindingResponse(ReleaseResponse):
    """A finding with what the offices wrote, what was seen, and what may be said."""

    finding: Finding
    evidence_rows: list[EvidenceRow] = Field(description="the offices' rows that speak in it")
    verdicts: list[VerdictOut] = Field(
        description="given so far, oldest first, also about earlier evidence (not `counts`)"
    )
    asks: VerdictQuestions = Field(description="what a verdict may say")


@router.get("", responses=problems(400, 401, 404, 410))
def findings(
    caller: ViewDep,
    now: LiveFindingsDep,
    rule: Annotated[
        str | None, Query(max_length=100, description="of this rule", examples=["hukou_residence_split"])
    ] = None,
    severity: Annotated[str | None, Query(max_length=20, description="high, medium or low", examples=["high"])] = None,
    status: Annotated[Status, Query(description="`waiting` is open and lead")] = "waiting",
    place: Annotated[Literal["door", "desk"] | None, Query(description="where it is looked into")] = None,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="in this grid", examples=["140213052001001"])
    ] = None,
    dwelling_id: Annotated[str | None, Query(pattern=HEX, description="about this dwelling")] = None,
    person_id: Annotated[str | None, Query(pattern=HEX, description="about this person")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> FindingPage:
    """The findings of your areas: whom and where to ask, what it means, and `evidence` as an object.

    What was judged since the release was made has its new `status`, and leaves the list where that was not asked for: a
    page may then have fewer than `limit` rows.
    """
    asked = {"rule": rule, "severity": severity, "place": place, "grid_code": grid_code}
    asked |= {"dwelling_id": dwelling_id, "person_id": person_id}
    wanted = {"waiting": UNDECIDED_STATUSES, "any": ()}.get(status, (status,))
    where = [Condition(name, "eq", value) for name, value in asked.items() if value is not None]
    where += [Condition("status", "in", wanted)] if wanted else []
    items, next_cursor = caller.page("finding", where, limit, cursor)
    items = [row for row in now(items) if not wanted or row["status"] in wanted]
    return FindingPage(items=finding_rows(caller, items), next_cursor=next_cursor, release=caller.release_id)


@router.get("/{finding_id}", responses=problems(401, 404))
def finding(
    finding_id: Annotated[str, Path(description="as the list has it")], caller: ViewDep, now: LiveFindingsDep
) -> FindingResponse:
    """One finding with its evidence, what was said of it so far, and what a verdict may say."""
    [row] = now([caller.one("finding", Condition("finding_id", "eq", finding_id))])
    given, evidence = now.verdicts(finding_id)
    return FindingResponse(
        finding=finding_rows(caller, [row])[0],
        evidence_rows=evidence_rows(caller, finding_id),
        verdicts=[verdict_out(caller, verdict, evidence) for verdict in given],
        asks=verdict_questions(caller, row),
        release=caller.release_id,
    )
