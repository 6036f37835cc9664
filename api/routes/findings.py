"""疑点 findings: contradictions between offices, the rows that contradict each other, and the verdicts on them."""

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
    """A page of findings in your areas."""


class FindingResponse(ReleaseResponse):
    """A finding with the offices' rows, the verdicts on it, and the possible verdicts."""

    finding: Finding
    evidence_rows: list[EvidenceRow] = Field(description="the offices' rows that it cites")
    verdicts: list[VerdictOut] = Field(
        description="verdicts so far, oldest first; those about earlier evidence have `counts` false"
    )
    asks: VerdictQuestions = Field(description="the possible contents of a verdict")


@router.get("", responses=problems(400, 401, 404, 410))
def findings(
    view: ViewDep,
    live_findings: LiveFindingsDep,
    rule: Annotated[
        str | None, Query(max_length=100, description="only of this rule", examples=["hukou_residence_split"])
    ] = None,
    severity: Annotated[str | None, Query(max_length=20, description="high, medium or low", examples=["high"])] = None,
    status: Annotated[Status, Query(description="only in this status; `waiting` is open or lead")] = "waiting",
    place: Annotated[
        Literal["door", "desk"] | None, Query(description="only those to check at the door, or at a desk")
    ] = None,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="only in this grid", examples=["140213052001001"])
    ] = None,
    dwelling_id: Annotated[str | None, Query(pattern=HEX, description="only about this dwelling")] = None,
    person_id: Annotated[str | None, Query(pattern=HEX, description="only about this person")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> FindingPage:
    """List the findings in your areas, with person, address, meaning and evidence.

    Verdicts given since the release was built are included in `status`. Findings whose status no longer fits the query are
    left out, so that a page may have fewer than `limit` rows.
    """
    equal = {"rule": rule, "severity": severity, "place": place, "grid_code": grid_code}
    equal |= {"dwelling_id": dwelling_id, "person_id": person_id}
    statuses = {"waiting": UNDECIDED_STATUSES, "any": ()}.get(status, (status,))
    where = [Condition(name, "eq", value) for name, value in equal.items() if value is not None]
    where += [Condition("status", "in", statuses)] if statuses else []
    items, next_cursor = view.page("finding", where, limit, cursor)
    items = [row for row in live_findings(items) if not statuses or row["status"] in statuses]
    return FindingPage(items=finding_rows(view, items), next_cursor=next_cursor, release=view.release_id)


@router.get("/{finding_id}", responses=problems(401, 404))
def finding(
    finding_id: Annotated[str, Path(description="`finding_id` in GET /v1/findings")],
    view: ViewDep,
    live_findings: LiveFindingsDep,
) -> FindingResponse:
    """Show one finding with its evidence, the verdicts on it so far, and the possible verdicts."""
    [row] = live_findings([view.one("finding", Condition("finding_id", "eq", finding_id))])
    verdicts, evidence_hash = live_findings.verdicts(finding_id)
    return FindingResponse(
        finding=finding_rows(view, [row])[0],
        evidence_rows=evidence_rows(view, finding_id),
        verdicts=[verdict_out(view, verdict, evidence_hash) for verdict in verdicts],
        asks=verdict_questions(view, row),
        release=view.release_id,
    )
