"""规则 rules: what each means, how often it was right, whether it still sends anybody, and a sample of homes to check them by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.contract_models import ContractRow, columns_of
from api.dependencies import LeadDep, ReleaseDep, SessionDep, StateDep, ViewDep
from api.errors import BadRequest
from api.responses.rules import RuleDecisionOut, RuleOut, RulePresenter, may_decide
from api.schemas import ReleaseResponse, problems
from api.view import View
from warehouse.access.areas import area_prefix
from warehouse.access.filters import Condition
from warehouse.access.policy import NotFound, User
from warehouse.cross_check import decisions as rule_decisions
from warehouse.cross_check import sample
from warehouse.cross_check.decisions import Act
from warehouse.cross_check.library import library
from warehouse.cross_check.model import Rule
from warehouse.fieldwork.visits import sample_visits

router = APIRouter(prefix="/v1/rules", tags=["rules"])
RuleName = Annotated[str, Path(description="as GET /v1/rules has it", examples=["hukou_residence_split"])]
COMMUNITY, GRID = 12, 15  # digits: a sample of more than communities is asked for grid by grid


class MissedOut(BaseModel):
    """How much the rules miss, by visits to homes without a finding in the whole city."""

    visited: int = Field(description="homes where somebody was met")
    missed: int = Field(description="of them, with something wrong that no rule had found")
    share: float | None
    low: float = Field(description="of the 95 % Wilson interval")
    high: float
    kinds: dict[str, int] = Field(description="code of visit_missed → homes")


class RulePage(ReleaseResponse):
    """Every rule, and what all of them miss."""

    items: list[RuleOut]
    next_cursor: None = None
    missed: MissedOut
    broken: dict[str, str] = Field(description="rule files that cannot be read, and why")


class RuleResponse(ReleaseResponse):
    """One rule."""

    rule: RuleOut


class RuleDecisionIn(BaseModel):
    """Whether a rule sends anybody in an area."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        description="made by the client, kept for retries", examples=["6f1d2b9e-8f0a-4f7e-9d53-0c1f6f2d7a11"]
    )
    area: str = Field("", max_length=15, description="a county or subdistrict; empty: the whole city")
    decision: Act
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class RuleDecisionResponse(ReleaseResponse):
    """The decision as it stands now."""

    decided: RuleDecisionOut


class SampleDwelling(ContractRow):
    """A dwelling without findings."""

    model_config = columns_of("dwelling", labelled=False)


class SampleStop(BaseModel):
    """A home without findings to visit this week."""

    stop_id: str = Field(description="the dwelling: POST /v1/visits with kind sample")
    kind: str = "sample"
    grid_code: str
    dwelling: SampleDwelling
    visited: bool = Field(description="somebody was there this week")


class SamplePage(ReleaseResponse):
    """This week's homes, the same whoever asks."""

    week: str = Field(examples=["2026-W48"])
    items: list[SampleStop]
    next_cursor: None = None


def rule_presenter(caller: ViewDep, hub: StateDep, session: SessionDep, release: ReleaseDep) -> RulePresenter:
    """All that the caller may see of the rules."""
    return RulePresenter(
        caller, session.user, rule_decisions.history(hub.casebook), release.manifest.get("rule_errors", {})
    )


RulePresenterDep = Annotated[RulePresenter, Depends(rule_presenter)]


@router.get("", responses=problems(401, 503))
def rules(caller: ViewDep, hub: StateDep, all_shown: RulePresenterDep) -> RulePage:
    """Every rule: header, findings and figures of your areas, state, decisions; and how much all of them miss."""
    found = library()
    return RulePage(
        items=[all_shown.rule(rule) for rule in found.rules.values()],
        missed=MissedOut(**sample.missed_estimate(sample_visits(hub.casebook), hub.zone)._asdict()),
        broken=found.broken,
        release=caller.release_id,
    )


@router.get("/sample", responses=problems(400, 401, 404))
def weekly_sample(
    caller: ViewDep,
    hub: StateDep,
    session: SessionDep,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="one grid of yours", examples=["140213052001001"])
    ] = None,
) -> SamplePage:
    """This week's homes without findings to visit, two of each grid of yours: the same whoever asks, all week."""
    today = datetime.now(hub.zone).date()
    week = sample.week_of(today)
    homes = sample.weekly_sample(caller.rows, _grids(caller, session.user, grid_code), week)
    ids = tuple(home.dwelling_id for home in homes)
    rows = {row["dwelling_id"]: row for row in caller.rows("dwelling", Condition("dwelling_id", "in", ids))}
    been = {v.stop_id for v in sample_visits(hub.casebook) if sample.week_of_visit(v, hub.zone) == week}
    items = [
        SampleStop(
            stop_id=home.dwelling_id,
            grid_code=home.grid_code,
            dwelling=rows[home.dwelling_id],
            visited=home.dwelling_id in been,
        )
        for home in homes
    ]
    return SamplePage(week=week, items=items, release=caller.release_id)


@router.get("/{rule}", responses=problems(401, 404, 503))
def rule(rule: RuleName, caller: ViewDep, all_shown: RulePresenterDep) -> RuleResponse:
    """One rule."""
    return RuleResponse(rule=all_shown.rule(_rule(rule)), release=caller.release_id)


@router.post(
    "/{rule}/decisions",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409) | {200: {"model": RuleDecisionResponse}},
)
def decide_rule(
    rule: RuleName,
    body: RuleDecisionIn,
    response: Response,
    caller: ViewDep,
    hub: StateDep,
    all_shown: RulePresenterDep,
    lead: LeadDep,
) -> RuleDecisionResponse:
    """Stop a rule in one of your areas, or restart it. 201: from the next night on; 200: this key said so before."""
    area = rule_decisions.area_of(body.area)
    sent = (hub.casebook, body.key, rule, area, body.decision, body.reason, lead.username)
    new = not rule_decisions.was_decided(*sent)
    if new:
        _rule(rule)
        if not may_decide(lead, area):
            raise NotFound("there is no such area in yours", remedy="see `may_decide` in GET /v1/rules")
        new = rule_decisions.decide(*sent, state=all_shown.state(rule, area))
    response.status_code = 201 if new else 200
    [made] = [d for d in rule_decisions.history(hub.casebook, rule) if d.key == body.key]
    return RuleDecisionResponse(decided=all_shown.decided(made), release=caller.release_id)


def _rule(name: str) -> Rule:
    found = library().rules.get(name)
    if found is None:
        raise NotFound("there is no such rule", remedy="see GET /v1/rules")
    return found


def _grids(caller: View, user: User, grid_code: str | None) -> list[str]:
    """The grid asked for, or all of the caller's. NotFound for one that is not hers, BadRequest where hers are too many."""
    if grid_code is not None:
        if not caller.covers(grid_code):
            raise NotFound("there is no such grid in your areas", remedy="take it from the area table")
        return [grid_code]
    own = sorted({area_prefix(code) for code in user.areas})
    if any(len(code) < COMMUNITY for code in own):
        raise BadRequest("your areas have too many grids for one sample", remedy="ask for one with grid_code=…")
    grids = {row["area_code"] for row in caller.rows("area", Condition("level", "eq", "grid"), columns=("area_code",))}
    grids |= {code for code in own if len(code) == GRID}
    return sorted(grid for grid in grids if any(grid.startswith(code) for code in own))
