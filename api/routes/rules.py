"""规则 rules: what each means, how often it was right, whether it still sends anybody, and a sample of homes to check them by."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Caller, TheHub, TheLead, TheRelease, TheSession
from api.answers import Answer, Row, problems
from api.errors import BadRequest
from api.rule_shown import Decided, RuleShown, Shown, may_decide
from api.view import View
from warehouse.areas import area_prefix
from warehouse.conditions import Condition
from warehouse.door.visits import samples
from warehouse.policy import NotFound, User
from warehouse.rule import decisions as rule_decisions
from warehouse.rule import sample
from warehouse.rule.decisions import Act
from warehouse.rule.library import library
from warehouse.rule.model import Rule

router = APIRouter(prefix="/v1/rules", tags=["rules"])
COMMUNITY, GRID = 12, 15  # digits: a sample of more than communities is asked for grid by grid


class Missed(BaseModel):
    """How much the rules miss, by visits to homes without a finding in the whole city."""

    visited: int = Field(description="homes where somebody was met")
    missed: int = Field(description="of them, with something wrong that no rule had found")
    share: float | None
    low: float = Field(description="of the 95 % Wilson interval")
    high: float
    kinds: dict[str, int] = Field(description="code of visit_missed → homes")


class Rules(Answer):
    items: list[RuleShown]
    next_cursor: None = None
    missed: Missed
    broken: dict[str, str] = Field(description="rule files that cannot be read, and why")


class OneRule(Answer):
    rule: RuleShown


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        description="made by the client, kept for retries", examples=["6f1d2b9e-8f0a-4f7e-9d53-0c1f6f2d7a11"]
    )
    area: str = Field("", max_length=15, description="a county or subdistrict; empty: the whole city")
    decision: Act
    reason: str = Field(max_length=1000, description="why, in a sentence that names no person; it is kept")


class DecidedRule(Answer):
    decided: Decided


class Stop(BaseModel):
    stop_id: str = Field(description="the dwelling: POST /v1/visits with kind sample")
    kind: str = "sample"
    grid_code: str
    dwelling: Row
    visited: bool = Field(description="somebody was there this week")


class Sample(Answer):
    week: str = Field(examples=["2026-W48"])
    items: list[Stop]
    next_cursor: None = None


def shown(caller: Caller, hub: TheHub, session: TheSession, release: TheRelease) -> Shown:
    """All that the caller may see of the rules."""
    return Shown(caller, session.user, rule_decisions.history(hub.casebook), release.manifest.get("rule_errors", {}))


TheRules = Annotated[Shown, Depends(shown)]


@router.get("", responses=problems(401, 503))
def rules(caller: Caller, hub: TheHub, all_shown: TheRules) -> Rules:
    """Every rule: header, findings and figures of your areas, state, decisions; and how much all of them miss."""
    found = library()
    return Rules(
        items=[all_shown.rule(rule) for rule in found.rules.values()],
        missed=Missed(**sample.missed(samples(hub.casebook), hub.zone)._asdict()),
        broken=found.broken,
        release=caller.release_id,
    )


@router.get("/sample", responses=problems(400, 401, 404))
def drawn(
    caller: Caller,
    hub: TheHub,
    session: TheSession,
    grid_code: Annotated[str | None, Query(pattern="^[0-9]{15}$", examples=["140213052001001"])] = None,
) -> Sample:
    """This week's homes without findings to visit, two of each grid of yours: the same whoever asks, all week."""
    today = datetime.now(hub.zone).date()
    week = sample.week_of(today)
    homes = sample.sample(caller.rows, _grids(caller, session.user, grid_code), week)
    ids = tuple(home.dwelling_id for home in homes)
    rows = {row["dwelling_id"]: row for row in caller.rows("dwelling", Condition("dwelling_id", "in", ids))}
    been = {v.stop_id for v in samples(hub.casebook) if sample.week_seen(v, hub.zone) == week}
    items = [
        Stop(
            stop_id=home.dwelling_id,
            grid_code=home.grid_code,
            dwelling=rows[home.dwelling_id],
            visited=home.dwelling_id in been,
        )
        for home in homes
    ]
    return Sample(week=week, items=items, release=caller.release_id)


@router.get("/{rule}", responses=problems(401, 404, 503))
def one(rule: str, caller: Caller, all_shown: TheRules) -> OneRule:
    """One rule."""
    return OneRule(rule=all_shown.rule(_rule(rule)), release=caller.release_id)


@router.post(
    "/{rule}/decisions", status_code=201, responses=problems(400, 401, 403, 404, 409) | {200: {"model": DecidedRule}}
)
def decide(
    rule: str, body: Decision, response: Response, caller: Caller, hub: TheHub, all_shown: TheRules, lead: TheLead
) -> DecidedRule:
    """Stop a rule in one of your areas, or restart it. 201: from the next night on; 200: this key said so before."""
    area = rule_decisions.area_of(body.area)
    sent = (hub.casebook, body.key, rule, area, body.decision, body.reason, lead.username)
    new = not rule_decisions.said(*sent)
    if new:
        _rule(rule)
        if not may_decide(lead, area):
            raise NotFound("there is no such area in yours", remedy="see `may_decide` in GET /v1/rules")
        new = rule_decisions.decide(*sent, state=all_shown.state(rule, area))
    response.status_code = 201 if new else 200
    [made] = [d for d in rule_decisions.history(hub.casebook, rule) if d.key == body.key]
    return DecidedRule(decided=all_shown.decided(made), release=caller.release_id)


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
