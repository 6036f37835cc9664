"""规则 rules: meaning, precision and state of each cross-check, decisions to stop one, and a sample of homes to check them."""

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
RuleName = Annotated[str, Path(description="`rule` in GET /v1/rules", examples=["hukou_residence_split"])]
COMMUNITY, GRID = 12, 15  # digits of codes: for areas above communities a sample is asked for grid by grid


class MissedOut(BaseModel):
    """An estimate of what the rules miss, from visits to homes without findings in the whole city."""

    visited: int = Field(description="homes where somebody was met")
    missed: int = Field(description="number of these with a contradiction that no rule had found")
    share: float | None
    low: float = Field(description="of the 95 % Wilson interval")
    high: float
    kinds: dict[str, int] = Field(description="number of homes by code of visit_missed")


class RulePage(ReleaseResponse):
    """All rules, and an estimate of what they miss."""

    items: list[RuleOut]
    next_cursor: None = None
    missed: MissedOut
    broken: dict[str, str] = Field(description="problems of rule files that cannot be read, by name")


class RuleResponse(ReleaseResponse):
    """One rule."""

    rule: RuleOut


class RuleDecisionIn(BaseModel):
    """A decision to stop or restart a rule in an area."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        description="idempotency key made by the client, such as a UUID; send it again on a retry",
        examples=["6f1d2b9e-8f0a-4f7e-9d53-0c1f6f2d7a11"],
    )
    area: str = Field("", max_length=15, description="a county or subdistrict; empty: the whole city")
    decision: Act
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class RuleDecisionResponse(ReleaseResponse):
    """The stored decision."""

    decided: RuleDecisionOut


class SampleDwelling(ContractRow):
    """A dwelling without findings."""

    model_config = columns_of("dwelling", with_labels=False)


class SampleStop(BaseModel):
    """A home without findings to visit this week."""

    stop_id: str = Field(description="the dwelling: POST /v1/visits with kind sample")
    kind: str = "sample"
    grid_code: str
    dwelling: SampleDwelling
    visited: bool = Field(description="true if it was visited this week")


class SamplePage(ReleaseResponse):
    """This week's sample of homes, the same for every user."""

    week: str = Field(examples=["2026-W48"])
    items: list[SampleStop]
    next_cursor: None = None


def rule_presenter(view: ViewDep, state: StateDep, session: SessionDep, release: ReleaseDep) -> RulePresenter:
    """Builds the answers about rules as the user may see them."""
    return RulePresenter(
        view, session.user, rule_decisions.history(state.casebook), release.manifest.get("rule_errors", {})
    )


RulePresenterDep = Annotated[RulePresenter, Depends(rule_presenter)]


@router.get("", responses=problems(401, 503))
def rules(view: ViewDep, state: StateDep, presenter: RulePresenterDep) -> RulePage:
    """List every rule with findings, precision, state and decisions in your areas, and an estimate of what the rules miss."""
    found = library()
    return RulePage(
        items=[presenter.rule(rule) for rule in found.rules.values()],
        missed=MissedOut(**sample.missed_estimate(sample_visits(state.casebook), state.zone)._asdict()),
        broken=found.broken,
        release=view.release_id,
    )


@router.get("/sample", responses=problems(400, 401, 404))
def weekly_sample(
    view: ViewDep,
    state: StateDep,
    session: SessionDep,
    grid_code: Annotated[
        str | None, Query(pattern="^[0-9]{15}$", description="one grid of yours", examples=["140213052001001"])
    ] = None,
) -> SamplePage:
    """List this week's sample of homes without findings, two in each of your grids; it is the same for every user."""
    today = datetime.now(state.zone).date()
    week = sample.week_of(today)
    homes = sample.weekly_sample(view.rows, _grids(view, session.user, grid_code), week)
    ids = tuple(home.dwelling_id for home in homes)
    rows = {row["dwelling_id"]: row for row in view.rows("dwelling", Condition("dwelling_id", "in", ids))}
    visited = {v.stop_id for v in sample_visits(state.casebook) if sample.week_of_visit(v, state.zone) == week}
    items = [
        SampleStop(
            stop_id=home.dwelling_id,
            grid_code=home.grid_code,
            dwelling=rows[home.dwelling_id],
            visited=home.dwelling_id in visited,
        )
        for home in homes
    ]
    return SamplePage(week=week, items=items, release=view.release_id)


@router.get("/{rule}", responses=problems(401, 404, 503))
def rule(rule: RuleName, view: ViewDep, presenter: RulePresenterDep) -> RuleResponse:
    """Show one rule with findings, precision, state and decisions in your areas."""
    return RuleResponse(rule=presenter.rule(_rule(rule)), release=view.release_id)


@router.post(
    "/{rule}/decisions",
    status_code=201,
    responses=problems(400, 401, 403, 404, 409) | {200: {"model": RuleDecisionResponse}},
)
def decide_rule(
    rule: RuleName,
    body: RuleDecisionIn,
    response: Response,
    view: ViewDep,
    state: StateDep,
    presenter: RulePresenterDep,
    lead: LeadDep,
) -> RuleDecisionResponse:
    """Stop or restart a rule in one of your areas. 201: from the next night on; 200: the same was stored under this key."""
    area = rule_decisions.area_of(body.area)
    decision = (state.casebook, body.key, rule, area, body.decision, body.reason, lead.username)
    new = not rule_decisions.was_decided(*decision)
    if new:
        _rule(rule)
        if not may_decide(lead, area, view.is_citywide):
            raise NotFound("there is no such area in yours", remedy="see `may_decide` in GET /v1/rules")
        new = rule_decisions.decide(*decision, state=presenter.state(rule, area))
    response.status_code = 201 if new else 200
    [stored] = [d for d in rule_decisions.history(state.casebook, rule) if d.key == body.key]
    return RuleDecisionResponse(decided=presenter.decision(stored), release=view.release_id)


def _rule(name: str) -> Rule:
    found = library().rules.get(name)
    if found is None:
        raise NotFound("there is no such rule", remedy="see GET /v1/rules")
    return found


def _grids(view: View, user: User, grid_code: str | None) -> list[str]:
    """The grid asked for, or all of the user's. NotFound if it is not in her areas, BadRequest if hers are too many."""
    if grid_code is not None:
        if not view.covers(grid_code):
            raise NotFound("there is no such grid in your areas", remedy="take it from the area table")
        return [grid_code]
    own = sorted({area_prefix(code) for code in user.areas})
    if any(len(code) < COMMUNITY for code in own):
        raise BadRequest("your areas have too many grids for one sample", remedy="ask for one with grid_code=…")
    grids = {row["area_code"] for row in view.rows("area", Condition("level", "eq", "grid"), columns=("area_code",))}
    grids |= {code for code in own if len(code) == GRID}
    return sorted(grid for grid in grids if any(grid.startswith(code) for code in own))
